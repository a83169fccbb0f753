// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Many runs at once, on threads of their own. They begin in the order of the list, and what they
 * come to stands in that order, so that nothing depends on how many workers there are: if some
 * fail, it is the failure of the first in the list that counts. One use.
 *
 * @param <T> what one run comes to; who needs but a figure keeps that and not the whole run
 */
public final class Runs<T> {
    /** Most workers that are of use to anybody. */
    public static final int MOST_WORKERS = 1024;

    private static final int WHOLE = 1000;

    private final List<Job<T>> jobs;
    private final int workers;
    private final Listener listener;
    private final List<Optional<T>> results;
    private final int[] permille;
    private int next;
    private int done;
    private long permilleOfAll;
    private int firstFailed;
    private Throwable failure;
    private volatile int limit;

    /**
     * Nothing runs yet.
     *
     * @param jobs what is to run; nothing that two of them share may change
     * @param workers how many run at a time, in [1, {@link #MOST_WORKERS}]
     * @param listener hears how far all are
     */
    public Runs(final List<Job<T>> jobs, final int workers, final Listener listener) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new IllegalArgumentException(
                    "workers must be in [1, " + MOST_WORKERS + "], not " + workers);
        }
        this.jobs = List.copyOf(jobs);
        this.workers = Math.min(workers, this.jobs.size());
        this.listener = listener;
        this.results = new ArrayList<>(Collections.nCopies(this.jobs.size(), Optional.empty()));
        this.permille = new int[this.jobs.size()];
        this.limit = this.jobs.size();
        this.firstFailed = this.jobs.size();
    }

    /**
     * As many as the machine has processors.
     *
     * @return at least 1
     */
    public static int defaultWorkers() {
        return Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Runs all, and waits for them. An interrupt stops them.
     *
     * @return what each came to, in the list's order; empty for those that were stopped before
     * @throws IOException if one has failed so; those behind it in the list have been stopped. Its
     *     unchecked exceptions and errors are thrown as well
     */
    public List<Optional<T>> run() throws IOException {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            final Thread thread = new Thread(this::work, "run-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        threads.forEach(this::await);
        synchronized (this) {
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            return List.copyOf(results);
        }
    }

    private void await(final Thread thread) {
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                isInterrupted = true;
                stop();
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins no more runs and ends those that go on; what has finished stays. From any thread. */
    public synchronized void stop() {
        limit = 0;
    }

    private void work() {
        for (int index = begin(); index < limit; index = begin()) {
            final int job = index;
            try {
                final T result = jobs.get(job).run((at, all) -> progress(job, at, all));
                finished(job, result);
            } catch (final StoppedException e) {
                return;
            } catch (final IOException | RuntimeException | Error e) {
                failed(job, e);
            }
        }
    }

    private synchronized int begin() {
        return next < limit ? next++ : jobs.size();
    }

    private void progress(final int job, final long at, final long all) {
        if (job >= limit) {
            throw new StoppedException();
        }
        final int now = all <= 0 ? 0 : (int) (Math.min(at, all) * (double) WHOLE / all);
        // Only this thread writes it.
        if (now > permille[job]) {
            advance(job, now);
        }
    }

    private synchronized void advance(final int job, final int now) {
        permilleOfAll += now - permille[job];
        permille[job] = now;
        listener.at(done, jobs.size(), permilleOfAll / (double) WHOLE / jobs.size());
    }

    private synchronized void finished(final int job, final T result) {
        results.set(job, Optional.of(result));
        done++;
        advance(job, WHOLE);
    }

    private synchronized void failed(final int job, final Throwable how) {
        if (job < firstFailed) {
            firstFailed = job;
            failure = how;
        }
        limit = Math.min(limit, job);
    }

    /**
     * One run.
     *
     * @param <T> what it comes to
     */
    @FunctionalInterface
    public interface Job<T> {
        /**
         * Runs it, on a worker's thread.
         *
         * @param progress must hear now and then how far it is, on the same thread: it throws what
         *     ends a run that is to stop, and that must be passed on
         * @return what it came to, not null
         * @throws IOException if it cannot be run: one line that says why
         */
        T run(Faults.RunProgress progress) throws IOException;
    }

    /** Hears how far all runs are. */
    @FunctionalInterface
    public interface Listener {
        /** For who does not want to know. */
        Listener UNHEARD = (done, all, share) -> {};

        /**
         * They have come so far. One call at a time, on any worker's thread, which waits for it.
         *
         * @param done how many have finished
         * @param all how many there are
         * @param share how much of all is done, in [0, 1]; never less than before
         */
        void at(int done, int all, double share);
    }

    /** Ends a run that is no longer wanted. */
    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        StoppedException() {
            super("stopped", null, false, false);
        }
    }
}
