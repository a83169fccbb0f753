// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows is what the command prints. */
class ReadmeTest {
    private static final Path README = Path.of("../../README.md");
    private static final String DUMP = "testbench/dumps/open-mixed-a.dat";

    @Test
    void shouldShowWhatReplayPrints() throws IOException {
        final Cli cli = Cli.run("replay", "../../" + DUMP);
        assertEquals(0, cli.status());
        final List<String> printed = cli.out().replace("../../" + DUMP, DUMP).lines().toList();
        final List<String> shown = example();
        assertFalse(shown.isEmpty());
        for (final String line : shown) {
            assertTrue(printed.contains(line), line);
        }
    }

    @Test
    void shouldStayUnderAHundredLines() throws IOException {
        assertTrue(Files.readAllLines(README).size() < 100);
    }

    private static List<String> example() throws IOException {
        final String text = Files.readString(README);
        final int start = text.indexOf("dump        " + DUMP);
        return text.substring(start, text.indexOf("```", start))
                .lines()
                .filter(line -> !line.equals("...") && !line.isEmpty())
                .toList();
    }
}
