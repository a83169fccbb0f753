// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, for a command that still has something to tell: what it does is stopped, and the process
 * ends once it has told. The Java machine then gives the status of a process that a signal has
 * ended, 130 for SIGINT, 143 for SIGTERM and 129 for SIGHUP.
 */
final class Interruption {
    /** What a command would end with that SIGINT has ended. */
    static final int STATUS = 130;

    /** Nobody who wants to stop waits longer for a report. */
    private static final long GRACE_S = 10;

    private final CountDownLatch isTold = new CountDownLatch(1);
    private final Thread hook;

    private Runnable stop = () -> {};
    private boolean isHit;

    /** From now on a signal waits until this is over. */
    Interruption() {
        hook = new Thread(this::hit, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Says what a signal stops, or the one that has come already.
     *
     * @param what is called on any thread, at most once
     */
    synchronized void stops(final Runnable what) {
        stop = what;
        if (isHit) {
            stop.run();
        }
    }

    private void hit() {
        synchronized (this) {
            isHit = true;
            stop.run();
        }
        await();
    }

    private void await() {
        try {
            isTold.await(GRACE_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            // The process ends in any case.
            Thread.currentThread().interrupt();
        }
    }

    /** All is told; a signal ends the process again. */
    void over() {
        isTold.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, and that is what was waited for.
            return;
        }
    }
}
