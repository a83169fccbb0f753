// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.core.iopf.PendingGroup;
import java.util.Arrays;

/**
 * Groups by cookie: always the lowest free number from 1 on, as the kernel's {@code xa_alloc} with
 * {@code XA_FLAGS_ALLOC1} gives it. Three levels of bitmaps say where something is free, so that a
 * step costs the same whatever is stored; 2^24 groups and more memory than that fit below them. The
 * levels stand in one array, the uppermost first: while little is stored one cache line is enough.
 *
 * <p>A cookie whose group the host has withdrawn rests: were it given out again at once, a guest's
 * late answer would go to another fault. The longest-rested one of 2^16 comes back for the next.
 */
final class CookieTable {
    /** No cookie could be had. */
    static final int FULL = 0;

    private static final int WORD_SHIFT = 6;
    private static final int WORD_BITS = 1 << WORD_SHIFT;
    private static final int INITIAL = 1 << 8;
    private static final int MAX = 1 << 24;
    private static final int FIRST_RESTING = 1 << 4;
    private static final int MAX_RESTING = 1 << 16;

    private PendingGroup[] groups = new PendingGroup[INITIAL];

    /** A set bit: the group is free; in the words above: something below is. */
    private long[] free;

    /** Where the words of two levels begin; those of the uppermost are in front of them. */
    private int blocksAt;

    private int wordsAt;

    /** Nothing below is free: most often the next one is near. */
    private int lowest;

    private int size;

    /** A ring of cookies that rest, a power of two long. */
    private int[] resting = new int[FIRST_RESTING];

    private int restingFirst;
    private int restingCount;

    CookieTable() {
        layOut(INITIAL);
        setFree(0, INITIAL);
    }

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
        final int index = lowestFree();
        lowest = index + 1;
        groups[index] = group;
        size++;
        final int word = index >> WORD_SHIFT;
        final int block = word >> WORD_SHIFT;
        if (clear(wordsAt + word, index) && clear(blocksAt + block, word)) {
            clear(block >> WORD_SHIFT, block);
        }
        return index + 1;
    }

    private int lowestFree() {
        final int near = lowest >> WORD_SHIFT;
        if (lowest < groups.length) {
            final long bits = free[wordsAt + near] & -bit(lowest);
            if (bits != 0) {
                return (near << WORD_SHIFT) + Long.numberOfTrailingZeros(bits);
            }
        }
        int top = 0;
        while (free[top] == 0) {
            top++;
        }
        final int block = firstFree(top, top);
        final int word = firstFree(blocksAt + block, block);
        return firstFree(wordsAt + word, word);
    }

    /** The number of the first set bit in a word that is the given one of its level. */
    private int firstFree(final int at, final int word) {
        return (word << WORD_SHIFT) + Long.numberOfTrailingZeros(free[at]);
    }

    /** Clears a bit; whether it was the last one in its word. */
    private boolean clear(final int at, final int bit) {
        free[at] &= ~bit(bit);
        return free[at] == 0;
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
        if (restingCount == MAX_RESTING) {
            wakeOne();
        } else if (restingCount == resting.length) {
            growResting();
        }
        resting[(restingFirst + restingCount++) & (resting.length - 1)] = cookie;
    }

    private void growResting() {
        final int[] longer =
                Arrays.copyOfRange(resting, restingFirst, restingFirst + 2 * restingCount);
        System.arraycopy(resting, 0, longer, restingCount - restingFirst, restingFirst);
        resting = longer;
        restingFirst = 0;
    }

    private void wakeOne() {
        final int cookie = resting[restingFirst];
        restingFirst = (restingFirst + 1) & (resting.length - 1);
        restingCount--;
        release(cookie);
    }

    private void release(final int cookie) {
        setFree(cookie - 1);
    }

    private void setFree(final int index) {
        final int word = index >> WORD_SHIFT;
        final int block = word >> WORD_SHIFT;
        if (set(wordsAt + word, index) && set(blocksAt + block, word)) {
            set(block >> WORD_SHIFT, block);
        }
        lowest = Math.min(lowest, index);
    }

    /** Sets a bit; whether it is the first one in its word. */
    private boolean set(final int at, final int bit) {
        final long had = free[at];
        free[at] = had | bit(bit);
        return had == 0;
    }

    /** The lowest cookie in use that is above another; 0 if there is none. */
    int next(final int above) {
        for (int index = above; index < groups.length && size > 0; ) {
            final int word = index >> WORD_SHIFT;
            final long used = ~free[wordsAt + word] & -bit(index);
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

    /** Only what is full grows: all that is free is new. */
    private void grow() {
        final int from = groups.length;
        groups = Arrays.copyOf(groups, from * 2);
        layOut(groups.length);
        setFree(from, groups.length);
    }

    /** Room for bits of so many groups, none of them set. */
    private void layOut(final int count) {
        final int words = words(count);
        final int blocks = words(words);
        blocksAt = words(blocks);
        wordsAt = blocksAt + blocks;
        free = new long[wordsAt + words];
    }

    private void setFree(final int from, final int to) {
        for (int index = from; index < to; index++) {
            setFree(index);
        }
    }

    private static int words(final int bits) {
        return (bits + WORD_BITS - 1) >> WORD_SHIFT;
    }

    private static long bit(final int index) {
        return 1L << index;
    }
}
