// SPDX-License-Identifier: Apache-2.0
/** A run's faults for people to look at: a page for a browser, a file for the Perfetto viewer. */
module io.iopf4j.report {
    requires transitive io.iopf4j.replay;

    exports io.iopf4j.report;
}
