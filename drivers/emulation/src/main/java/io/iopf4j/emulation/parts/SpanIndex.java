// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import java.util.Arrays;

/**
 * Finds slots of a bounded cache by a tag and a number that lies in the slot's aligned span of
 * 2^log2 numbers. The slots' contents are kept by whoever uses it, under the same slot numbers.
 *
 * <p>Finding probes once for each size of span that is present; taking a slot when none is free
 * takes them in turn. Neither scans, and nothing is allocated after construction.
 */
public final class SpanIndex {
    public static final int NONE = -1;

    /** More than one span holds the number. */
    public static final int CONFLICT = -2;

    private static final int FREE = -1;
    private static final int NOTHING_LAST = -3;

    private final long[] tags;
    private final long[] starts;
    private final byte[] sizes;
    private final int[] next;
    private final int[] heads;
    private final int headShift;
    private final int[] countOfSize = new int[Long.SIZE];
    private long sizesPresent;
    private int firstFree;
    private int end;
    private int victim;

    // What was found last, as long as nothing changes: most lookups are of the same again.
    private long lastTag;
    private long lastNumber;
    private int lastFound = NOTHING_LAST;

    /**
     * An empty one.
     *
     * @param capacity most slots, a power of two, at least 2
     */
    public SpanIndex(final int capacity) {
        tags = new long[capacity];
        starts = new long[capacity];
        sizes = new byte[capacity];
        next = new int[capacity];
        heads = new int[capacity];
        headShift = Long.numberOfLeadingZeros(capacity) + 1;
        Arrays.fill(sizes, (byte) FREE);
        Arrays.fill(heads, NONE);
        for (int slot = 0; slot < capacity; slot++) {
            next[slot] = slot + 1 < capacity ? slot + 1 : NONE;
        }
    }

    /** The slot whose span holds the number, {@link #NONE}, or {@link #CONFLICT}. */
    public int find(final long tag, final long number) {
        if (lastFound != NOTHING_LAST && lastNumber == number && lastTag == tag) {
            return lastFound;
        }
        final int found = search(tag, number);
        lastTag = tag;
        lastNumber = number;
        lastFound = found;
        return found;
    }

    private int search(final long tag, final long number) {
        int found = NONE;
        for (long left = sizesPresent; left != 0; left &= left - 1) {
            final int slot = at(tag, number, Long.numberOfTrailingZeros(left));
            if (slot != NONE) {
                if (found != NONE) {
                    return CONFLICT;
                }
                found = slot;
            }
        }
        return found;
    }

    /** The slot with exactly the span of 2^log2 numbers around a number, or {@link #NONE}. */
    public int at(final long tag, final long number, final int log2) {
        final long start = number & -(1L << log2);
        int slot = heads[bucket(tag, start, log2)];
        while (slot != NONE
                && (tags[slot] != tag || starts[slot] != start || sizes[slot] != log2)) {
            slot = next[slot];
        }
        return slot;
    }

    /**
     * A slot for a span: the one that has it, a free one, or the next in turn, whose span is
     * forgotten.
     */
    public int take(final long tag, final long number, final int log2) {
        final int same = at(tag, number, log2);
        if (same != NONE) {
            return same;
        }
        if (firstFree == NONE) {
            remove(victim);
            victim = (victim + 1) & (sizes.length - 1);
        }
        lastFound = NOTHING_LAST;
        final int slot = firstFree;
        firstFree = next[slot];
        end = Math.max(end, slot + 1);
        tags[slot] = tag;
        starts[slot] = number & -(1L << log2);
        sizes[slot] = (byte) log2;
        final int bucket = bucket(tag, starts[slot], log2);
        next[slot] = heads[bucket];
        heads[bucket] = slot;
        if (countOfSize[log2]++ == 0) {
            sizesPresent |= 1L << log2;
        }
        return slot;
    }

    /** Forgets a used slot. */
    public void remove(final int slot) {
        lastFound = NOTHING_LAST;
        final int log2 = sizes[slot];
        final int bucket = bucket(tags[slot], starts[slot], log2);
        if (heads[bucket] == slot) {
            heads[bucket] = next[slot];
        } else {
            int before = heads[bucket];
            while (next[before] != slot) {
                before = next[before];
            }
            next[before] = next[slot];
        }
        sizes[slot] = FREE;
        next[slot] = firstFree;
        firstFree = slot;
        if (--countOfSize[log2] == 0) {
            sizesPresent &= ~(1L << log2);
        }
    }

    /** Forgets whatever holds the number, however large the span. */
    public void removeHolding(final long tag, final long number) {
        for (long left = sizesPresent; left != 0; left &= left - 1) {
            final int slot = at(tag, number, Long.numberOfTrailingZeros(left));
            if (slot != NONE) {
                remove(slot);
            }
        }
    }

    /** Forgets every slot whose tag agrees with another in the masked bits. */
    public void removeTagged(final long tag, final long mask) {
        for (int slot = 0; slot < end; slot++) {
            if (isUsed(slot) && ((tags[slot] ^ tag) & mask) == 0) {
                remove(slot);
            }
        }
    }

    /** One past the last slot that was ever used: where a scan may stop. */
    public int end() {
        return end;
    }

    public boolean isUsed(final int slot) {
        return sizes[slot] != FREE;
    }

    public long tag(final int slot) {
        return tags[slot];
    }

    public long start(final int slot) {
        return starts[slot];
    }

    public int log2(final int slot) {
        return sizes[slot];
    }

    /** The sizes of span that are present: bit n for 2^n. */
    public long sizesPresent() {
        return sizesPresent;
    }

    private int bucket(final long tag, final long start, final int log2) {
        final long mixed = (start + log2) * 0x9e37_79b9_7f4a_7c15L + tag * 0xc2b2_ae3d_27d4_eb4fL;
        return (int) (mixed >>> headShift);
    }
}
