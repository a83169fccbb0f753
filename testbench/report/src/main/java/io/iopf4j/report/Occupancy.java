// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run's virtual machines and its hardware held over time, as its ledger tells it: to the
 * nanosecond, so what comes and goes within one does not show. One thread.
 */
final class Occupancy {
    private final List<StepSeries> outstanding = new ArrayList<>();
    private final StepSeries queue = new StepSeries();
    private final StepSeries stalls = new StepSeries();

    Occupancy(final RunResult result) {
        result.vms().forEach(vm -> outstanding.add(new StepSeries()));
        final Ledger ledger = result.ledger();
        for (int row = 0; row < ledger.size(); row++) {
            final long completedNs = ledger.completedNs(row);
            span(outstanding.get(ledger.vm(row)), ledger.deliveredNs(row), completedNs);
            span(stalls, ledger.queuedNs(row), completedNs);
            final long takenNs = takenNs(ledger, row);
            for (int record = 0; record < ledger.requests(row); record++) {
                span(queue, ledger.queuedNs(row), takenNs);
            }
        }
    }

    /** A record whose report failed was taken all the same: its fault was answered, or ended. */
    private static long takenNs(final Ledger ledger, final int row) {
        if (ledger.reportedNs(row) != Ledger.NONE) {
            return ledger.reportedNs(row);
        }
        return ledger.answeredNs(row) != Ledger.NONE
                ? ledger.answeredNs(row)
                : ledger.completedNs(row);
    }

    private static void span(final StepSeries series, final long fromNs, final long toNs) {
        if (fromNs != Ledger.NONE) {
            series.begin(fromNs);
            if (toNs != Ledger.NONE) {
                // Of a fault that was recorded again its last report may be an earlier one.
                series.end(Math.max(fromNs, toNs));
            }
        }
    }

    /** Faults of a machine that were delivered to it and have not ended. */
    StepSeries outstanding(final int vm) {
        return outstanding.get(vm);
    }

    /** Records in the hardware's queue, one for each request, until the driver took them. */
    StepSeries queue() {
        return queue;
    }

    /** Faults that were recorded and have not ended: the stall buffer's, if there is one. */
    StepSeries stalls() {
        return stalls;
    }
}
