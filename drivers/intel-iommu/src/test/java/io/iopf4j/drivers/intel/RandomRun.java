// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * The driver against the model, operation by operation as a seed has it: episodes, each with a
 * unit, devices and a seed of its own, the next one's being one more.
 */
final class RandomRun {
    private static final long EPISODE = 10_000;

    private final long firstSeed;
    private final long operations;
    private final LongUnaryOperator rewrite;
    private long hash;
    private long overflows;
    private long commandErrors;
    private long faults;
    private long done;

    RandomRun(final long seed, final long operations) {
        this(seed, operations, null);
    }

    /** A run whose descriptors are not all what the driver wrote. */
    RandomRun(final long seed, final long operations, final LongUnaryOperator rewrite) {
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
        final IntelBench bench = bench(random.nextInt(3));
        bench.isQuiet = true;
        bench.rewrite = rewrite;
        final RandomEpisode episode = new RandomEpisode(bench, random);
        try {
            episode.run(count);
        } catch (final AssertionError | RuntimeException wrong) {
            throw new AssertionError(
                    wrong.getMessage()
                            + "\nin operation "
                            + episode.operation()
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
    }

    /** Small queues, so that they overflow. */
    private static IntelBench bench(final int kind) {
        final VtdConfig scalable = VtdConfig.scalable();
        return switch (kind) {
            case 0 ->
                    new IntelBench(
                            Semantics.MAINLINE_6_12, scalable, new IntelOptions(true, 0, 512));
            case 1 ->
                    new IntelBench(
                            Semantics.MAINLINE_5_X, scalable, new IntelOptions(true, 0, 512));
            default ->
                    new IntelBench(
                            Semantics.MAINLINE_6_12, scalable, new IntelOptions(true, 1, 64));
        };
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
}
