// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.ledger.Outcome;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What became of one virtual machine's faults.
 *
 * @param name the machine
 * @param devices how many devices it has
 * @param outcomes faults by outcome, every outcome present
 * @param outstandingHighWater most faults outstanding at once
 * @param latencyNs from raised to answered, of what its guest answered
 * @param longestNs the longest of those times, exactly
 */
public record VmResult(
        String name,
        int devices,
        Map<Outcome, Long> outcomes,
        int outstandingHighWater,
        Histogram latencyNs,
        long longestNs) {
    /**
     * All its faults.
     *
     * @return the sum over all outcomes
     */
    public long raised() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }
}
