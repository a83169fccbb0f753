// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.Requester;
import java.util.Arrays;

/**
 * The transactions that are stalled: recorded ones own a stall tag, held ones wait in order of
 * arrival until their record has room. Recorded ones are at most IDR5.STALL_MAX, over all streams;
 * what is held beyond it stands for the bus that backs up. IHI 0070, 3.12.2.
 *
 * <p>What a stall and its end touch is one row; the order of records is asked for so rarely that it
 * is made then. Columns and a list of the recorded ones cost a cycle 10 ns more.
 */
final class StallBuffer {
    static final int NONE = -1;

    // A row of longs for each slot, so that a transaction is found in one place: the requester's
    // number and its StreamID; SubstreamID, permissions and tag; address; a link.
    private static final int ROW_SHIFT = 2;
    private static final int SUBSTREAM_PERM_TAG = 1;
    private static final int PERM_SHIFT = 16;
    private static final int PERM_MASK = 0xffff;
    private static final int TAG_BITS = 16;
    private static final int TAG_MASK = (1 << TAG_BITS) - 1;
    private static final int IOVA = 2;

    /** Of a recorded one the number of its record, of any other the next slot. */
    private static final int LINK = 3;

    private static final int FIRST_TAGS = 16;
    private static final int FIRST_SLOTS = 16;

    private final int stallMax;
    private int[] slotOfTag = new int[0];

    /** Tags that were given and are free again: the last goes first, then those never given. */
    private int[] freeTags = new int[0];

    private int freeTagCount;
    private int givenTags;
    private int highWater;
    private long[] rows = new long[0];
    private Requester[] requester = new Requester[0];
    private int freeSlot = NONE;
    private long records;
    private int heldHead = NONE;
    private int heldTail = NONE;
    private int heldCount;

    StallBuffer(final int stallMax) {
        this.stallMax = stallMax;
    }

    boolean hasFreeTag() {
        return freeTagCount > 0 || givenTags < stallMax;
    }

    int recorded() {
        return givenTags - freeTagCount;
    }

    int held() {
        return heldCount;
    }

    int highWater() {
        return highWater;
    }

    /** Takes a transaction in; the caller then gives it a tag or holds it. */
    int take(
            final Requester from,
            final int number,
            final int sid,
            final int ssid,
            final long address,
            final int permissions) {
        if (freeSlot == NONE) {
            grow();
        }
        final int slot = freeSlot;
        freeSlot = next(slot);
        requester[slot] = from;
        final int row = slot << ROW_SHIFT;
        rows[row] = pair(number, sid);
        rows[row + SUBSTREAM_PERM_TAG] = pair(ssid, (permissions & PERM_MASK) << PERM_SHIFT);
        rows[row + IOVA] = address;
        rows[row + LINK] = NONE;
        return slot;
    }

    void release(final int slot) {
        requester[slot] = null;
        setNext(slot, freeSlot);
        freeSlot = slot;
    }

    int giveTag(final int slot) {
        final int tag = freeTagCount > 0 ? freeTags[--freeTagCount] : newTag();
        slotOfTag[tag] = slot;
        rows[(slot << ROW_SHIFT) + SUBSTREAM_PERM_TAG] |= tag;
        rows[(slot << ROW_SHIFT) + LINK] = records++;
        highWater = Math.max(highWater, recorded());
        return tag;
    }

    private int newTag() {
        if (givenTags == slotOfTag.length) {
            final int to = Math.min(stallMax, Math.max(FIRST_TAGS, givenTags * 2));
            slotOfTag = Arrays.copyOf(slotOfTag, to);
            freeTags = Arrays.copyOf(freeTags, to);
        }
        return givenTags++;
    }

    /** Slot of the recorded transaction that a RESUME names, or NONE. IHI 0070, 4.6.1. */
    int find(final int sid, final int tag) {
        final int slot = tag < givenTags ? slotOfTag[tag] : NONE;
        return slot != NONE && streamId(slot) == sid ? slot : NONE;
    }

    void freeTag(final int tag) {
        slotOfTag[tag] = NONE;
        freeTags[freeTagCount++] = tag;
    }

    void hold(final int slot) {
        if (heldTail == NONE) {
            heldHead = slot;
        } else {
            setNext(heldTail, slot);
        }
        heldTail = slot;
        heldCount++;
    }

    int firstHeld() {
        return heldHead;
    }

    void removeFirstHeld() {
        removeHeld(NONE, heldHead);
    }

    /**
     * Takes out the transactions of one stream, or all: the recorded ones in the order of their
     * records, then the held ones in that of arrival. The caller releases each; {@link
     * #nextTakenOut} leads from one to the next until then.
     */
    int takeOut(final boolean allStreams, final int sid) {
        int head = NONE;
        int tail = NONE;
        for (final long recorded : recorded(allStreams, sid)) {
            final int tag = (int) recorded & TAG_MASK;
            final int slot = slotOfTag[tag];
            freeTag(tag);
            setNext(slot, NONE);
            head = chain(head, tail, slot);
            tail = slot;
        }
        int before = NONE;
        for (int slot = heldHead; slot != NONE; ) {
            final int following = next(slot);
            if (allStreams || streamId(slot) == sid) {
                removeHeld(before, slot);
                head = chain(head, tail, slot);
                tail = slot;
            } else {
                before = slot;
            }
            slot = following;
        }
        return head;
    }

    /** Numbers of records, ascending, each with its tag below: only a caller of takeOut asks. */
    private long[] recorded(final boolean allStreams, final int sid) {
        final long[] found = new long[recorded()];
        int count = 0;
        for (int slot = 0; slot < requester.length && count < found.length; slot++) {
            final int tag = tag(slot);
            if (slotOfTag[tag] == slot && (allStreams || streamId(slot) == sid)) {
                found[count++] = rows[(slot << ROW_SHIFT) + LINK] << TAG_BITS | tag;
            }
        }
        Arrays.sort(found, 0, count);
        return Arrays.copyOf(found, count);
    }

    int nextTakenOut(final int slot) {
        return next(slot);
    }

    private int chain(final int head, final int tail, final int slot) {
        if (tail == NONE) {
            return slot;
        }
        setNext(tail, slot);
        return head;
    }

    private void removeHeld(final int before, final int slot) {
        if (before == NONE) {
            heldHead = next(slot);
        } else {
            setNext(before, next(slot));
        }
        if (heldTail == slot) {
            heldTail = before;
        }
        setNext(slot, NONE);
        heldCount--;
    }

    Requester requester(final int slot) {
        return requester[slot];
    }

    int id(final int slot) {
        return first(rows[slot << ROW_SHIFT]);
    }

    int streamId(final int slot) {
        return (int) rows[slot << ROW_SHIFT];
    }

    int substreamId(final int slot) {
        return first(rows[(slot << ROW_SHIFT) + SUBSTREAM_PERM_TAG]);
    }

    long iova(final int slot) {
        return rows[(slot << ROW_SHIFT) + IOVA];
    }

    int perm(final int slot) {
        return (int) rows[(slot << ROW_SHIFT) + SUBSTREAM_PERM_TAG] >>> PERM_SHIFT;
    }

    private int tag(final int slot) {
        return (int) rows[(slot << ROW_SHIFT) + SUBSTREAM_PERM_TAG] & TAG_MASK;
    }

    private int next(final int slot) {
        return (int) rows[(slot << ROW_SHIFT) + LINK];
    }

    private void setNext(final int slot, final int after) {
        rows[(slot << ROW_SHIFT) + LINK] = after;
    }

    private static long pair(final int first, final int second) {
        return (long) first << Integer.SIZE | Integer.toUnsignedLong(second);
    }

    private static int first(final long pair) {
        return (int) (pair >> Integer.SIZE);
    }

    private void grow() {
        final int from = requester.length;
        final int to = Math.max(FIRST_SLOTS, from * 2);
        requester = Arrays.copyOf(requester, to);
        rows = Arrays.copyOf(rows, to << ROW_SHIFT);
        for (int slot = to - 1; slot >= from; slot--) {
            setNext(slot, freeSlot);
            freeSlot = slot;
        }
    }
}
