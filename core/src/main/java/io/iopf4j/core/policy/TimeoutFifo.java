// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.kernel.KernelTimer;

/**
 * Faults with one and the same delay: the first one's time comes first, so that arming and
 * cancelling cost the same whatever waits, and one timer does for all. They are linked in
 * themselves. Touched under the gate's lock, which is held while the timer is armed, as a kernel's
 * spinlock may be.
 */
final class TimeoutFifo {
    final long delayNs;
    private ChargedFault first;
    private ChargedFault last;
    private KernelTimer timer;

    TimeoutFifo(final long delayNs) {
        this.delayNs = delayNs;
    }

    void setTimer(final KernelTimer timer) {
        this.timer = timer;
    }

    void add(final ChargedFault fault, final long nowNs) {
        final ChargedFault newest = last;
        final long deadlineNs = nowNs + delayNs;
        // Two threads may have looked at the clock in another order than they came here.
        fault.deadlineNs = newest == null ? deadlineNs : Math.max(newest.deadlineNs, deadlineNs);
        fault.setTimed(true);
        link(newest, fault, null);
        if (newest == null) {
            timer.arm(fault.deadlineNs);
        }
    }

    void remove(final ChargedFault fault) {
        final boolean wasFirst = fault == first;
        unlink(fault);
        if (wasFirst) {
            armForFirst();
        }
    }

    /** Another one waits in the place of one. */
    void replace(final ChargedFault old, final ChargedFault by) {
        by.deadlineNs = old.deadlineNs;
        by.setTimed(true);
        old.setTimed(false);
        link(old.previous, by, old.next);
        old.previous = null;
        old.next = null;
    }

    /** Takes out the first one if its time has come; else, the timer being armed, gives null. */
    ChargedFault takeExpired(final long nowNs) {
        final ChargedFault fault = first;
        if (fault == null || fault.deadlineNs > nowNs) {
            armForFirst();
            return null;
        }
        unlink(fault);
        return fault;
    }

    private void link(
            final ChargedFault before, final ChargedFault fault, final ChargedFault after) {
        fault.previous = before;
        fault.next = after;
        if (before == null) {
            first = fault;
        } else {
            before.next = fault;
        }
        if (after == null) {
            last = fault;
        } else {
            after.previous = fault;
        }
    }

    private void unlink(final ChargedFault fault) {
        final ChargedFault before = fault.previous;
        final ChargedFault after = fault.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        fault.previous = null;
        fault.next = null;
        fault.setTimed(false);
    }

    private void armForFirst() {
        if (first == null) {
            timer.cancel();
        } else {
            timer.arm(first.deadlineNs);
        }
    }
}
