// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.Requester;
import java.util.Arrays;

/**
 * The transactions that are stalled, in columns: recorded ones own a stall tag, held ones wait in
 * order of arrival until their record has room. Recorded ones are at most IDR5.STALL_MAX, over all
 * streams; what is held beyond it stands for the bus that backs up. IHI 0070, 3.12.2.
 */
final class StallBuffer {
    static final int NONE = -1;

    private final int stallMax;
    private final int[] slotOfTag;
    private final int[] freeTags;
    private int freeTagCount;
    private int highWater;

    private Requester[] requester = new Requester[0];
    private int[] id = new int[0];
    private int[] streamId = new int[0];
    private int[] substreamId = new int[0];
    private long[] iova = new long[0];
    private int[] perm = new int[0];
    private int[] next = new int[0];

    /** The recorded ones are linked both ways, in the order of their records. */
    private int[] previous = new int[0];

    private int[] tagOfSlot = new int[0];
    private int freeSlot = NONE;
    private int recordedHead = NONE;
    private int recordedTail = NONE;
    private int heldHead = NONE;
    private int heldTail = NONE;
    private int heldCount;

    StallBuffer(final int stallMax) {
        this.stallMax = stallMax;
        slotOfTag = new int[stallMax];
        Arrays.fill(slotOfTag, NONE);
        freeTags = new int[stallMax];
        for (int tag = 0; tag < stallMax; tag++) {
            freeTags[tag] = stallMax - 1 - tag;
        }
        freeTagCount = stallMax;
    }

    boolean hasFreeTag() {
        return freeTagCount > 0;
    }

    int recorded() {
        return stallMax - freeTagCount;
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
        freeSlot = next[slot];
        requester[slot] = from;
        id[slot] = number;
        streamId[slot] = sid;
        substreamId[slot] = ssid;
        iova[slot] = address;
        perm[slot] = permissions;
        next[slot] = NONE;
        return slot;
    }

    void release(final int slot) {
        requester[slot] = null;
        next[slot] = freeSlot;
        freeSlot = slot;
    }

    int giveTag(final int slot) {
        final int tag = freeTags[--freeTagCount];
        slotOfTag[tag] = slot;
        tagOfSlot[slot] = tag;
        previous[slot] = recordedTail;
        if (recordedTail == NONE) {
            recordedHead = slot;
        } else {
            next[recordedTail] = slot;
        }
        recordedTail = slot;
        highWater = Math.max(highWater, recorded());
        return tag;
    }

    /** Slot of the recorded transaction that a RESUME names, or NONE. IHI 0070, 4.6.1. */
    int find(final int sid, final int tag) {
        final int slot = tag < stallMax ? slotOfTag[tag] : NONE;
        return slot != NONE && streamId[slot] == sid ? slot : NONE;
    }

    void freeTag(final int tag) {
        final int slot = slotOfTag[tag];
        final int before = previous[slot];
        final int after = next[slot];
        if (before == NONE) {
            recordedHead = after;
        } else {
            next[before] = after;
        }
        if (after == NONE) {
            recordedTail = before;
        } else {
            previous[after] = before;
        }
        next[slot] = NONE;
        slotOfTag[tag] = NONE;
        freeTags[freeTagCount++] = tag;
    }

    void hold(final int slot) {
        if (heldTail == NONE) {
            heldHead = slot;
        } else {
            next[heldTail] = slot;
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
        for (int slot = recordedHead; slot != NONE; ) {
            final int following = next[slot];
            if (allStreams || streamId[slot] == sid) {
                freeTag(tagOfSlot[slot]);
                head = chain(head, tail, slot);
                tail = slot;
            }
            slot = following;
        }
        int before = NONE;
        for (int slot = heldHead; slot != NONE; ) {
            final int following = next[slot];
            if (allStreams || streamId[slot] == sid) {
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

    int nextTakenOut(final int slot) {
        return next[slot];
    }

    private int chain(final int head, final int tail, final int slot) {
        if (tail == NONE) {
            return slot;
        }
        next[tail] = slot;
        return head;
    }

    private void removeHeld(final int before, final int slot) {
        if (before == NONE) {
            heldHead = next[slot];
        } else {
            next[before] = next[slot];
        }
        if (heldTail == slot) {
            heldTail = before;
        }
        next[slot] = NONE;
        heldCount--;
    }

    Requester requester(final int slot) {
        return requester[slot];
    }

    int id(final int slot) {
        return id[slot];
    }

    int streamId(final int slot) {
        return streamId[slot];
    }

    int substreamId(final int slot) {
        return substreamId[slot];
    }

    long iova(final int slot) {
        return iova[slot];
    }

    int perm(final int slot) {
        return perm[slot];
    }

    private void grow() {
        final int from = requester.length;
        final int to = Math.max(64, from * 2);
        requester = Arrays.copyOf(requester, to);
        id = Arrays.copyOf(id, to);
        streamId = Arrays.copyOf(streamId, to);
        substreamId = Arrays.copyOf(substreamId, to);
        iova = Arrays.copyOf(iova, to);
        perm = Arrays.copyOf(perm, to);
        next = Arrays.copyOf(next, to);
        previous = Arrays.copyOf(previous, to);
        tagOfSlot = Arrays.copyOf(tagOfSlot, to);
        for (int slot = to - 1; slot >= from; slot--) {
            next[slot] = freeSlot;
            freeSlot = slot;
        }
    }
}
