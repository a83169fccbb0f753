// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Virtual time and the order of everything that is ready: one thread, one seed. Tasks are made
 * ready by interrupts and work; the seed picks which of several runs first, so that interleavings
 * are explored and each can be had again. A task costs no virtual time. Timers run between tasks.
 */
public final class Scheduler {
    private static final int NOT_ARMED = -1;

    /** So many at one time are a loop: who wakes himself for ever, or arms a timer for now. */
    private static final int MOST_AT_ONCE = 1 << 24;

    private final IntUnaryOperator order;
    private Task[] ready = new Task[16];
    private int readyCount;
    private long nowNs;
    private long tasksRun;
    private Timer[] armed = new Timer[16];
    private int armedCount;
    private long timersArmed;

    /**
     * A scheduler at time 0.
     *
     * @param seed what picks among ready tasks
     */
    public Scheduler(final long seed) {
        this(new SplittableRandom(seed)::nextInt);
    }

    /**
     * A scheduler at time 0 whose order somebody else decides.
     *
     * @param order is given how many tasks are ready, if more than one, and answers which of them
     *     runs first, from 0
     */
    public Scheduler(final IntUnaryOperator order) {
        this.order = order;
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
     * Runs everything up to a time: what is ready now, then each timer when its time comes and what
     * it makes ready. Timers of one time run in the order in which they were armed.
     *
     * @param timeNs where time then stands, unless it has passed already
     * @throws IllegalStateException if it finds no end, since time stands still
     */
    public void runUntil(final long timeNs) {
        runReady();
        int atOnce = 0;
        while (armedCount > 0 && armed[0].timeNs <= timeNs) {
            final Timer next = armed[0];
            atOnce = next.timeNs > nowNs ? 0 : checked(atOnce + 1, "timers have expired");
            nowNs = Math.max(nowNs, next.timeNs);
            next.cancel();
            next.expired.run();
            runReady();
        }
        nowNs = Math.max(nowNs, timeNs);
    }

    /**
     * When the next timer expires.
     *
     * @return virtual nanoseconds, or {@link Long#MAX_VALUE} if none is armed
     */
    public long nextTimerNs() {
        return armedCount == 0 ? Long.MAX_VALUE : armed[0].timeNs;
    }

    /**
     * When each armed timer expires.
     *
     * @return virtual nanoseconds, ascending
     */
    public long[] deadlinesNs() {
        final long[] deadlines = new long[armedCount];
        Arrays.setAll(deadlines, i -> armed[i].timeNs);
        Arrays.sort(deadlines);
        return deadlines;
    }

    /**
     * Runs tasks until none is ready.
     *
     * @return how many ran
     * @throws IllegalStateException if that finds no end
     */
    public int runReady() {
        int run = 0;
        while (readyCount > 0) {
            final int pick = readyCount == 1 ? 0 : order.applyAsInt(readyCount);
            final Task task = ready[pick];
            ready[pick] = ready[--readyCount];
            ready[readyCount] = null;
            task.isReady = false;
            task.body.run();
            run = checked(run + 1, "tasks have run");
        }
        tasksRun += run;
        return run;
    }

    private int checked(final int count, final String what) {
        if (count > MOST_AT_ONCE) {
            throw new IllegalStateException(
                    "no end: " + count + " " + what + " at " + nowNs + " ns");
        }
        return count;
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
                ready = Arrays.copyOf(ready, readyCount * 2);
            }
            ready[readyCount++] = this;
        }

        /** Runs it now if it is ready. */
        void runIfReady() {
            if (isReady) {
                cancel();
                body.run();
            }
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

    /** Something that happens at a time; made once, armed many times. In a binary heap. */
    public final class Timer {
        private final Runnable expired;
        private long timeNs;
        private long order;
        private int at = NOT_ARMED;

        /**
         * A timer that is not armed.
         *
         * @param expired runs when its time has come
         */
        public Timer(final Runnable expired) {
            this.expired = expired;
        }

        /**
         * Arms it, in place of a time that it was armed for.
         *
         * @param when virtual nanoseconds; a time that has passed is now
         */
        public void arm(final long when) {
            cancel();
            timeNs = when;
            order = timersArmed++;
            if (armedCount == armed.length) {
                armed = Arrays.copyOf(armed, armedCount * 2);
            }
            siftUp(this, armedCount++);
        }

        /** Disarms it; does nothing if it is not armed. */
        public void cancel() {
            if (at == NOT_ARMED) {
                return;
            }
            final Timer last = armed[--armedCount];
            armed[armedCount] = null;
            if (last != this) {
                siftUp(last, at);
                siftDown(last, last.at);
            }
            at = NOT_ARMED;
        }

        /**
         * Whether it is armed.
         *
         * @return it will expire
         */
        public boolean isArmed() {
            return at != NOT_ARMED;
        }

        private boolean isBefore(final Timer other) {
            return timeNs != other.timeNs ? timeNs < other.timeNs : order < other.order;
        }
    }

    private void siftUp(final Timer timer, final int from) {
        int at = from;
        while (at > 0 && timer.isBefore(armed[(at - 1) / 2])) {
            place(armed[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        place(timer, at);
    }

    private void siftDown(final Timer timer, final int from) {
        int at = from;
        while (2 * at + 1 < armedCount) {
            int child = 2 * at + 1;
            if (child + 1 < armedCount && armed[child + 1].isBefore(armed[child])) {
                child++;
            }
            if (!armed[child].isBefore(timer)) {
                break;
            }
            place(armed[child], at);
            at = child;
        }
        place(timer, at);
    }

    private void place(final Timer timer, final int at) {
        armed[at] = timer;
        timer.at = at;
    }
}
