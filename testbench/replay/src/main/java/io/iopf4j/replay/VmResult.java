// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.ledger.Outcome;
import java.util.Map;

/**
 * What became of one virtual machine's faults.
 *
 * @param name the machine
 * @param devices how many devices it has
 * @param outcomes faults by outcome, every outcome present
 * @param outstandingHighWater most faults outstanding at once
 * @param quota the most that a policy lets it have outstanding; 0 if none does
 * @param latencies from raised to answered, of what its guest answered
 */
public record VmResult(
        String name,
        int devices,
        Map<Outcome, Long> outcomes,
        int outstandingHighWater,
        long quota,
        Latencies latencies) {
    /**
     * All its faults.
     *
     * @return the sum over all outcomes
     */
    public long raised() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * A percentile of the times from raised to answered.
     *
     * @param percent in [0, 100]
     * @return nanoseconds, by the nearest rank; 0 if nothing was answered
     * @throws IllegalArgumentException if that is no percentage
     */
    public long percentileNs(final double percent) {
        return latencies.percentileNs(percent);
    }

    /**
     * The longest of the times from raised to answered.
     *
     * @return nanoseconds; 0 if nothing was answered
     */
    public long longestNs() {
        return latencies.longestNs();
    }
}
