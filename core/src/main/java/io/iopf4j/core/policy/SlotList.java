// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.core.policy.SlotPool.NONE;

/** Slots in order of arrival, linked in their pool. */
final class SlotList {
    private final SlotPool pool;
    private final int kind;
    private int first = NONE;
    private int last = NONE;

    /** An empty list of one of the kinds that {@link SlotPool} names. */
    SlotList(final SlotPool pool, final int kind) {
        this.pool = pool;
        this.kind = kind;
    }

    FaultSlot first() {
        return pool.get(first);
    }

    FaultSlot next(final FaultSlot slot) {
        return pool.get(pool.next(slot.index, kind));
    }

    boolean isEmpty() {
        return first == NONE;
    }

    void addLast(final FaultSlot slot) {
        pool.setPrevious(slot.index, kind, last);
        pool.setNext(slot.index, kind, NONE);
        if (last == NONE) {
            first = slot.index;
        } else {
            pool.setNext(last, kind, slot.index);
        }
        last = slot.index;
    }

    void remove(final FaultSlot slot) {
        final int before = pool.previous(slot.index, kind);
        final int after = pool.next(slot.index, kind);
        if (before == NONE) {
            first = after;
        } else {
            pool.setNext(before, kind, after);
        }
        if (after == NONE) {
            last = before;
        } else {
            pool.setPrevious(after, kind, before);
        }
    }
}
