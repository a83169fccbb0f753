// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.emulation.vtd.VtdConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the documentation shows works and is what it says. */
class ExampleTest {
    private static final Path SCRIPT = Path.of("../../docs/qtest-example.py");
    private static final Path VTD_SCRIPT = Path.of("../../docs/qtest-vtd-example.py");
    private static final Path PAGE = Path.of("../../docs/qtest.md");

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void shouldRunTheScriptAndPrintWhatThePageShows() throws Exception {
        assertPrints(
                SCRIPT,
                new SmmuV3Machine(SmmuV3Config.roomy()),
                """
                outstanding 1, interrupts [0]
                event 0x10 of stream 0x10, stalled 1, address 0x12345678
                access 1 ended 1, data 0x123456789abcdef
                """);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void shouldRunTheScriptForVtdAndPrintWhatThePageShows() throws Exception {
        assertPrints(
                VTD_SCRIPT,
                new VtdMachine(VtdConfig.scalable()),
                """
                allowed 0
                interrupts [1], message 0x42
                request 0x0000004203100101 0x00007f12345670af
                response 0 to group 0x15
                access 3 ended 1, data 0x123456789abcdef
                """);
    }

    private static void assertPrints(final Path file, final Machine machine, final String expected)
            throws Exception {
        assumeTrue(hasPython(), "no python3 here");
        final Path path = Files.createTempDirectory("qtest").resolve("s");
        final String printed;
        try (QtestSocket socket = QtestSocket.listen(path)) {
            final Process script =
                    new ProcessBuilder("python3", file.toString(), path.toString())
                            .redirectErrorStream(true)
                            .start();
            socket.serve(machine);
            printed = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, script.waitFor(), printed);
        }
        Files.delete(path.getParent());
        assertEquals(expected, printed);
        assertTrue(Files.readString(PAGE).contains(printed));
    }

    /** The dialogue of the page: what a client sends, and after it what it gets. */
    @Test
    void shouldAnswerAsInTheDialogueOfThePage() throws IOException {
        final String page = Files.readString(PAGE);
        final List<String> lines =
                page.substring(page.indexOf("> "), page.indexOf("```", page.indexOf("> ")))
                        .lines()
                        .toList();
        assertTrue(lines.size() > 6, lines.toString());
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final String sent =
                lines.stream()
                        .filter(line -> line.startsWith("> "))
                        .map(line -> line.substring(2) + "\n")
                        .collect(Collectors.joining());
        new QtestSession(
                        new SmmuV3Machine(SmmuV3Config.roomy()),
                        new ByteArrayInputStream(sent.getBytes(StandardCharsets.US_ASCII)),
                        out)
                .run();
        assertEquals(
                lines.stream().filter(line -> !line.startsWith("> ")).toList(),
                out.toString(StandardCharsets.US_ASCII).lines().toList());
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "pass").start().waitFor() == 0;
        } catch (final IOException e) {
            return false;
        }
    }
}
