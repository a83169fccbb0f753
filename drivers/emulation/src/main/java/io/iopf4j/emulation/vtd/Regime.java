// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.PasidEntry;

/**
 * How requests are translated, as an entry said when it was read: a context entry for requests
 * without PASID in legacy and extended mode, a PASID entry for all others.
 */
final class Regime {
    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;

    /** {@link #did}: of an entry that is not present, which has none. */
    static final int ANY_DID = -1;

    /** 0, or the reason why there is none: of what is not present and kept nevertheless. */
    int absence;

    /** FPD of the entry, and of the directory entry that led to it. */
    boolean isSilent;

    /** {@code PasidEntry.PGTT_}. */
    int kind;

    int did;

    long firstRoot;
    int firstLevels;

    /** {@code PasidEntry} bits of doubleword 2: SRE, ERE, WPE, NXE, SMEP, EAFE. */
    long controls;

    long secondRoot;

    /** Levels of the second stage; they say its width for pass-through, too. */
    int secondLevels;

    /** SLEE: the second stage's entries say what may be executed. */
    boolean hasSecondExecute;

    /** SSADE: accessed and dirty are set in the second stage. */
    boolean marksSecond;

    /** Faults have the numbers of legacy mode. */
    boolean isLegacy;

    boolean hasFirst() {
        return kind == PasidEntry.PGTT_FIRST || kind == PasidEntry.PGTT_NESTED;
    }

    boolean has(final long control) {
        return (controls & control) != 0;
    }

    /** Whether an address has copies of its highest translated bit above. */
    boolean isCanonical(final long address) {
        final long above = address >> (PAGE_SHIFT + STRIDE * firstLevels - 1);
        return above == 0 || above == -1;
    }

    int secondBits() {
        return PAGE_SHIFT + STRIDE * secondLevels;
    }

    void clear() {
        absence = 0;
        isSilent = false;
        kind = 0;
        did = ANY_DID;
        firstRoot = 0;
        firstLevels = 0;
        controls = 0;
        secondRoot = 0;
        secondLevels = 0;
        hasSecondExecute = false;
        marksSecond = false;
        isLegacy = false;
    }

    /** Levels that an AW field stands for. */
    static int levelsOf(final int aw) {
        return aw + 2;
    }
}
