// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;

/**
 * What a run came to, whether of a dump or of a scenario.
 *
 * @param bench the machine after the run
 * @param outcomes faults by outcome, every outcome present
 * @param vms one entry for each virtual machine, by index
 */
public record RunResult(Bench bench, Map<Outcome, Long> outcomes, List<VmResult> vms) {
    /**
     * What a bench has come to so far.
     *
     * @param bench a recorded bench, at rest
     * @return its counts; the bench may run on, and its ledger with it
     */
    public static RunResult of(final Bench bench) {
        return new RunOutcome(bench).result();
    }

    /**
     * Every fault's life.
     *
     * @return the bench's ledger
     */
    public Ledger ledger() {
        return bench.ledger();
    }

    /**
     * All faults.
     *
     * @return the sum over all outcomes
     */
    public long raised() {
        return ledger().size();
    }

    /**
     * Faults whose record the driver took off the queue.
     *
     * @return a count
     */
    public long reported() {
        return countKnown(ledger()::reportedNs);
    }

    /**
     * Faults that reached a guest's queue.
     *
     * @return a count
     */
    public long delivered() {
        return countKnown(ledger()::deliveredNs);
    }

    private long countKnown(final IntToLongFunction time) {
        long count = 0;
        for (int row = 0; row < ledger().size(); row++) {
            count += time.applyAsLong(row) == Ledger.NONE ? 0 : 1;
        }
        return count;
    }
}
