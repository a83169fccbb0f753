// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * The driver against the model, operation by operation as a seed has it: episodes, each with a
 * unit, devices and a seed of its own, the next one's being one more; the seed says which unit.
 */
final class RandomRun {
    private static final long EPISODE = 10_000;
    private static final RandomUnit[] UNITS = RandomUnit.values();

    private final long firstSeed;
    private final long operations;
    private final RandomUnit only;
    private final LongUnaryOperator rewrite;
    private long hash;
    private long overflows;
    private long commandErrors;
    private long faults;
    private long done;
    private long repeated;
    private long refusals;

    RandomRun(final long seed, final long operations) {
        this(seed, operations, null, null);
    }

    /** A run of one unit whose descriptors are not all what the driver wrote. */
    RandomRun(
            final long seed,
            final long operations,
            final RandomUnit only,
            final LongUnaryOperator rewrite) {
        this.only = only;
        this.firstSeed = seed;
        this.operations = operations;
        this.rewrite = rewrite;
    }

    /**
     * Runs.
     *
     * @return equal for equal runs
     * @throws AssertionError if something does not hold, with all that it takes to have it again
     */
    long run() {
        long seed = firstSeed;
        for (long left = operations; left > 0; left -= EPISODE) {
            runEpisode(seed++, Math.min(left, EPISODE));
        }
        return hash;
    }

    private void runEpisode(final long seed, final long count) {
        final SplittableRandom random = new SplittableRandom(seed);
        final RandomUnit unit = only == null ? UNITS[(int) (seed % UNITS.length)] : only;
        final IntelBench bench = unit.bench();
        bench.isQuiet = true;
        bench.rewrite = rewrite;
        final RandomEpisode episode = new RandomEpisode(unit, bench, random);
        try {
            episode.run(count);
        } catch (final AssertionError | RuntimeException wrong) {
            throw new AssertionError(
                    wrong.getMessage()
                            + "\nin operation "
                            + episode.operation()
                            + " of "
                            + unit
                            + " of seed "
                            + seed
                            + "; again by -Diopf4j.random.seed="
                            + seed
                            + " -Diopf4j.random.operations="
                            + count
                            + "\n"
                            + bench.log.recent(),
                    wrong);
        }
        hash = hash * 31 + episode.hash();
        overflows += bench.model.counters().overflows();
        commandErrors += bench.model.counters().commandErrors();
        faults += episode.faults();
        done += episode.done();
        repeated += episode.repeated();
        refusals += bench.refusals;
    }

    /** How often the page request queue overflowed. */
    long overflows() {
        return overflows;
    }

    /** Descriptors in error. */
    long commandErrors() {
        return commandErrors;
    }

    /** Faults that were handed to somebody. */
    long faults() {
        return faults;
    }

    /** Accesses that reached memory. */
    long done() {
        return done;
    }

    /** Answers that were given twice. */
    long repeated() {
        return repeated;
    }

    /** Allocations of the driver that failed. */
    long refusals() {
        return refusals;
    }
}
