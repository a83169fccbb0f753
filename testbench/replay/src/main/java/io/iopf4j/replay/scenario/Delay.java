// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.SplittableRandom;

/**
 * How long something takes.
 *
 * @param distribution how it is drawn
 * @param minNs the least, nanoseconds
 * @param meanNs the mean of an exponential or the value of a fixed delay, nanoseconds
 * @param maxNs the most, nanoseconds
 */
public record Delay(Distribution distribution, long minNs, long meanNs, long maxNs) {
    /** How a delay is drawn. */
    public enum Distribution {
        /** Often short, now and then long; never more than the most. */
        EXPONENTIAL,
        /** Anything from the least to the most. */
        UNIFORM,
        /** Always the same. */
        FIXED
    }

    /**
     * Always the same.
     *
     * @param ns nanoseconds, not negative
     * @return the delay
     */
    public static Delay fixed(final long ns) {
        return new Delay(Distribution.FIXED, ns, ns, ns);
    }

    /**
     * Anything in a range, all of it as likely.
     *
     * @param minNs the least, nanoseconds, not negative
     * @param maxNs the most, at least the least
     * @return the delay
     */
    public static Delay uniform(final long minNs, final long maxNs) {
        return new Delay(Distribution.UNIFORM, minNs, minNs + (maxNs - minNs) / 2, maxNs);
    }

    /**
     * Exponentially distributed.
     *
     * @param meanNs the mean of the distribution before it is cut, nanoseconds, not negative
     * @param maxNs where it is cut, at least the mean
     * @return the delay
     */
    public static Delay exponential(final long meanNs, final long maxNs) {
        return new Delay(Distribution.EXPONENTIAL, 0, meanNs, maxNs);
    }

    /**
     * Draws one. The same seed gives the same delays on every machine.
     *
     * @param random where chance comes from; untouched by a fixed delay
     * @return nanoseconds, in [min, max]
     */
    public long draw(final SplittableRandom random) {
        return switch (distribution) {
            case FIXED -> meanNs;
            case UNIFORM -> minNs == maxNs ? minNs : random.nextLong(minNs, maxNs + 1);
            case EXPONENTIAL -> Math.min(maxNs, exponential(random, (double) meanNs));
        };
    }

    /** The last digits of a logarithm are the library's choice: StrictMath has one answer. */
    static long exponential(final SplittableRandom random, final double mean) {
        return (long) (mean * -StrictMath.log1p(-random.nextDouble()));
    }
}
