// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Map;

/**
 * What a replay came to.
 *
 * @param bench the machine after the run
 * @param recording what was run
 * @param rowOfGroup each recorded group's row in the ledger
 * @param outcomes faults by outcome, every outcome present
 * @param vms one entry for each virtual machine, by index
 * @param comparison against the recording
 */
public record ReplayResult(
        Bench bench,
        Recording recording,
        List<Integer> rowOfGroup,
        Map<Outcome, Long> outcomes,
        List<VmResult> vms,
        Comparison comparison) {
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
        long count = 0;
        for (int row = 0; row < ledger().size(); row++) {
            count += ledger().reportedNs(row) == Ledger.NONE ? 0 : 1;
        }
        return count;
    }

    /**
     * Faults that reached a guest's queue.
     *
     * @return a count
     */
    public long delivered() {
        long count = 0;
        for (int row = 0; row < ledger().size(); row++) {
            count += ledger().deliveredNs(row) == Ledger.NONE ? 0 : 1;
        }
        return count;
    }
}
