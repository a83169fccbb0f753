// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.util.SplittableRandom;

/**
 * Virtual time and the order of everything that is ready: one thread, one seed. Tasks are made
 * ready by interrupts and work; the seed picks which of several runs first, so that interleavings
 * are explored and each can be had again. A task costs no virtual time.
 */
public final class Scheduler {
    private final SplittableRandom random;
    private Task[] ready = new Task[16];
    private int readyCount;
    private long nowNs;
    private long tasksRun;

    /**
     * A scheduler at time 0.
     *
     * @param seed what picks among ready tasks
     */
    public Scheduler(final long seed) {
        this.random = new SplittableRandom(seed);
    }

    /**
     * Virtual time.
     *
     * @return nanoseconds since the start
     */
    public long nowNs() {
        return nowNs;
    }

    /**
     * Lets time pass.
     *
     * @param timeNs the new time
     * @throws IllegalArgumentException if it lies in the past
     */
    public void advanceTo(final long timeNs) {
        if (timeNs < nowNs) {
            throw new IllegalArgumentException(
                    "time never runs back: timeNs=" + timeNs + " nowNs=" + nowNs);
        }
        nowNs = timeNs;
    }

    /**
     * Runs tasks until none is ready.
     *
     * @return how many ran
     */
    public int runReady() {
        int run = 0;
        while (readyCount > 0) {
            final int pick = readyCount == 1 ? 0 : random.nextInt(readyCount);
            final Task task = ready[pick];
            ready[pick] = ready[--readyCount];
            ready[readyCount] = null;
            task.isReady = false;
            task.body.run();
            run++;
        }
        tasksRun += run;
        return run;
    }

    /**
     * How many tasks have run.
     *
     * @return a count since the start
     */
    public long tasksRun() {
        return tasksRun;
    }

    /** Something that can be made ready; made once, run many times. */
    public final class Task {
        private final Runnable body;
        private boolean isReady;

        /**
         * A task that is not ready yet.
         *
         * @param body what it does
         */
        public Task(final Runnable body) {
            this.body = body;
        }

        /** Makes it ready; does nothing if it is. A task may make itself ready again. */
        public void wake() {
            if (isReady) {
                return;
            }
            isReady = true;
            if (readyCount == ready.length) {
                ready = java.util.Arrays.copyOf(ready, readyCount * 2);
            }
            ready[readyCount++] = this;
        }

        /** Takes it back if it is ready. */
        public void cancel() {
            if (!isReady) {
                return;
            }
            isReady = false;
            for (int i = 0; i < readyCount; i++) {
                if (ready[i] == this) {
                    ready[i] = ready[--readyCount];
                    ready[readyCount] = null;
                    return;
                }
            }
        }
    }
}
