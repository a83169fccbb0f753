// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * Which scalable-mode PASID entries are valid, and what they say. Fields of a stage that the entry
 * does not use are not looked at. Intel VT-d specification, 9.6.
 */
final class PasidRules {
    private static final long RESERVED_0 = 0xc00;
    private static final long RESERVED_1 = 0x7f_0000;
    private static final long RESERVED_2 = 0xf00;
    private static final int FIVE_LEVELS = 1;
    private static final int LEVELS_OF_FSPM_0 = 4;

    private final VtdCapabilities capabilities;

    PasidRules(final VtdConfig config) {
        capabilities = config.capabilities();
    }

    /** Fills in what the present entry there says; the reason why it is not valid, or 0. */
    int apply(final PhysicalMemory memory, final long address, final Regime regime) {
        final long word0 = memory.readLong(address);
        final long word1 = memory.readLong(address + 8);
        final long word2 = memory.readLong(address + 16);
        long others = 0;
        for (int offset = 3 * Long.BYTES; offset < PasidEntry.BYTES; offset += Long.BYTES) {
            others |= memory.readLong(address + offset);
        }
        if ((word0 & RESERVED_0) != 0
                || (word1 & RESERVED_1) != 0
                || (word2 & RESERVED_2) != 0
                || others != 0) {
            return VtdFaultReason.PASID_RESERVED;
        }
        regime.kind = PasidEntry.pgtt(word0);
        regime.did = (int) word1 & PasidEntry.DID_MASK;
        regime.controls = word2;
        regime.firstRoot = word2 & PasidEntry.TABLE_MASK;
        regime.firstLevels = LEVELS_OF_FSPM_0 + PasidEntry.fspm(word2);
        regime.secondRoot = word0 & PasidEntry.TABLE_MASK;
        regime.secondLevels = Regime.levelsOf(PasidEntry.aw(word0));
        regime.hasSecondExecute = (word0 & PasidEntry.SLEE) != 0;
        regime.marksSecond = (word0 & PasidEntry.SSADE) != 0;
        return isValid(word0, word2, regime) ? 0 : VtdFaultReason.PASID_INVALID;
    }

    private boolean isValid(final long word0, final long word2, final Regime regime) {
        return regime.did >>> Math.min(16, capabilities.domainIdBits()) == 0
                && !lacks(word2, PasidEntry.SRE, VtdCapabilities.SRS)
                && !lacks(word2, PasidEntry.ERE, VtdCapabilities.ERS)
                && switch (regime.kind) {
                    case PasidEntry.PGTT_FIRST -> isFirstValid(word2);
                    case PasidEntry.PGTT_SECOND -> isSecondValid(word0);
                    case PasidEntry.PGTT_NESTED ->
                            capabilities.hasEcap(VtdCapabilities.NEST)
                                    && isFirstValid(word2)
                                    && isSecondValid(word0);
                    case PasidEntry.PGTT_PASS_THROUGH -> capabilities.hasEcap(VtdCapabilities.PT);
                    default -> false;
                };
    }

    private boolean isFirstValid(final long word2) {
        final int fspm = PasidEntry.fspm(word2);
        return capabilities.hasEcap(VtdCapabilities.FLTS)
                && !lacks(word2, PasidEntry.EAFE, VtdCapabilities.EAFS)
                && (fspm == 0
                        || (fspm == FIVE_LEVELS && capabilities.hasCap(VtdCapabilities.FL5LP)));
    }

    private boolean isSecondValid(final long word0) {
        return capabilities.hasEcap(VtdCapabilities.SLTS)
                && ContextRules.isWidth(PasidEntry.aw(word0), capabilities)
                && !lacks(word0, PasidEntry.SSADE, VtdCapabilities.SLADS);
    }

    private boolean lacks(final long word, final long field, final long feature) {
        return (word & field) != 0 && !capabilities.hasEcap(feature);
    }
}
