// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import java.util.Arrays;

/**
 * Finds slots of a bounded cache by a tag and a number that lies in the slot's aligned span of
 * 2^log2 numbers. The slots' contents are kept by whoever uses it, under the same slot numbers.
 *
 * <p>Finding probes once for each size of span that is present with tags of the same kind; taking a
 * slot when none is free takes them in turn. Neither scans. What a probe reads of a slot lies side
 * by side. Room is made as slots are used for the first time, so that a cache costs what was ever
 * in it.
 */
public final class SpanIndex {
    public static final int NONE = -1;

    /** More than one span holds the number. */
    public static final int CONFLICT = -2;

    private static final int FREE = -1;
    private static final int NOTHING_LAST = -3;
    private static final int FIRST_ROOM = 16;
    private static final int KINDS = 4;
    private static final int ALL_OF_ONE_KIND = 0;

    // A row of longs for each slot: tag, start, and an int each for log2, or FREE, and the next
    // slot.
    private static final int ROW_SHIFT = 2;
    private static final int START = 1;
    private static final int SIZE_AND_NEXT = 2;

    private final int capacity;
    private long[] rows = new long[0];
    private int[] heads;
    private int headShift;
    private final int kindShift;
    private final int kindMask;

    /** By kind and size. */
    private final int[] counts = new int[KINDS << 6];

    private final long[] sizesOfKind = new long[KINDS];
    private int firstFree = NONE;
    private int end;
    private int victim;

    private final long[] changesOfKind = new long[KINDS];

    // What was found last, as long as nothing changes: most lookups are of the same again.
    private long lastTag;
    private long lastNumber;
    private int lastFound = NOTHING_LAST;

    /**
     * An empty one, whose tags are all of one kind.
     *
     * @param capacity most slots, a power of two, at least 2
     */
    public SpanIndex(final int capacity) {
        this(capacity, 0, ALL_OF_ONE_KIND);
    }

    /**
     * An empty one.
     *
     * @param capacity most slots, a power of two, at least 2
     * @param kindShift where in a tag two bits say of which kind it is: kinds differ in the sizes
     *     of their spans
     */
    public SpanIndex(final int capacity, final int kindShift) {
        this(capacity, kindShift, KINDS - 1);
    }

    private SpanIndex(final int capacity, final int kindShift, final int kindMask) {
        this.kindShift = kindShift;
        this.kindMask = kindMask;
        this.capacity = capacity;
        makeRoom(Math.min(FIRST_ROOM, capacity));
    }

    /** All slots so far are used. */
    private void makeRoom(final int room) {
        rows = Arrays.copyOf(rows, room << ROW_SHIFT);
        heads = new int[room];
        headShift = Long.numberOfLeadingZeros(room) + 1;
        Arrays.fill(heads, NONE);
        for (int slot = 0; slot < end; slot++) {
            link(slot, log2(slot));
        }
    }

    private void link(final int slot, final int log2) {
        final int bucket = bucket(tag(slot), start(slot), log2);
        setSizeAndNext(slot, log2, heads[bucket]);
        heads[bucket] = slot;
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
        for (long left = sizesPresent(tag); left != 0; left &= left - 1) {
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
        while (slot != NONE) {
            final int row = slot << ROW_SHIFT;
            final long sizeAndNext = rows[row + SIZE_AND_NEXT];
            if (rows[row] == tag
                    && rows[row + START] == start
                    && sizeAndNext >> Integer.SIZE == log2) {
                break;
            }
            slot = (int) sizeAndNext;
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
        final int slot = freeSlot();
        changed(tag);
        rows[slot << ROW_SHIFT] = tag;
        rows[(slot << ROW_SHIFT) + START] = number & -(1L << log2);
        link(slot, log2);
        final int kind = kind(tag);
        if (counts[kind << 6 | log2]++ == 0) {
            sizesOfKind[kind] |= 1L << log2;
        }
        return slot;
    }

    /** The one that was freed last, else one that was never used, else the next in turn. */
    private int freeSlot() {
        if (firstFree == NONE && end < capacity) {
            if (end == heads.length) {
                makeRoom(2 * end);
            }
            return end++;
        }
        if (firstFree == NONE) {
            remove(victim);
            victim = (victim + 1) & (capacity - 1);
        }
        final int slot = firstFree;
        firstFree = next(slot);
        return slot;
    }

    /**
     * For how many slots there is room now: what is kept for them needs no more. It grows when a
     * slot is taken.
     */
    public int room() {
        return heads.length;
    }

    /** Forgets a used slot. */
    public void remove(final int slot) {
        changed(tag(slot));
        final int log2 = log2(slot);
        final int bucket = bucket(tag(slot), start(slot), log2);
        if (heads[bucket] == slot) {
            heads[bucket] = next(slot);
        } else {
            int before = heads[bucket];
            while (next(before) != slot) {
                before = next(before);
            }
            setSizeAndNext(before, log2(before), next(slot));
        }
        setSizeAndNext(slot, FREE, firstFree);
        firstFree = slot;
        final int kind = kind(tag(slot));
        if (--counts[kind << 6 | log2] == 0) {
            sizesOfKind[kind] &= ~(1L << log2);
        }
    }

    /** Forgets whatever holds the number, however large the span. */
    public void removeHolding(final long tag, final long number) {
        for (long left = sizesPresent(tag); left != 0; left &= left - 1) {
            final int slot = at(tag, number, Long.numberOfTrailingZeros(left));
            if (slot != NONE) {
                remove(slot);
            }
        }
    }

    /** Forgets every slot whose tag agrees with another in the masked bits. */
    public void removeTagged(final long tag, final long mask) {
        for (int slot = 0; slot < end; slot++) {
            if (isUsed(slot) && ((tag(slot) ^ tag) & mask) == 0) {
                remove(slot);
            }
        }
    }

    /**
     * As long as nothing changes, what is found for a number is found for all that have the same
     * bits above these.
     */
    public int smallestLog2(final long tag) {
        return Long.numberOfTrailingZeros(sizesPresent(tag)) & Long.SIZE - 1;
    }

    private void changed(final long tag) {
        lastFound = NOTHING_LAST;
        changesOfKind[kind(tag)]++;
    }

    /** As long as this is the same, so is all that was found with tags of a tag's kind. */
    public long changes(final long tag) {
        return changesOfKind[kind(tag)];
    }

    /** One past the last slot that was ever used: where a scan may stop. */
    public int end() {
        return end;
    }

    public boolean isUsed(final int slot) {
        return log2(slot) != FREE;
    }

    public long tag(final int slot) {
        return rows[slot << ROW_SHIFT];
    }

    public long start(final int slot) {
        return rows[(slot << ROW_SHIFT) + START];
    }

    public int log2(final int slot) {
        return (int) (rows[(slot << ROW_SHIFT) + SIZE_AND_NEXT] >> Integer.SIZE);
    }

    /** The sizes of span that are present with tags of a tag's kind: bit n for 2^n. */
    public long sizesPresent(final long tag) {
        return sizesOfKind[kind(tag)];
    }

    /** The sizes of span that are present with any tag. */
    public long sizesPresent() {
        return sizesOfKind[0] | sizesOfKind[1] | sizesOfKind[2] | sizesOfKind[3];
    }

    private int kind(final long tag) {
        return (int) (tag >>> kindShift) & kindMask;
    }

    private int next(final int slot) {
        return (int) rows[(slot << ROW_SHIFT) + SIZE_AND_NEXT];
    }

    private void setSizeAndNext(final int slot, final int log2, final int next) {
        rows[(slot << ROW_SHIFT) + SIZE_AND_NEXT] =
                (long) log2 << Integer.SIZE | Integer.toUnsignedLong(next);
    }

    private int bucket(final long tag, final long start, final int log2) {
        final long mixed = (start + log2) * 0x9e37_79b9_7f4a_7c15L + tag * 0xc2b2_ae3d_27d4_eb4fL;
        return (int) (mixed >>> headShift);
    }
}
