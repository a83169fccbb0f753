// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The workqueues of a library, and its work that is queued. */
final class Works {
    private final List<Workqueue> queues = new ArrayList<>();
    private final Deque<Slot> free = new ArrayDeque<>();
    private Kernel kernel;
    private long library;

    synchronized void start(final Kernel itsKernel) {
        kernel = itsKernel;
    }

    synchronized void serve(final long itsLibrary) {
        library = itsLibrary;
    }

    synchronized int allocQueue(final String name) {
        queues.add(kernel.allocWorkqueue(name));
        return queues.size() - 1;
    }

    /** A queue of {@link #allocQueue}. */
    synchronized Workqueue queue(final int id) {
        return queues.get(id);
    }

    void queue(final int id, final long work) {
        final Slot slot;
        synchronized (this) {
            slot = free.isEmpty() ? new Slot() : free.removeLast();
            slot.target = work;
        }
        queue(id).queueWork(slot);
    }

    void flush(final int id) {
        queue(id).flush();
    }

    void destroy(final int id) {
        queue(id).destroy();
    }

    /** What is queued runs no more. */
    synchronized void end() {
        library = 0;
    }

    private final class Slot implements Runnable {
        private long target;

        @Override
        public void run() {
            final long its;
            final long work;
            synchronized (Works.this) {
                its = library;
                work = target;
                free.addLast(this);
            }
            if (its != 0) {
                Bridge.workRun(its, work);
            }
        }
    }
}
