// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class RunsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100})
    void shouldKeepTheListsOrderWhateverTheNumberOfWorkers(final int workers) throws IOException {
        final List<Runs.Job<Integer>> jobs =
                IntStream.range(0, 50).<Runs.Job<Integer>>mapToObj(i -> progress -> i).toList();
        assertEquals(
                IntStream.range(0, 50).mapToObj(Optional::of).toList(),
                new Runs<>(jobs, workers, Runs.Listener.UNHEARD).run());
    }

    @Test
    void shouldRunAsManyAtOnceAsThereAreWorkers() throws IOException {
        final CountDownLatch bothRun = new CountDownLatch(2);
        final Runs.Job<String> job =
                progress -> {
                    bothRun.countDown();
                    await(bothRun);
                    return "met";
                };
        assertEquals(
                List.of(Optional.of("met"), Optional.of("met")),
                new Runs<>(List.of(job, job), 2, Runs.Listener.UNHEARD).run());
    }

    @Test
    void shouldThrowTheFailureOfTheFirstInTheList() {
        final CountDownLatch secondFailed = new CountDownLatch(1);
        final IOException first = new IOException("the first");
        final List<Runs.Job<String>> jobs =
                List.of(
                        progress -> {
                            await(secondFailed);
                            throw first;
                        },
                        progress -> {
                            secondFailed.countDown();
                            throw new IllegalArgumentException("the second");
                        });
        final Runs<String> runs = new Runs<>(jobs, 2, Runs.Listener.UNHEARD);
        assertSame(first, assertThrows(IOException.class, runs::run));
    }

    @Test
    void shouldBeginNothingBehindAFailure() {
        final List<String> begun = new ArrayList<>();
        final List<Runs.Job<String>> jobs =
                List.of(
                        progress -> {
                            throw new OutOfMemoryError("no room");
                        },
                        progress -> {
                            begun.add("the second");
                            return "";
                        });
        assertThrows(OutOfMemoryError.class, new Runs<>(jobs, 1, Runs.Listener.UNHEARD)::run);
        assertEquals(List.of(), begun);
    }

    @Test
    void shouldKeepWhatHasFinishedWhenStopped() throws IOException {
        final List<Runs<String>> self = new ArrayList<>();
        final List<Runs.Job<String>> jobs =
                List.of(
                        progress -> "finished",
                        progress -> {
                            self.get(0).stop();
                            progress.at(1, 2);
                            return "not to be reached";
                        },
                        progress -> "never begun");
        self.add(new Runs<>(jobs, 1, Runs.Listener.UNHEARD));
        assertEquals(
                List.of(Optional.of("finished"), Optional.empty(), Optional.empty()),
                self.get(0).run());
    }

    @Test
    void shouldStopWhenItsCallerIsInterrupted() throws Exception {
        final CountDownLatch runs = new CountDownLatch(1);
        final Runs.Job<String> endless =
                progress -> {
                    runs.countDown();
                    while (true) {
                        progress.at(1, 2);
                        Thread.onSpinWait();
                    }
                };
        final Thread caller =
                new Thread(
                        () -> {
                            try {
                                new Runs<>(List.of(endless), 1, Runs.Listener.UNHEARD).run();
                            } catch (final IOException e) {
                                throw new AssertionError(e);
                            }
                        });
        caller.start();
        await(runs);
        caller.interrupt();
        caller.join(10_000);
        assertTrue(!caller.isAlive());
    }

    @Test
    void shouldTellHowFarAllAreAndNeverLess() throws IOException {
        final Runs.Job<String> job =
                progress -> {
                    for (int at = 0; at <= 10; at++) {
                        progress.at(at, 10);
                    }
                    return "";
                };
        final List<Double> shares = new ArrayList<>();
        final List<Integer> done = new ArrayList<>();
        final Runs.Listener listener =
                (finished, all, share) -> {
                    assertEquals(4, all);
                    shares.add(share);
                    done.add(finished);
                };
        new Runs<>(List.of(job, job, job, job), 2, listener).run();
        assertEquals(shares.stream().sorted().toList(), shares);
        assertEquals(1, shares.get(shares.size() - 1));
        assertEquals(4, done.get(done.size() - 1));
    }

    @Test
    void shouldRefuseNoWorkers() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Runs<String>(List.of(), 0, Runs.Listener.UNHEARD));
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
