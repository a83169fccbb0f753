// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * A walk through the first stage, which is x86's own: four or five levels, pages of 4 KiB, 2 MiB
 * and 1 GiB (CAP.FS1GP). With a second stage every table's address goes through it, too. At most
 * five entries are read, whatever they hold. XD counts with NXE alone and is ignored otherwise. The
 * bits that say accessed and dirty are set once the rights are found to do, at every level, and in
 * a nested walk before the output goes through the second stage. Intel VT-d specification, 3.6, 3.8
 * and 9.7.
 */
final class FirstStageWalk {
    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;
    private static final int INDEX_MASK = 0x1ff;
    private static final int SHIFT_2M = 21;
    private static final int SHIFT_1G = 30;
    private static final int MOST_LEVELS = 5;

    /** Bit 12 of a large page is a memory type's. */
    private static final int LARGE_FREE_SHIFT = 13;

    private final PhysicalMemory memory;
    private final TableMarks marks;
    private final SecondStageWalk second;
    private final boolean has1G;
    private final long[] places = new long[MOST_LEVELS];
    private final long[] inputs = new long[MOST_LEVELS];

    // What a walk has found.

    /** Physical address, or the second stage's input. */
    long output;

    /** log2 of the page. */
    int log2;

    /** {@link Rights}. */
    int rights;

    /** The same, less what another walk would first have to mark as dirty. */
    int rightsToKeep;

    FirstStageWalk(
            final PhysicalMemory memory,
            final VtdConfig config,
            final TableMarks marks,
            final SecondStageWalk second) {
        this.memory = memory;
        this.marks = marks;
        this.second = second;
        has1G = config.capabilities().hasCap(VtdCapabilities.FS1GP);
    }

    /**
     * Walks for an access whose regime has a first stage and whose address is canonical.
     *
     * @return 0, or the reason why there is no translation
     */
    int walk(final Access access) {
        second.begin();
        final Regime regime = access.regime;
        final long input = access.iova;
        int shift = PAGE_SHIFT + STRIDE * (regime.firstLevels - 1);
        long table = regime.firstRoot;
        long entry;
        long common = PagingEntry.FS_WRITE | PagingEntry.FS_USER;
        long executeDisable = 0;
        int depth = 0;
        while (true) {
            inputs[depth] = table + ((input >>> shift) & INDEX_MASK) * Long.BYTES;
            final int reason = locate(regime, depth);
            if (reason != 0) {
                return reason;
            }
            entry = memory.readLong(places[depth]);
            if ((entry & PagingEntry.FS_PRESENT) == 0) {
                return VtdFaultReason.FS_NOT_PRESENT;
            }
            final boolean isLeaf = shift == PAGE_SHIFT || (entry & PagingEntry.PAGE_SIZE) != 0;
            if (isLeaf && hasReserved(entry, shift)) {
                return VtdFaultReason.FS_RESERVED;
            }
            common &= entry;
            executeDisable |= entry & PagingEntry.FS_EXECUTE_DISABLE;
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
        rights = rightsOf(common, executeDisable != 0, regime);
        if (access.isRefused(rights)) {
            return refusal(access, (common & PagingEntry.FS_USER) != 0);
        }
        return mark(access, depth, entry);
    }

    /** Where an entry is in memory. */
    private int locate(final Regime regime, final int depth) {
        long place = inputs[depth];
        if (regime.kind == PasidEntry.PGTT_NESTED) {
            final int reason = second.walk(regime, place, IommuFault.PERM_READ, false);
            if (reason != 0) {
                return ofTable(reason, depth);
            }
            place = second.output;
        }
        if (!memory.contains(place, Long.BYTES)) {
            return depth == 0 ? VtdFaultReason.FS_ROOT_ACCESS : VtdFaultReason.FS_ACCESS;
        }
        places[depth] = place;
        return 0;
    }

    private static int ofTable(final int reason, final int depth) {
        return switch (reason) {
            case VtdFaultReason.SS_INPUT_BEYOND -> VtdFaultReason.FS_TABLE_BEYOND;
            case VtdFaultReason.SS_NOT_PRESENT, VtdFaultReason.NO_READ ->
                    depth == 0 ? VtdFaultReason.FS_ROOT_READ : VtdFaultReason.FS_TABLE_READ;
            case VtdFaultReason.NO_WRITE -> VtdFaultReason.FS_TABLE_WRITE;
            default -> reason;
        };
    }

    private boolean hasReserved(final long leaf, final int shift) {
        if (shift == PAGE_SHIFT) {
            return false;
        }
        final boolean isSize = shift == SHIFT_2M || (shift == SHIFT_1G && has1G);
        final long inPage = (1L << shift) - (1L << LARGE_FREE_SHIFT);
        return !isSize || (leaf & inPage) != 0;
    }

    private static int rightsOf(
            final long common, final boolean isExecuteDisabled, final Regime regime) {
        final boolean isWritable = (common & PagingEntry.FS_WRITE) != 0;
        final boolean isUser = (common & PagingEntry.FS_USER) != 0;
        final boolean mayExecute = !(isExecuteDisabled && regime.has(PasidEntry.NXE));
        final int privileged =
                IommuFault.PERM_READ
                        | (isWritable || !regime.has(PasidEntry.WPE) ? IommuFault.PERM_WRITE : 0)
                        | (mayExecute && !(isUser && regime.has(PasidEntry.SMEP))
                                ? IommuFault.PERM_EXEC
                                : 0);
        final int user =
                IommuFault.PERM_READ
                        | (isWritable ? IommuFault.PERM_WRITE : 0)
                        | (mayExecute ? IommuFault.PERM_EXEC : 0);
        return Rights.both(isUser ? user : 0, privileged);
    }

    private int refusal(final Access access, final boolean isUser) {
        if (!access.isPrivileged && !isUser) {
            return VtdFaultReason.USER;
        }
        final int missing = access.asked & ~access.granted(rights);
        return (missing & IommuFault.PERM_EXEC) != 0
                ? VtdFaultReason.EXECUTE
                : VtdFaultReason.NO_WRITE;
    }

    private int mark(final Access access, final int leafDepth, final long leaf) {
        final Regime regime = access.regime;
        final boolean isWrite =
                (access.asked & access.granted(rights) & IommuFault.PERM_WRITE) != 0;
        final long accessed =
                PagingEntry.FS_ACCESSED
                        | (regime.has(PasidEntry.EAFE) ? PagingEntry.FS_EXTENDED_ACCESSED : 0);
        for (int depth = 0; depth <= leafDepth; depth++) {
            final boolean isDirtied = isWrite && depth == leafDepth;
            final long bits = accessed | (isDirtied ? PagingEntry.FS_DIRTY : 0);
            if (marks.isMissing(places[depth], bits)) {
                final int reason = set(regime, depth, bits);
                if (reason != 0) {
                    return reason;
                }
            }
        }
        final boolean isDirty = isWrite || (leaf & PagingEntry.FS_DIRTY) != 0;
        rightsToKeep = isDirty ? rights : rights & ~Rights.same(IommuFault.PERM_WRITE);
        return 0;
    }

    private int set(final Regime regime, final int depth, final long bits) {
        if (!marks.arePossible) {
            return VtdFaultReason.FS_NO_SNOOP;
        }
        if (regime.kind == PasidEntry.PGTT_NESTED) {
            final int reason = second.walk(regime, inputs[depth], IommuFault.PERM_WRITE, false);
            if (reason != 0) {
                return ofTable(reason, depth);
            }
        }
        if (!marks.set(places[depth], bits)) {
            return VtdFaultReason.FS_ACCESSED_DIRTY;
        }
        second.written(places[depth]);
        return 0;
    }
}
