// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, for a command that still has something to tell: what it does is stopped, and the process
 * ends once it has told. The Java machine then gives the status of a process that a signal has
 * ended, 130 for SIGINT, 143 for SIGTERM and 129 for SIGHUP.
 */
final class Interruption implements AutoCloseable {
    /** What a command would end with that SIGINT has ended. */
    static final int STATUS = 130;

    /** Nobody who wants to stop waits longer for a report. */
    private static final long GRACE_S = 10;

    private final CountDownLatch isTold = new CountDownLatch(1);
    private final Thread hook;

    /**
     * From now on a signal stops something.
     *
     * @param stop is called on another thread, at most once
     */
    Interruption(final Runnable stop) {
        hook =
                new Thread(
                        () -> {
                            stop.run();
                            await();
                        },
                        "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
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
    @Override
    public void close() {
        isTold.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, and that is what was waited for.
            return;
        }
    }
}
