// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;

/** A kernel without threads of its own: work runs when it is flushed, and the log is kept. */
public final class TestKernel implements Kernel, KernelLog {
    /** Warnings and errors, each as {@code who: message}. */
    public final List<String> complaints = new ArrayList<>();

    /** The work queues that were made. */
    public final List<TestWorkqueue> workqueues = new ArrayList<>();

    /** The timers that were made. */
    public final List<TestTimer> timers = new ArrayList<>();

    private final boolean isUniprocessor;
    private volatile long nowNs;

    /** Of threads that a test may make. */
    public TestKernel() {
        this(false);
    }

    /** Of one thread for certain, or of several. */
    public TestKernel(final boolean isUniprocessor) {
        this.isUniprocessor = isUniprocessor;
    }

    @Override
    public boolean isUniprocessor() {
        return isUniprocessor;
    }

    /** Work that waits for a flush. */
    public static final class TestWorkqueue implements Workqueue {
        private final String name;
        private final Queue<Runnable> queued = new ArrayDeque<>();
        private boolean isDestroyed;

        TestWorkqueue(final String name) {
            this.name = name;
        }

        public String name() {
            return name;
        }

        public boolean isDestroyed() {
            return isDestroyed;
        }

        /** Work that was queued and has not run. */
        public int waiting() {
            return queued.size();
        }

        @Override
        public void queueWork(final Runnable work) {
            queued.add(work);
        }

        @Override
        public void flush() {
            for (Runnable work = queued.poll(); work != null; work = queued.poll()) {
                work.run();
            }
        }

        @Override
        public void destroy() {
            flush();
            isDestroyed = true;
        }
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void udelay(final long microseconds) {}

    @Override
    public int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        throw new UnsupportedOperationException("the core claims no interrupt");
    }

    @Override
    public void freeIrq(final InterruptLine line) {
        throw new UnsupportedOperationException("the core claims no interrupt");
    }

    @Override
    public void synchronizeIrq(final InterruptLine line) {
        throw new UnsupportedOperationException("the core claims no interrupt");
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        final TestTimer timer = new TestTimer(expired);
        timers.add(timer);
        return timer;
    }

    /**
     * Lets time pass; each timer expires at its own time, the earliest first. One thread's work,
     * but others may arm and cancel meanwhile.
     */
    public void advanceTo(final long timeNs) {
        for (TestTimer next = earliest(timeNs); next != null; next = earliest(timeNs)) {
            final long dueNs = next.timeNs;
            if (next.expireBy(timeNs)) {
                nowNs = Math.max(nowNs, dueNs);
                next.expired.run();
            }
        }
        nowNs = timeNs;
    }

    private TestTimer earliest(final long timeNs) {
        return timers.stream()
                .filter(timer -> timer.isArmed && timer.timeNs <= timeNs)
                .min(Comparator.comparingLong(timer -> timer.timeNs))
                .orElse(null);
    }

    /** A timer that expires when a test lets time pass. */
    public static final class TestTimer implements KernelTimer {
        private final Runnable expired;
        private volatile long timeNs;
        private volatile boolean isArmed;

        TestTimer(final Runnable expired) {
            this.expired = expired;
        }

        /** When it expires, if it is armed. */
        public long timeNs() {
            return timeNs;
        }

        private synchronized boolean expireBy(final long when) {
            final boolean isDue = isArmed && timeNs <= when;
            isArmed &= !isDue;
            return isDue;
        }

        @Override
        public synchronized void arm(final long when) {
            timeNs = when;
            isArmed = true;
        }

        @Override
        public synchronized void cancel() {
            isArmed = false;
        }

        @Override
        public boolean isArmed() {
            return isArmed;
        }
    }

    @Override
    public Workqueue allocWorkqueue(final String name) {
        final TestWorkqueue workqueue = new TestWorkqueue(name);
        workqueues.add(workqueue);
        return workqueue;
    }

    @Override
    public KernelLog log() {
        return this;
    }

    @Override
    public void err(final String who, final String message) {
        complaints.add(who + ": " + message);
    }

    @Override
    public void warn(final String who, final String message) {
        complaints.add(who + ": " + message);
    }

    @Override
    public void info(final String who, final String message) {}
}
