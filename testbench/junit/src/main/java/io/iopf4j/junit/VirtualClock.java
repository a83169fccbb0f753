// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.Scheduler;
import java.time.Duration;

/**
 * The machine's time, which stands until a test moves it. Interrupt threads, work and guests run
 * while it does; which of several that are ready runs first is the seed's choice.
 */
public final class VirtualClock {
    private final Scheduler scheduler;
    private final Runnable settle;

    VirtualClock(final Scheduler scheduler, final Runnable settle) {
        this.scheduler = scheduler;
        this.settle = settle;
    }

    /**
     * The time.
     *
     * @return since the machine's start
     */
    public Duration now() {
        return Duration.ofNanos(scheduler.nowNs());
    }

    /** Runs what is ready, and what that makes ready; no time passes. */
    public void run() {
        scheduler.runReady();
        settle.run();
    }

    /**
     * Lets time pass and everything run that falls due in it.
     *
     * @param time how much, not negative
     */
    public void advance(final Duration time) {
        scheduler.runUntil(scheduler.nowNs() + time.toNanos());
        settle.run();
    }

    /**
     * Time and order themselves, for whoever makes tasks and timers of his own.
     *
     * @return the scheduler
     */
    public Scheduler scheduler() {
        return scheduler;
    }
}
