// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.util.Arrays;

/** A few pages of a {@link PhysicalMemory} that no table by index is worth while for. */
final class FarPages {
    private int[] indices = new int[0];
    private byte[][] pages = new byte[0][];
    private int count;

    /** The page, or null. */
    byte[] get(final int index) {
        final int at = count == 0 ? -1 : Arrays.binarySearch(indices, 0, count, index);
        return at < 0 ? null : pages[at];
    }

    /** One past the highest index that is below a limit; 0 if there is none. */
    int endBelow(final long limit) {
        int at = count;
        while (at > 0 && indices[at - 1] >= limit) {
            at--;
        }
        return at == 0 ? 0 : indices[at - 1] + 1;
    }

    /** Adds one that is not there. */
    void put(final int index, final byte[] page) {
        if (count == indices.length) {
            indices = Arrays.copyOf(indices, Math.max(2, 2 * count));
            pages = Arrays.copyOf(pages, indices.length);
        }
        final int at = -1 - Arrays.binarySearch(indices, 0, count, index);
        System.arraycopy(indices, at, indices, at + 1, count - at);
        System.arraycopy(pages, at, pages, at + 1, count - at);
        indices[at] = index;
        pages[at] = page;
        count++;
    }

    /** Takes one out that is there. */
    void remove(final int index) {
        removeFrom(Arrays.binarySearch(indices, 0, count, index), 1);
    }

    /** Takes those out that a table by index has room for, and puts them in there. */
    void moveTo(final byte[][] table) {
        int moved = 0;
        while (moved < count && indices[moved] < table.length) {
            table[indices[moved]] = pages[moved];
            moved++;
        }
        removeFrom(0, moved);
    }

    private void removeFrom(final int at, final int removed) {
        System.arraycopy(indices, at + removed, indices, at, count - at - removed);
        System.arraycopy(pages, at + removed, pages, at, count - at - removed);
        Arrays.fill(pages, count - removed, count, null);
        count -= removed;
    }
}
