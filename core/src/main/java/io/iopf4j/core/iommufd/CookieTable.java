// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.core.iopf.PendingGroup;
import java.util.Arrays;

/**
 * Groups by cookie: always the lowest free number from 1 on, as the kernel's {@code xa_alloc} with
 * {@code XA_FLAGS_ALLOC1} gives it. Three levels of bitmaps say where something is free, so that a
 * step costs the same whatever is stored; 2^24 groups and more memory than that fit below them.
 *
 * <p>A cookie whose group the host has withdrawn rests: were it given out again at once, a guest's
 * late answer would go to another fault. The longest-rested one of 2^16 comes back for the next.
 */
final class CookieTable {
    /** No cookie could be had. */
    static final int FULL = 0;

    private static final int WORD_SHIFT = 6;
    private static final int WORD_BITS = 1 << WORD_SHIFT;
    private static final int INITIAL = 1 << 12;
    private static final int MAX = 1 << 24;
    private static final int MAX_RESTING = 1 << 16;

    private PendingGroup[] groups = new PendingGroup[INITIAL];

    /** A set bit: the group is free; in the words above: something below is. */
    private long[] free = allSet(INITIAL);

    private long[] freeWords = allSet(INITIAL >> WORD_SHIFT);
    private long[] freeBlocks = allSet(INITIAL >> (2 * WORD_SHIFT));
    private int size;

    /** A ring of cookies that rest; null until one does. */
    private int[] resting;

    private int restingFirst;
    private int restingCount;

    int size() {
        return size;
    }

    /** Stores a group; its cookie, or FULL. */
    int alloc(final PendingGroup group) {
        if (size + restingCount == groups.length) {
            if (groups.length < MAX) {
                grow();
            } else if (restingCount > 0) {
                wakeOne();
            } else {
                return FULL;
            }
        }
        int top = 0;
        while (freeBlocks[top] == 0) {
            top++;
        }
        final int block = (top << WORD_SHIFT) + Long.numberOfTrailingZeros(freeBlocks[top]);
        final int word = (block << WORD_SHIFT) + Long.numberOfTrailingZeros(freeWords[block]);
        final int index = (word << WORD_SHIFT) + Long.numberOfTrailingZeros(free[word]);
        groups[index] = group;
        size++;
        free[word] &= ~bit(index);
        if (free[word] == 0) {
            freeWords[block] &= ~bit(word);
            if (freeWords[block] == 0) {
                freeBlocks[top] &= ~bit(block);
            }
        }
        return index + 1;
    }

    /** The group of a cookie, or null. */
    PendingGroup get(final int cookie) {
        final int index = cookie - 1;
        return index >= 0 && index < groups.length ? groups[index] : null;
    }

    /** Takes a group out and frees its cookie; null if there is none. */
    PendingGroup remove(final int cookie) {
        final PendingGroup group = get(cookie);
        if (group != null) {
            groups[cookie - 1] = null;
            size--;
            release(cookie);
        }
        return group;
    }

    /** Takes a group out that is stored; its cookie rests. */
    void withdraw(final int cookie) {
        groups[cookie - 1] = null;
        size--;
        if (resting == null) {
            resting = new int[MAX_RESTING];
        }
        if (restingCount == MAX_RESTING) {
            wakeOne();
        }
        resting[(restingFirst + restingCount++) & (MAX_RESTING - 1)] = cookie;
    }

    private void wakeOne() {
        final int cookie = resting[restingFirst];
        restingFirst = (restingFirst + 1) & (MAX_RESTING - 1);
        restingCount--;
        release(cookie);
    }

    private void release(final int cookie) {
        final int index = cookie - 1;
        final int word = index >> WORD_SHIFT;
        final int block = word >> WORD_SHIFT;
        free[word] |= bit(index);
        freeWords[block] |= bit(word);
        freeBlocks[block >> WORD_SHIFT] |= bit(block);
    }

    /** The lowest cookie in use that is above another; 0 if there is none. */
    int next(final int above) {
        for (int index = above; index < groups.length && size > 0; ) {
            final int word = index >> WORD_SHIFT;
            final long used = ~free[word] & -bit(index);
            if (used == 0) {
                index = (word + 1) << WORD_SHIFT;
                continue;
            }
            index = (word << WORD_SHIFT) + Long.numberOfTrailingZeros(used);
            if (groups[index] != null) {
                return index + 1;
            }
            index++;
        }
        return 0;
    }

    private void grow() {
        final int from = groups.length;
        final int to = from * 2;
        groups = Arrays.copyOf(groups, to);
        free = extend(free, from, to);
        freeWords = extend(freeWords, from >> WORD_SHIFT, to >> WORD_SHIFT);
        freeBlocks = extend(freeBlocks, from >> (2 * WORD_SHIFT), to >> (2 * WORD_SHIFT));
    }

    private static long[] extend(final long[] bits, final int from, final int to) {
        final long[] longer = Arrays.copyOf(bits, words(to));
        for (int i = from; i < to; i++) {
            longer[i >> WORD_SHIFT] |= bit(i);
        }
        return longer;
    }

    private static long[] allSet(final int count) {
        return extend(new long[0], 0, count);
    }

    private static int words(final int bits) {
        return (bits + WORD_BITS - 1) >> WORD_SHIFT;
    }

    private static long bit(final int index) {
        return 1L << index;
    }
}
