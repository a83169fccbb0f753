// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

/** Which access waits for an answer under which group index; indices are given in turn. */
final class PageRequestGroups {
    static final int COUNT = 512;

    private final PciAccess[] accesses = new PciAccess[COUNT];
    private final long[] used = new long[COUNT / Long.SIZE];
    private int usedCount;
    private int nextInTurn;

    int count() {
        return usedCount;
    }

    boolean isFull() {
        return usedCount == COUNT;
    }

    /** The access that waits under an index, or null; any index. */
    PciAccess at(final int group) {
        return group >= 0 && group < COUNT ? accesses[group] : null;
    }

    /** Gives the next free index in turn; there is one. */
    int take(final PciAccess access) {
        int word = nextInTurn / Long.SIZE;
        long free = ~used[word] & (-1L << nextInTurn);
        while (free == 0) {
            word = (word + 1) & (used.length - 1);
            free = ~used[word];
        }
        final int group = word * Long.SIZE + Long.numberOfTrailingZeros(free);
        used[word] |= Long.lowestOneBit(free);
        usedCount++;
        accesses[group] = access;
        nextInTurn = (group + 1) & (COUNT - 1);
        return group;
    }

    void free(final int group) {
        accesses[group] = null;
        used[group / Long.SIZE] &= ~(1L << group);
        usedCount--;
    }
}
