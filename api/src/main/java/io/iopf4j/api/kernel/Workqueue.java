// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/** Deferred work: {@code struct workqueue_struct}. */
public interface Workqueue {
    /**
     * Queues work ({@code queue_work}). Each call runs the work once, later.
     *
     * @param work what to run
     */
    void queueWork(Runnable work);

    /** Runs or waits for all that was queued before the call ({@code flush_workqueue}). */
    void flush();

    /** Flushes and gives the queue up ({@code destroy_workqueue}). */
    void destroy();
}
