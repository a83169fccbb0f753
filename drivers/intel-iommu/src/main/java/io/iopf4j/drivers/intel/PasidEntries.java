// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * Scalable-mode PASID entries as the driver writes them: {@code intel_pasid_setup_first_level()}
 * and its siblings in {@code pasid.c} of Linux 6.12, with 6.1's ways before. Stateless.
 */
final class PasidEntries {
    /** Doublewords that are not always zero. */
    static final int WORDS = 3;

    private final VtdCapabilities capabilities;
    private final boolean is612;

    PasidEntries(final VtdCapabilities capabilities, final FaultGeneration generation) {
        this.capabilities = capabilities;
        this.is612 = generation == FaultGeneration.LINUX_6_12;
    }

    /** Doubleword 0 of a present entry. */
    static long qw0(final Regime regime) {
        return PasidEntry.PRESENT
                | (long) regime.aw() << PasidEntry.AW_SHIFT
                | (long) regime.type() << PasidEntry.PGTT_SHIFT
                | (regime.secondRoot() & PasidEntry.TABLE_MASK);
    }

    /** Doubleword 1: nobody here asks for snooped accesses. */
    long qw1(final Regime regime) {
        return (regime.did() & PasidEntry.DID_MASK)
                | (capabilities.hasEcap(VtdCapabilities.SMPWCS) ? PasidEntry.PWSNP : 0);
    }

    /** Doubleword 2. */
    long qw2(final Regime regime, final int pasid) {
        return (regime.firstRoot() & PasidEntry.TABLE_MASK)
                | (regime.isFiveLevels() ? 1L << PasidEntry.FSPM_SHIFT : 0)
                | regime.controls()
                | (is612 ? 0 : formerControls(regime, pasid));
    }

    /** What 6.1 sets besides. */
    private long formerControls(final Regime regime, final int pasid) {
        final long sre = capabilities.hasEcap(VtdCapabilities.SRS) ? PasidEntry.SRE : 0;
        return switch (regime.type()) {
            case PasidEntry.PGTT_FIRST -> PasidEntry.NXE;
            case PasidEntry.PGTT_SECOND -> pasid == DeviceInfo.NO_PASID ? 0 : sre;
            case PasidEntry.PGTT_PASS_THROUGH -> sre;
            default -> 0;
        };
    }
}
