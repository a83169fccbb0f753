// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioException;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.ScenarioWriter;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read back as it was, and in a form that people read. */
class ScenarioWriterTest {
    private static final int DRAWN = 500;

    @TempDir private Path folder;

    static String[] shipped() throws ScenarioException {
        return Scenarios.all().stream().map(Scenarios.Entry::name).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void shouldWriteWhatShips(final String name) throws IOException {
        assertIsReadBack(Scenarios.named(name));
    }

    @Test
    void shouldWriteWhatCanBeDrawn() throws IOException {
        for (int seed = 0; seed < DRAWN; seed++) {
            assertIsReadBack(ScenarioDraw.draw(new DrawLimits(seed % 2 == 0), seed));
        }
    }

    @Test
    void shouldKeepATitleThatYamlHasAUseFor() throws IOException {
        final Path file = folder.resolve("odd.yaml");
        Files.writeString(
                file,
                """
                title: 'a "b" \\ # : {c}'
                duration: 1s
                vms: [{name: a}]
                """);
        assertIsReadBack(ScenarioFile.read(file));
    }

    @Test
    void shouldGiveEachEventItsLine() throws IOException {
        final Path file = folder.resolve("steps.yaml");
        Files.writeString(
                file,
                """
                title: T
                hardware: {iommu: vtd}
                duration: 1s
                vms: [{name: a, guest: manual}]
                events:
                - {at: 1000us, access: a, pasid: 3, pages: 2, address: 0x2000, write: true}
                - {at: 1500us, answer: a, fault: newest, code: invalid}
                - {at: 2000ns, replaceDomain: a}
                """);

        final String written = ScenarioWriter.write(ScenarioFile.read(file));

        assertTrue(
                written.endsWith(
                        """
                        events:
                          - {at: 2us, replaceDomain: a.0}
                          - {at: 1ms, access: a.0, address: 0x2000, pasid: 3, write: true, pages: 2}
                          - {at: 1500us, answer: a, fault: newest, code: invalid}
                        """),
                written);
    }

    private void assertIsReadBack(final Scenario scenario) throws IOException {
        final Path file = folder.resolve(scenario.name() + ".yaml");
        Files.writeString(file, ScenarioWriter.write(scenario));
        assertEquals(scenario, ScenarioFile.read(file), () -> ScenarioWriter.write(scenario));
    }
}
