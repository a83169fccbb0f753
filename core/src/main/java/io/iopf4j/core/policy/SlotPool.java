// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.Arrays;

/**
 * All slots that there ever were, by number, and the numbers that link them into lists: a row of
 * numbers for each slot, so that a step in a list of a million touches little memory and no garbage
 * collector follows it. Grows, never shrinks. A slot stays its device's, and the one that came back
 * last is the next one: where groups stand for themselves it is the same in cycle after cycle.
 */
final class SlotPool {
    /** No slot. */
    static final int NONE = -1;

    /** Kinds of lists that a slot may be in, one of each kind. */
    static final int IN_TABLE = 0;

    static final int IN_INCOMPLETE = 1;

    private static final int ROW_SHIFT = 2;
    private static final int INITIAL = 1 << 4;

    private FaultSlot[] slots = new FaultSlot[INITIAL];
    private int[] links = new int[INITIAL << ROW_SHIFT];
    private int size;

    FaultSlot get(final int slot) {
        return slot == NONE ? null : slots[slot];
    }

    FaultSlot allocate(final Charge charge) {
        final FaultSlot slot;
        final DeviceRecord device = charge.device;
        if (device.firstFreeSlot == NONE) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, size * 2);
                links = Arrays.copyOf(links, links.length * 2);
            }
            slot = new FaultSlot(size);
            slots[size++] = slot;
            device.slots.add(slot);
        } else {
            slot = slots[device.firstFreeSlot];
            device.firstFreeSlot = slot.nextFree;
        }
        slot.reset(charge);
        return slot;
    }

    /** Puts a slot back for its device. */
    void recycle(final FaultSlot slot) {
        final DeviceRecord device = slot.charge.device;
        slot.nextFree = device.firstFreeSlot;
        device.firstFreeSlot = slot.index;
    }

    int previous(final int slot, final int kind) {
        return links[(slot << ROW_SHIFT) + 2 * kind];
    }

    int next(final int slot, final int kind) {
        return links[(slot << ROW_SHIFT) + 2 * kind + 1];
    }

    void setPrevious(final int slot, final int kind, final int previous) {
        links[(slot << ROW_SHIFT) + 2 * kind] = previous;
    }

    void setNext(final int slot, final int kind, final int next) {
        links[(slot << ROW_SHIFT) + 2 * kind + 1] = next;
    }
}
