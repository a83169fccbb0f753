// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * The driver against the model, operation by operation as a seed has it: episodes, each with an
 * SMMU, devices and a seed of its own, the next one's being one more.
 */
final class RandomRun {
    private static final long EPISODE = 10_000;

    private final long firstSeed;
    private final long operations;
    private final BiFunction<Mmio, PhysicalMemory, Mmio> wrap;
    private final RandomLog hashes = new RandomLog();
    private long overflows;
    private long requestOverflows;
    private long commandErrors;
    private long mostStalls;

    RandomRun(final long seed, final long operations) {
        this(seed, operations, StreamTableWatch::new);
    }

    /** A run whose driver sees something else instead of the registers. */
    RandomRun(
            final long seed,
            final long operations,
            final BiFunction<Mmio, PhysicalMemory, Mmio> wrap) {
        this.firstSeed = seed;
        this.operations = operations;
        this.wrap = wrap;
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
        return hashes.hash();
    }

    private void runEpisode(final long seed, final long count) {
        final RandomLog log = new RandomLog();
        RandomEpisode episode = null;
        try {
            episode = new RandomEpisode(new SplittableRandom(seed), log, wrap);
            episode.run(count);
        } catch (final AssertionError | RuntimeException wrong) {
            throw new AssertionError(
                    wrong.getMessage()
                            + "\nin operation "
                            + log.operation()
                            + " of seed "
                            + seed
                            + "; again by -Diopf4j.random.seed="
                            + seed
                            + " -Diopf4j.random.operations="
                            + count
                            + "\n"
                            + (episode == null ? "" : episode.setup())
                            + "\n"
                            + log.recent(),
                    wrong);
        }
        hashes.add("episode", seed, log.hash());
        final var counters = episode.model().counters();
        overflows += counters.eventQueueOverflows();
        requestOverflows += counters.priQueueOverflows();
        commandErrors += counters.commandErrors();
        mostStalls = Math.max(mostStalls, episode.model().stallHighWater());
    }

    /** Events that were lost. */
    long overflows() {
        return overflows;
    }

    /** Page requests that were lost. */
    long requestOverflows() {
        return requestOverflows;
    }

    /** Commands in error. */
    long commandErrors() {
        return commandErrors;
    }

    /** Most stalls at once. */
    long mostStalls() {
        return mostStalls;
    }
}
