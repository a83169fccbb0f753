// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.PrintWriter;

/** One line on standard error that is written over and over, on a terminal only. */
final class Progress implements AutoCloseable {
    /** Set by the launcher if standard error is a terminal. */
    static final String TERMINAL = "iopf4j.progress";

    private static final int MOST_WIDTH = 72;
    private static final long NS_PER_TENTH = 100_000_000;
    private static final double NS_PER_S = 1e9;
    private static final double PERCENT = 100;
    private static final double LEAST_TO_TELL = 0.01;

    private final PrintWriter err;
    private final boolean isShown;
    private int lastPercent = -1;
    private long lastTenths = -1;
    private int width;

    Progress(final PrintWriter err, final boolean quiet) {
        this.err = err;
        this.isShown = !quiet && Boolean.getBoolean(TERMINAL);
    }

    void show(final String what, final long done, final long all) {
        if (!isShown || all <= 0) {
            return;
        }
        final int percent = (int) Math.min(100, done * 100 / all);
        if (percent == lastPercent) {
            return;
        }
        lastPercent = percent;
        line(String.format("%s %3d %%", what, percent));
    }

    /** What is done of something that has no end of its own; now and then. */
    void rate(final long scenarios, final long cycles, final long tookNs) {
        final long tenths = tookNs / NS_PER_TENTH;
        if (!isShown || tenths == lastTenths) {
            return;
        }
        lastTenths = tenths;
        final double seconds = tookNs / NS_PER_S;
        line(
                String.format(
                        "%,d scenarios, %,.0f/s, %,.0f cycles/s",
                        scenarios, scenarios / seconds, cycles / seconds));
    }

    /** What a search has seen, now and then. */
    void states(final String search, final int states, final long tookNs) {
        final long tenths = tookNs / NS_PER_TENTH;
        if (isShown && tenths != lastTenths) {
            lastTenths = tenths;
            line(String.format("%s: %,d states", search, states));
        }
    }

    /** What is done of many runs, and how long the rest takes if it goes on so; now and then. */
    void remaining(final String what, final double share, final long tookNs) {
        final long tenths = tookNs / NS_PER_TENTH;
        if (!isShown || tenths == lastTenths) {
            return;
        }
        lastTenths = tenths;
        final String left =
                share < LEAST_TO_TELL
                        ? ""
                        : String.format(", %,.0f s left", tookNs / NS_PER_S * (1 - share) / share);
        line(String.format("%s %3.0f %%%s", what, share * PERCENT, left));
    }

    private void line(final String text) {
        width = Math.max(width, text.length());
        err.print("\r" + text + " ".repeat(width - text.length()));
        err.flush();
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
            width = 0;
            lastPercent = -1;
        }
    }

    /** Takes away the line of a process that did not come to that. */
    static void wipe(final PrintWriter err) {
        if (Boolean.getBoolean(TERMINAL)) {
            err.print("\r" + " ".repeat(MOST_WIDTH) + "\r");
        }
    }
}
