// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/smmuv3.md lists what is not modelled as {@link NotModelled} has it. */
final class NotModelledPageTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "smmuv3.md");
    private static final String HEAD = "| `NotModelled` | what happens when software uses it |";

    @Test
    void shouldListWhatTheEnumHasInItsOrder() throws IOException {
        final List<String> rows =
                Files.readAllLines(PAGE).stream()
                        .dropWhile(line -> !line.equals(HEAD))
                        .skip(2) // The head and the line under it.
                        .takeWhile(line -> line.startsWith("|"))
                        .toList();
        final List<String> expected =
                Arrays.stream(NotModelled.values())
                        .map(what -> "| `" + what + "` | " + what.effect() + " |")
                        .toList();
        assertEquals(expected, rows);
    }
}
