// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A kernel of one thread: work runs when it is flushed, and the log is kept. */
public final class TestKernel implements Kernel, KernelLog {
    /** Warnings and errors, each as {@code who: message}. */
    public final List<String> complaints = new ArrayList<>();

    /** The work queues that were made. */
    public final List<TestWorkqueue> workqueues = new ArrayList<>();

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
        return 0;
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
