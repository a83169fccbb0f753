// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class WatchTest {
    private static final long MS = 1_000_000;

    private final StringWriter screen = new StringWriter();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000 * MS);

    /** Each progress of the run takes so long by the clock. */
    private List<String> drawings(final boolean isShown, final long stepNs) throws IOException {
        final Scenario scenario = Scenarios.named("shared-stall-buffer");
        try (Watch watch = new Watch(new PrintWriter(screen), isShown, clock::get)) {
            new ScenarioRun(scenario)
                    .withWatcher(watch::of)
                    .run(
                            done -> {
                                clock.addAndGet(stepNs);
                                if (watch.isShown()) {
                                    watch.at(done, scenario.durationNs());
                                }
                            });
        }
        return List.of(screen.toString().split("\033\\[\\?7l", -1));
    }

    @Test
    void shouldDrawTheTableOverItselfAndTakeItAway() throws IOException {
        final List<String> drawings = drawings(true, MS);
        assertTrue(drawings.size() > 5 && drawings.size() < 20, drawings.size() + " drawings");
        final String last = drawings.get(drawings.size() - 1);
        assertTrue(last.startsWith("\r\033[7A"), "up over seven lines: " + last);
        assertTrue(last.contains("stalls [################################] 64 of 64"), last);
        final String[] lines = last.split("\033\\[K\n", -1);
        assertTrue(lines[3].matches("silent +[0-9]+ +0 +0 +[0-9]+ +64"), lines[3]);
        assertTrue(last.endsWith("\033[J\033[?7h\r\033[7A\033[J"), "nothing is left: " + last);
        for (final String line : lines) {
            assertTrue(line.replaceAll("\033\\[[?0-9]*[A-Za-z]", "").length() <= 72, line);
        }
    }

    @Test
    void shouldNotDrawMoreOftenThanEyesSee() throws IOException {
        assertEquals(2, drawings(true, 1).size());
    }

    @Test
    void shouldDrawNothingUnlessItIsWanted() throws IOException {
        assertFalse(String.join("", drawings(false, MS)).contains("\033"));
    }

    @Test
    void shouldNeedATerminal() {
        final StringWriter err = new StringWriter();
        final int status =
                Main.run(
                        new String[] {"run", "storm", "--watch"},
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(err));
        assertEquals(Main.UNUSABLE, status);
        assertTrue(err.toString().contains("--watch needs a terminal"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }
}
