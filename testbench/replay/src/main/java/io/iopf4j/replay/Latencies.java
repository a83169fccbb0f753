// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.util.Arrays;

/**
 * How long faults took from raised to answered, of one virtual machine. Not thread-safe.
 *
 * <p>Each time is kept and they are sorted when the first percentile is asked for, which gives
 * exact percentiles: a run has its faults in memory anyhow, and a histogram of nanoseconds that is
 * good to three digits has more buckets than most runs have faults, all of which a percentile walks
 * through.
 */
public final class Latencies {
    private final long[] ns;
    private int count;
    private long longestNs;
    private boolean isSorted;

    /**
     * None yet.
     *
     * @param most how many there will be at most
     */
    Latencies(final int most) {
        this.ns = new long[most];
    }

    void add(final long tookNs) {
        ns[count++] = tookNs;
        longestNs = Math.max(longestNs, tookNs);
    }

    /**
     * How many were answered.
     *
     * @return 0 or more
     */
    public int count() {
        return count;
    }

    /**
     * The longest.
     *
     * @return nanoseconds; 0 if nothing was answered
     */
    public long longestNs() {
        return longestNs;
    }

    /**
     * A percentile by the nearest rank: the shortest time that so many took at most.
     *
     * @param percent in [0, 100]
     * @return nanoseconds, one of the times that were taken; 0 if nothing was answered
     * @throws IllegalArgumentException if that is no percentage
     */
    public long percentileNs(final double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("not a percentage: " + percent);
        }
        if (count == 0) {
            return 0;
        }
        if (!isSorted) {
            Arrays.sort(ns, 0, count);
            isSorted = true;
        }
        // Multiplied first: 99 % of 100 are 99, and not one more by a rounding of 0.99.
        final int rank = (int) Math.ceil(percent * count / 100);
        return ns[Math.max(rank, 1) - 1];
    }
}
