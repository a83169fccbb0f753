// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenariosTest {
    private static final Path FOLDER = Path.of("../scenarios");

    @TempDir private Path folder;

    // ---- Those that ship ------------------------------------------------------------------------

    @Test
    void shouldShipEachFileOfTheFolder() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertEquals(
                    Set.copyOf(Scenarios.SHIPPED),
                    files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                            .collect(Collectors.toSet()));
        }
    }

    static List<String> shipped() {
        return Scenarios.SHIPPED;
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void shouldHaveItInTheJar(final String name) throws IOException {
        try (InputStream in = Scenarios.class.getResourceAsStream(name + ".yaml")) {
            assertArrayEquals(
                    Files.readAllBytes(FOLDER.resolve(name + ".yaml")), in.readAllBytes());
        }
        assertEquals(
                ScenarioFile.read(FOLDER.resolve(name + ".yaml")),
                Scenarios.named(name, Optional.empty()));
    }

    /** It says on top what it shows and how to see that. */
    @ParameterizedTest
    @MethodSource("shipped")
    void shouldShowItsCommands(final String name) throws IOException {
        final String head = Files.readString(FOLDER.resolve(name + ".yaml")).split("title:", 2)[0];
        assertTrue(head.startsWith("# SPDX-License-Identifier: Apache-2.0\n#\n# "), head);
        assertTrue(head.contains("\n#   ./iopf4j run " + name + "\n"), head);
        assertTrue(head.contains("\n# Look at "), head);
    }

    @Test
    void shouldListThemWithTheirTitles() throws IOException {
        final List<Scenarios.Entry> all = Scenarios.all(Optional.empty());
        assertEquals(Scenarios.SHIPPED, all.stream().map(Scenarios.Entry::name).toList());
        assertEquals(
                new Scenarios.Entry(
                        "shared-stall-buffer", "a silent VM fills the stall buffer of all"),
                all.get(0));
    }

    // ---- A folder -------------------------------------------------------------------------------

    @Test
    void shouldFindWhatTheFolderHasBeyond() throws IOException {
        write("mine", "Mine");
        write("also", "Also");
        final List<Scenarios.Entry> all = Scenarios.all(Optional.of(folder));
        assertEquals(
                List.of(new Scenarios.Entry("also", "Also"), new Scenarios.Entry("mine", "Mine")),
                all.subList(Scenarios.SHIPPED.size(), all.size()));
        assertEquals("Mine", Scenarios.named("mine", Optional.of(folder)).title());
    }

    @Test
    void shouldPreferTheFolder() throws IOException {
        write("domain-change", "Changed");
        assertEquals("Changed", Scenarios.named("domain-change", Optional.of(folder)).title());
        assertEquals(Scenarios.SHIPPED.size(), Scenarios.all(Optional.of(folder)).size());
    }

    @Test
    void shouldDoWithoutTheFolder() throws IOException {
        assertEquals(
                Scenarios.all(Optional.empty()),
                Scenarios.all(Optional.of(folder.resolve("absent"))));
    }

    @Test
    void shouldFindTheFolderByItsProperty() throws IOException {
        write("mine", "Mine");
        System.setProperty(Scenarios.FOLDER_PROPERTY, folder.toString());
        try {
            assertEquals("Mine", Scenarios.named("mine").title());
            assertEquals(Scenarios.SHIPPED.size() + 1, Scenarios.all().size());
        } finally {
            System.clearProperty(Scenarios.FOLDER_PROPERTY);
        }
    }

    @Test
    void shouldNameAFileOfTheFolderThatIsBroken() throws IOException {
        final Path file = Files.writeString(folder.resolve("mine.yaml"), "title: [\n");
        final String line =
                assertThrows(ScenarioException.class, () -> Scenarios.all(Optional.of(folder)))
                        .getMessage();
        assertTrue(line.startsWith(file + ":2: not YAML: "), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such", "../domain-change", "", "domain-change.yaml", "a\nb"})
    void shouldSayWhatThereIs(final String name) {
        assertEquals(
                "no scenario '"
                        + name.replace('\n', '?')
                        + "', expected a file or one of "
                        + String.join(", ", Scenarios.SHIPPED),
                assertThrows(ScenarioException.class, () -> Scenarios.named(name, Optional.empty()))
                        .getMessage());
    }

    private void write(final String name, final String title) throws IOException {
        Files.writeString(
                folder.resolve(name + ".yaml"),
                "title: " + title + "\nduration: 1s\nvms: [{name: a}]\n");
    }
}
