// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

/** Slots in order of arrival, linked through themselves. */
final class SlotList {
    private final int kind;
    private FaultSlot first;
    private FaultSlot last;
    private int size;

    /** An empty list of one of the kinds that {@link FaultSlot} names. */
    SlotList(final int kind) {
        this.kind = kind;
    }

    FaultSlot first() {
        return first;
    }

    FaultSlot last() {
        return last;
    }

    FaultSlot next(final FaultSlot slot) {
        return slot.next(kind);
    }

    int size() {
        return size;
    }

    void addLast(final FaultSlot slot) {
        slot.setPrevious(kind, last);
        slot.setNext(kind, null);
        if (last == null) {
            first = slot;
        } else {
            last.setNext(kind, slot);
        }
        last = slot;
        size++;
    }

    void remove(final FaultSlot slot) {
        final FaultSlot before = slot.previous(kind);
        final FaultSlot after = slot.next(kind);
        if (before == null) {
            first = after;
        } else {
            before.setNext(kind, after);
        }
        if (after == null) {
            last = before;
        } else {
            after.setPrevious(kind, before);
        }
        slot.setPrevious(kind, null);
        slot.setNext(kind, null);
        size--;
    }

    /** The oldest one, which is the newest from now on; or null. */
    FaultSlot rotate() {
        final FaultSlot moved = first;
        if (moved != null) {
            remove(moved);
            addLast(moved);
        }
        return moved;
    }
}
