// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.replay.ledger.Outcome;
import java.util.Map;

/**
 * What is kept of a virtual machine in one run.
 *
 * @param vm its name
 * @param outcomes its faults by outcome, every outcome present
 * @param outstandingHighWater most faults outstanding at once
 * @param p50Ns the median from raised to answered, of what was answered; 0 if nothing was
 * @param p99Ns the 99th percentile
 * @param longestNs the longest
 * @param owed faults that its guest would answer: those of a dump that the recorded guest did
 *     answer, and that it can answer before the dump ends; of a scenario as many as it raises, or
 *     would raise if the offender asked for nothing, without those that are lost even then
 * @param lost of those, the ones that were ended otherwise, were never reported, or are still
 *     outstanding though their answer is due
 * @param missing faults that it would have raised if the offender had asked for nothing: who waits
 *     for answers asks for less. 0 with a dump
 * @param late faults that are not lost, but were answered later than the criterion's bound or have
 *     waited longer than that when the run ended; 0 if it has none
 * @param longestWaitNs the longest that a fault waited from being raised for its record to be
 *     written
 */
public record VmTally(
        String vm,
        Map<Outcome, Long> outcomes,
        int outstandingHighWater,
        long p50Ns,
        long p99Ns,
        long longestNs,
        long owed,
        long lost,
        long missing,
        long late,
        long longestWaitNs) {
    /** Takes a copy of the map. */
    public VmTally {
        outcomes = Map.copyOf(outcomes);
    }

    /**
     * All its faults.
     *
     * @return the sum over all outcomes
     */
    public long raised() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Faults that ended otherwise than by an answer.
     *
     * @return terminated, timed out and drained
     */
    public long ended() {
        return outcomes.get(Outcome.TERMINATED)
                + outcomes.get(Outcome.TIMED_OUT)
                + outcomes.get(Outcome.DRAINED);
    }

    /**
     * Faults that have not ended.
     *
     * @return outstanding and unreported
     */
    public long open() {
        return outcomes.get(Outcome.OUTSTANDING) + outcomes.get(Outcome.UNREPORTED);
    }
}
