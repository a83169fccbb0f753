// SPDX-License-Identifier: Apache-2.0
/** A run's faults for people to look at: a page for a browser, a file for the Perfetto viewer. */
@SuppressWarnings("requires-automatic") // uPlot is a script in a jar
module io.iopf4j.report {
    requires transitive io.iopf4j.replay;
    requires transitive tools.jackson.core;
    requires uplot;

    exports io.iopf4j.report;
}
