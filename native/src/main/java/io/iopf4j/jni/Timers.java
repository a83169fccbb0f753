// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelTimer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The pending timers of a library: one of the kernel's for each, used again and again. */
final class Timers {
    private final List<Slot> slots = new ArrayList<>();
    private final Deque<Slot> free = new ArrayDeque<>();
    private Kernel kernel;
    private long library;

    synchronized void start(final Kernel itsKernel) {
        kernel = itsKernel;
    }

    synchronized void serve(final long itsLibrary) {
        library = itsLibrary;
    }

    /** Arms a timer; its number, from 1 on, until it expires or is cancelled. 0 asks for one. */
    synchronized int arm(final int id, final long timer, final long timeNs) {
        final Slot slot = id == 0 ? take() : slot(id);
        slot.target = timer;
        slot.timer.arm(timeNs);
        return slot.id;
    }

    synchronized void cancel(final int id) {
        final Slot slot = slot(id);
        slot.timer.cancel();
        give(slot);
    }

    /** Cancels all. */
    synchronized void end() {
        library = 0;
        slots.forEach(slot -> slot.timer.cancel());
    }

    /** C keeps the number, in memory that it may have written over. */
    private Slot slot(final int id) {
        if (id < 1 || id > slots.size()) {
            throw new NativeCodeException("a timer that was written over");
        }
        return slots.get(id - 1);
    }

    private Slot take() {
        final Slot known = free.pollLast();
        if (known != null) {
            return known;
        }
        final Slot slot = new Slot(slots.size() + 1);
        slots.add(slot);
        return slot;
    }

    private void give(final Slot slot) {
        slot.target = 0;
        free.addLast(slot);
    }

    private void expired(final Slot slot) {
        final long target;
        final long its;
        synchronized (this) {
            target = slot.target;
            its = library;
            if (target == 0 || its == 0) {
                return;
            }
            give(slot);
        }
        Bridge.timerExpired(its, target);
    }

    private final class Slot {
        final int id;
        final KernelTimer timer;

        /** The C structure's address; 0: not pending. */
        long target;

        Slot(final int id) {
            this.id = id;
            timer = kernel.newTimer(() -> expired(this));
        }
    }
}
