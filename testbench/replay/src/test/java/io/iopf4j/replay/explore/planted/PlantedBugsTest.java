// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.explore.Exploration;
import io.iopf4j.replay.explore.Failure;
import io.iopf4j.replay.explore.Finding;
import io.iopf4j.replay.explore.Trial;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Known mistakes are found soon, by what should tell them, and in a few steps. */
class PlantedBugsTest {
    /** Far less than a minute's worth. */
    private static final int MOST_SCENARIOS = 6_000;

    private static final int MOST_STEPS = 9;

    @TempDir private Path folder;

    static List<PlantedBug> bugs() {
        return PlantedBugs.ALL;
    }

    @Test
    void shouldBeADozen() {
        assertTrue(PlantedBugs.ALL.size() >= 12);
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void shouldBeFoundAndShrunk(final PlantedBug bug) throws IOException {
        final Finding finding =
                new Exploration(bug.limits(), bug::plant)
                        .run(1, seen -> seen.runs() < MOST_SCENARIOS)
                        .orElseThrow();

        final String yaml = ScenarioWriter.write(finding.shrunk());
        assertEquals(bug.invariant(), finding.failure().what(), yaml);
        assertTrue(finding.steps() <= MOST_STEPS, yaml);
        final Path file = folder.resolve("shrunk.yaml");
        Files.writeString(file, yaml);
        final Scenario read = ScenarioFile.read(file);
        assertEquals(Optional.of(finding.failure()), new Trial(bug::plant).run(read), yaml);
        final Optional<Failure> without = new Trial(UnaryOperator.identity()).run(read);
        assertEquals(Optional.empty(), without, yaml);
    }
}
