// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.emulation.Scheduler;
import java.util.SplittableRandom;

/** Whether something happens this time. One thread; the same seed gives the same answers. */
@FunctionalInterface
public interface Chance {
    /** It never happens. */
    Chance NEVER = () -> false;

    /** It happens each time. */
    Chance ALWAYS = () -> true;

    /**
     * Asked each time that it could happen.
     *
     * @return whether it does
     */
    boolean fires();

    /**
     * Happens each so manieth time.
     *
     * @param count how many times there are from one to the next, at least 1
     * @return the chance
     * @throws IllegalArgumentException if the count is less than 1
     */
    static Chance each(final long count) {
        return new CountedChance(count, true);
    }

    /**
     * Happens once.
     *
     * @param count which time, from 1
     * @return the chance
     * @throws IllegalArgumentException if the count is less than 1
     */
    static Chance only(final long count) {
        return new CountedChance(count, false);
    }

    /**
     * Happens with a probability.
     *
     * @param probability in [0, 1]
     * @param seed what chance comes from
     * @return the chance
     * @throws IllegalArgumentException if the probability is none
     */
    static Chance of(final double probability, final long seed) {
        checkProbability(probability);
        final SplittableRandom random = new SplittableRandom(seed);
        return () -> random.nextDouble() < probability;
    }

    /**
     * Happens with a probability in some runs, and in the others not once: what never happens
     * beside something else shows what that does by itself.
     *
     * @param active probability that it happens at all in this run, in [0, 1]
     * @param probability that it happens this time if so, in [0, 1]
     * @param seed what chance comes from
     * @return the chance
     * @throws IllegalArgumentException if a probability is none
     */
    static Chance inSomeRuns(final double active, final double probability, final long seed) {
        checkProbability(active);
        checkProbability(probability);
        final SplittableRandom random = new SplittableRandom(seed);
        return random.nextDouble() < active ? of(probability, random.nextLong()) : NEVER;
    }

    /**
     * The same for a while: before and after it does not happen, and is not asked.
     *
     * @param scheduler tells the time
     * @param fromNs first virtual nanosecond of it
     * @param untilNs first virtual nanosecond after it
     * @return the chance
     */
    default Chance during(final Scheduler scheduler, final long fromNs, final long untilNs) {
        return () ->
                scheduler.nowNs() >= fromNs && scheduler.nowNs() < untilNs && Chance.this.fires();
    }

    private static void checkProbability(final double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "a probability is in [0, 1]: probability=" + probability);
        }
    }
}
