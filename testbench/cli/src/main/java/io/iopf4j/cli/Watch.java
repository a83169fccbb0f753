// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.ledger.Outcome;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A small table of a run that goes on, drawn over itself on a terminal some times a second and
 * taken away at its end. Nothing of the terminal stays changed between two drawings, so that a run
 * may be broken off at any time.
 */
final class Watch implements AutoCloseable {
    /** Of the machines those that have most outstanding. */
    static final int MOST_VMS = 12;

    private static final long NS_PER_DRAWING = 200_000_000;

    /** Drawing may take this part of the time. */
    private static final long PART = 20;

    private static final int BAR = 32;
    private static final double NS_PER_S = 1e9;
    private static final int PERCENT = 100;
    private static final int NAME_WIDTH = 16;

    /** What does not fit a narrow terminal is cut and not wrapped: lines are counted. */
    private static final String NO_WRAP = "\033[?7l";

    private static final String WRAP = "\033[?7h";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    private final PrintWriter err;
    private final boolean isShown;
    private final LongSupplier clock;
    private Bench bench;
    private long nextNs = Long.MIN_VALUE;
    private int drawn;

    /**
     * A table that is not there yet.
     *
     * @param err a terminal, if it is shown
     * @param isShown whether it is ever drawn
     * @param clock nanoseconds
     */
    Watch(final PrintWriter err, final boolean isShown, final LongSupplier clock) {
        this.err = err;
        this.isShown = isShown;
        this.clock = clock;
    }

    boolean isShown() {
        return isShown;
    }

    /** What is watched from now on. */
    void of(final Bench watched) {
        bench = watched;
    }

    /** The run has come so far, and is at rest: draws, if it is time to. */
    void at(final long done, final long all) {
        final long nowNs = clock.getAsLong();
        if (nextNs != Long.MIN_VALUE && nowNs - nextNs < 0) {
            return;
        }
        draw(lines(done, all));
        final long thenNs = clock.getAsLong();
        nextNs = thenNs + Math.max(NS_PER_DRAWING, (thenNs - nowNs) * PART);
    }

    private void draw(final List<String> lines) {
        final StringBuilder text = new StringBuilder(NO_WRAP);
        up(text);
        for (final String line : lines) {
            text.append(line).append(CLEAR_LINE).append('\n');
        }
        err.print(text.append(CLEAR_BELOW).append(WRAP));
        err.flush();
        drawn = lines.size();
    }

    private void up(final StringBuilder text) {
        text.append('\r');
        if (drawn > 0) {
            text.append("\033[").append(drawn).append('A');
        }
    }

    /** Takes the table away. */
    @Override
    public void close() {
        if (drawn > 0) {
            final StringBuilder text = new StringBuilder();
            up(text);
            err.print(text.append(CLEAR_BELOW));
            err.flush();
            drawn = 0;
        }
    }

    private List<String> lines(final long done, final long all) {
        final RunResult soFar = RunResult.of(bench);
        final List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%3d %%  %.6f s  %d raised, %d answered, %d outstanding",
                        all <= 0 ? PERCENT : Math.min(PERCENT, done * PERCENT / all),
                        bench.scheduler().nowNs() / NS_PER_S,
                        soFar.raised(),
                        soFar.outcomes().get(Outcome.ANSWERED),
                        soFar.outcomes().get(Outcome.OUTSTANDING)));
        if (bench.settings().hardware() instanceof SmmuSettings smmu) {
            lines.add(stalls(bench.ledger().openFaults(), smmu.config().stallMax()));
        }
        lines.add(
                String.format(
                        "%-16s %8s %8s %8s %8s %8s",
                        "VM", "raised", "answered", "ended", "open", "most"));
        soFar.vms().stream()
                .sorted(Comparator.comparingLong((VmResult vm) -> -open(vm)))
                .limit(MOST_VMS)
                .forEach(vm -> lines.add(line(vm)));
        if (soFar.vms().size() > MOST_VMS) {
            lines.add((soFar.vms().size() - MOST_VMS) + " more");
        }
        return lines;
    }

    /** A stall that waits for room is open too. */
    private static String stalls(final int open, final int room) {
        final int filled = (int) Math.min(BAR, ((long) open * BAR + room - 1) / room);
        return String.format(
                "stalls [%s%s] %d of %d%s",
                "#".repeat(filled),
                ".".repeat(BAR - filled),
                Math.min(open, room),
                room,
                open > room ? ", " + (open - room) + " wait" : "");
    }

    private static String line(final VmResult vm) {
        return String.format(
                "%-16s %8d %8d %8d %8d %8d",
                name(vm.name()),
                vm.raised(),
                vm.outcomes().get(Outcome.ANSWERED),
                vm.outcomes().get(Outcome.TERMINATED)
                        + vm.outcomes().get(Outcome.TIMED_OUT)
                        + vm.outcomes().get(Outcome.DRAINED),
                open(vm),
                vm.outstandingHighWater());
    }

    private static long open(final VmResult vm) {
        return vm.outcomes().get(Outcome.OUTSTANDING) + vm.outcomes().get(Outcome.UNREPORTED);
    }

    private static String name(final String name) {
        final String clean = Failures.oneLine(name);
        return clean.length() <= NAME_WIDTH ? clean : clean.substring(0, NAME_WIDTH - 1) + "~";
    }
}
