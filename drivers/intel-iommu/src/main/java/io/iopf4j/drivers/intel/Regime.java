// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.vtd.PasidEntry;

/**
 * How requests are to be translated, whatever the form of the entry that says so.
 *
 * @param type a {@code PGTT_} of {@link PasidEntry}
 * @param firstRoot root of the first stage, or 0 without
 * @param isFiveLevels the first stage has five levels
 * @param secondRoot root of the second stage, or 0 without
 * @param aw width of the second stage, or of the unit without one
 * @param did domain id
 * @param controls bits of doubleword 2 of a PASID entry: {@code SRE}, {@code WPE}, {@code EAFE}
 */
record Regime(
        int type,
        long firstRoot,
        boolean isFiveLevels,
        long secondRoot,
        int aw,
        int did,
        long controls) {
    static Regime first(final long root, final boolean isFiveLevels, final int aw, final int did) {
        return new Regime(PasidEntry.PGTT_FIRST, root, isFiveLevels, 0, aw, did, 0);
    }

    static Regime second(final long root, final int aw, final int did) {
        return new Regime(PasidEntry.PGTT_SECOND, 0, false, root, aw, did, 0);
    }

    static Regime passThrough(final int aw) {
        return new Regime(PasidEntry.PGTT_PASS_THROUGH, 0, false, 0, aw, DeviceInfo.DEFAULT_DID, 0);
    }

    /** A guest's first stage on a second stage of the host. */
    static Regime nested(
            final long firstRoot,
            final boolean isFiveLevels,
            final long secondRoot,
            final int aw,
            final int did,
            final long controls) {
        return new Regime(
                PasidEntry.PGTT_NESTED, firstRoot, isFiveLevels, secondRoot, aw, did, controls);
    }

    /** Whether the hardware knows its translations by domain id alone, not by PASID. */
    boolean isKnownByDomain() {
        return type == PasidEntry.PGTT_SECOND || type == PasidEntry.PGTT_NESTED;
    }
}
