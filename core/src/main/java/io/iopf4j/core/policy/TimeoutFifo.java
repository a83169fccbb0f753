// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.kernel.KernelTimer;

/**
 * Slots with one and the same delay: the first one's time comes first, so that arming and
 * cancelling cost the same whatever waits, and one timer does for all. Touched under the gate's
 * lock, which is held while the timer is armed, as a kernel's spinlock may be.
 */
final class TimeoutFifo {
    final long delayNs;
    private final SlotList slots;
    private KernelTimer timer;

    TimeoutFifo(final SlotPool pool, final long delayNs) {
        slots = new SlotList(pool, SlotPool.IN_FIFO);
        this.delayNs = delayNs;
    }

    void setTimer(final KernelTimer timer) {
        this.timer = timer;
    }

    void add(final FaultSlot slot, final long nowNs) {
        final FaultSlot newest = slots.last();
        final long deadlineNs = nowNs + delayNs;
        // Two threads may have looked at the clock in another order than they came here.
        slot.deadlineNs = newest == null ? deadlineNs : Math.max(newest.deadlineNs, deadlineNs);
        slot.isTimed = true;
        slots.addLast(slot);
        if (newest == null) {
            timer.arm(slot.deadlineNs);
        }
    }

    void remove(final FaultSlot slot) {
        final boolean wasFirst = slots.isFirst(slot);
        unlink(slot);
        if (wasFirst) {
            armForFirst();
        }
    }

    /** Takes out the first slot if its time has come; else, the timer being armed, gives null. */
    FaultSlot takeExpired(final long nowNs) {
        final FaultSlot slot = slots.first();
        if (slot == null || slot.deadlineNs > nowNs) {
            armForFirst();
            return null;
        }
        unlink(slot);
        return slot;
    }

    private void unlink(final FaultSlot slot) {
        slots.remove(slot);
        slot.isTimed = false;
    }

    private void armForFirst() {
        if (slots.first() == null) {
            timer.cancel();
        } else {
            timer.arm(slots.first().deadlineNs);
        }
    }
}
