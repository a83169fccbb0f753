// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.DumpSummary;

/** Says what a dump holds, each in a line. */
final class SummaryWords {
    private final DumpSummary summary;

    SummaryWords(final DumpSummary summary) {
        this.summary = summary;
    }

    String faults() {
        return String.format(
                "%d page requests in %d groups, %d unrecoverable",
                summary.pageRequests(), summary.groups(), summary.unrecoverable());
    }

    String answers() {
        return String.format(
                "%d success, %d invalid, %d failure, %d unanswered",
                summary.success(), summary.invalid(), summary.failure(), summary.unanswered());
    }

    String outstanding(final int vms) {
        return String.format(
                "%d at most, %d devices, %d VMs",
                summary.outstandingHighWater(), summary.devices(), vms);
    }
}
