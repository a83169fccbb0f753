// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Map;

/**
 * What a replay came to.
 *
 * @param run the run by itself
 * @param recording what was run
 * @param rowOfGroup each recorded group's row in the ledger
 * @param comparison against the recording
 * @param unrecoverable faults that are no page requests; in no other count
 */
public record ReplayResult(
        RunResult run,
        Recording recording,
        List<Integer> rowOfGroup,
        Comparison comparison,
        Unrecoverable unrecoverable) {
    /**
     * Every fault's life.
     *
     * @return the bench's ledger
     */
    public Ledger ledger() {
        return run.ledger();
    }

    /**
     * All faults.
     *
     * @return the sum over all outcomes
     */
    public long raised() {
        return run.raised();
    }

    /**
     * Faults by outcome.
     *
     * @return every outcome present
     */
    public Map<Outcome, Long> outcomes() {
        return run.outcomes();
    }

    /**
     * The virtual machines.
     *
     * @return by index
     */
    public List<VmResult> vms() {
        return run.vms();
    }
}
