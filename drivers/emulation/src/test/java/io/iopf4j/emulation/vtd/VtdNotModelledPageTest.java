// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.VtdCapabilities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/vtd.md lists what is not modelled as {@link VtdNotModelled} has it, and what there is. */
final class VtdNotModelledPageTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "vtd.md");
    private static final String HEAD = "| `VtdNotModelled` | what happens when software uses it |";

    @Test
    void shouldListWhatTheEnumHasInItsOrder() throws IOException {
        final List<String> rows =
                Files.readAllLines(PAGE).stream()
                        .dropWhile(line -> !line.equals(HEAD))
                        .skip(2) // The head and the line under it.
                        .takeWhile(line -> line.startsWith("|"))
                        .toList();
        final List<String> expected =
                Arrays.stream(VtdNotModelled.values())
                        .map(what -> "| `" + what + "` | " + what.effect() + " |")
                        .toList();
        assertEquals(expected, rows);
    }

    @Test
    void shouldShowTheCapabilitiesOfBothForms() throws IOException {
        final VtdCapabilities newer = VtdConfig.scalable().capabilities();
        final VtdCapabilities older = VtdConfig.revision2().capabilities();
        final String page = Files.readString(PAGE);
        assertTrue(
                page.contains("| CAP | 0x%016x | 0x%016x |".formatted(newer.cap(), older.cap())));
        assertTrue(
                page.contains("| ECAP | 0x%016x | 0x%016x |".formatted(newer.ecap(), older.ecap())),
                "0x%016x".formatted(older.ecap()));
    }
}
