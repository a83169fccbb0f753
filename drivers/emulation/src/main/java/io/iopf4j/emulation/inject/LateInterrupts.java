// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.WiredInterrupt;

/**
 * Brings interrupts to a driver late. Those that are raised while one is late come with it: an edge
 * has no number. Whoever waits until an interrupt is done waits for the late one too.
 */
public final class LateInterrupts extends InterruptGate {
    private final Scheduler scheduler;
    private final long latenessNs;
    private final Chance chance;
    private long late;

    /**
     * A kernel that takes its time over interrupts.
     *
     * @param given the kernel that does not
     * @param scheduler time and order
     * @param latenessNs by how much one is late, in virtual nanoseconds, at least 0
     * @param chance whether one is late
     */
    public LateInterrupts(
            final Kernel given,
            final Scheduler scheduler,
            final long latenessNs,
            final Chance chance) {
        super(given);
        this.scheduler = scheduler;
        this.latenessNs = latenessNs;
        this.chance = chance;
    }

    /**
     * How many were late.
     *
     * @return a count since the start
     */
    public long late() {
        return late;
    }

    @Override
    Line newLine(final WiredInterrupt wire, final IrqHandler handler) {
        return new LateLine(wire, handler);
    }

    @Override
    boolean passes(final Line line) {
        final Scheduler.Timer onItsWay = ((LateLine) line).timer;
        if (onItsWay.isArmed()) {
            return false;
        }
        if (!chance.fires()) {
            return true;
        }
        late++;
        onItsWay.arm(scheduler.nowNs() + latenessNs);
        return false;
    }

    private final class LateLine extends Line {
        private final Scheduler.Timer timer = scheduler.new Timer(this::raise);

        LateLine(final WiredInterrupt wire, final IrqHandler handler) {
            super(wire, handler);
        }

        @Override
        void freed() {
            timer.cancel();
        }

        @Override
        void synchronizing() {
            if (timer.isArmed()) {
                timer.cancel();
                raise();
            }
        }
    }
}
