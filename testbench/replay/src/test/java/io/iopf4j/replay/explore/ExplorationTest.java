// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplorationTest {
    private static final int RUNS = 300;

    @TempDir private Path folder;

    private static DrawLimits upstream(final String semantics) {
        return new DrawLimits(
                Hardware.Iommu.SMMUV3, Optional.of(semantics), Optional.of("none"), true);
    }

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldFindNothingInWhatShips(final Hardware.Iommu iommu) {
        final Exploration exploration =
                new Exploration(new DrawLimits(iommu, Optional.empty(), Optional.empty(), false));

        final Optional<Finding> found = exploration.run(1, seen -> seen.runs() < RUNS);

        assertEquals(
                "",
                found.map(it -> it.failure() + "\n" + ScenarioWriter.write(it.shrunk()))
                        .orElse(""));
        assertEquals(RUNS, exploration.seen().runs());
        assertTrue(exploration.seen().cycles() > RUNS);
        exploration
                .seen()
                .checksByInvariant()
                .forEach((name, checks) -> assertTrue(checks > 0, name));
    }

    @Test
    void shouldSeeTheSameAgain() {
        final long digest = digest(7);
        assertEquals(digest, digest(7));
        assertNotEquals(digest, digest(8));
    }

    private static long digest(final long seed) {
        final Exploration exploration = new Exploration(DrawLimits.NONE);
        exploration.run(seed, seen -> seen.runs() < 40);
        return exploration.seen().digest();
    }

    @Test
    void shouldWriteTheSameLedgerByteForByte() throws IOException {
        for (int seed = 1; seed <= 20; seed++) {
            final Scenario scenario = ScenarioDraw.draw(DrawLimits.NONE, seed);
            assertEquals(ledger(scenario), ledger(scenario));
        }
    }

    private static String ledger(final Scenario scenario) throws IOException {
        final RunResult result = new ScenarioRun(scenario).run(now -> {});
        final StringWriter text = new StringWriter();
        new LedgerWriter(result).writeCsv(text);
        return text.toString();
    }

    /** FINDINGS 33: the driver of 2017 never recovers from an overflow of VT-d's queue. */
    @Test
    void shouldFillNoQueueThatIsNeverHeardOfAgain() {
        final long overflowing = 1_008_106;
        final DrawLimits upstream =
                new DrawLimits(
                        Hardware.Iommu.VTD, Optional.of("v3-2017"), Optional.of("drain"), true);
        final Scenario drawn = ScenarioDraw.draw(DrawLimits.NONE, overflowing);

        assertEquals("v3-2017", drawn.semantics());
        assertEquals(Optional.empty(), new Trial(UnaryOperator.identity()).run(drawn));
        assertTrue(
                ScenarioDraw.draw(upstream, overflowing).hardware().queueEntries().orElse(256)
                        <= 256);
    }

    /** Holes that kernels are known to have: FINDINGS 4, 8 and 17. */
    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "mainline-5.x", "mainline-6.12"})
    void shouldFindWhatUpstreamIsKnownToBreakAndShrinkIt(final String semantics)
            throws IOException {
        final Finding found =
                new Exploration(upstream(semantics))
                        .run(1, seen -> seen.runs() < RUNS)
                        .orElseThrow();

        assertTrue(found.steps() < 10, () -> ScenarioWriter.write(found.shrunk()));
        assertTrue(found.steps() < found.drawn().events().size());
        final Path file = folder.resolve("shrunk.yaml");
        Files.writeString(file, ScenarioWriter.write(found.shrunk()));
        assertEquals(
                Optional.of(found.failure()),
                new Trial(UnaryOperator.identity()).run(ScenarioFile.read(file)));
    }

    @Test
    void shouldTellOfAnExceptionAsOfAnyFailure() {
        final Trial trial =
                new Trial(
                        run -> {
                            throw new IllegalStateException("a lock is held");
                        });

        final Failure failure = trial.run(ScenarioDraw.draw(DrawLimits.NONE, 1)).orElseThrow();

        assertEquals("IllegalStateException: a lock is held", failure.toString());
    }

    @Test
    void shouldCountWhatCannotRunOnItsHardware() throws IOException {
        final Path file = folder.resolve("groups.yaml");
        Files.writeString(
                file,
                """
                title: T
                hardware: {iommu: vtd}
                duration: 1s
                vms: [{name: a}]
                events: [{at: 1ms, access: a, pages: 2}]
                """);
        final Trial trial = new Trial(run -> run.withHardware(new Hardware(Hardware.Iommu.SMMUV3)));

        assertEquals(Optional.empty(), trial.run(ScenarioFile.read(file)));
        assertEquals(1, trial.skipped());
        assertTrue(trial.whySkipped().contains("it needs VT-d"), trial.whySkipped());
    }
}
