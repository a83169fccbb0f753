// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The report for people fits a mail whatever the dump holds. */
class TextReportTest {
    private static final int COLUMNS = 72;
    private static final String CAPTURE = "selftest-iopf.report.txt";

    @TempDir private Path folder;

    static List<String> dumps() throws IOException {
        try (Stream<Path> files = Files.list(Cli.DUMPS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(".*\\.(dat|gz)|selftest-.*\\.txt"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("dumps")
    void shouldDescribeADumpWithinItsColumns(final String file) {
        final Cli run = Cli.run("info", Cli.dump(file));
        run.assertRan();
        assertFits(run);
    }

    @ParameterizedTest
    @MethodSource("dumps")
    void shouldDescribeAReplayWithinItsColumns(final String file) {
        if (!file.startsWith("iopf-groups")) {
            final Cli run = Cli.run("replay", Cli.dump(file));
            run.assertRan();
            assertFits(run);
        }
    }

    @Test
    void shouldFindDumps() throws IOException {
        assertTrue(dumps().size() > 10, dumps().toString());
    }

    @Test
    void shouldWrapLongNames() throws IOException {
        final Path deep = Files.createDirectories(folder.resolve("d".repeat(100)));
        final Path file = deep.resolve("a dump with blanks " + "n".repeat(90) + ".txt");
        final String longName = "0000:00:02.0-" + "x".repeat(40);
        Files.writeString(file, capture().replace("iommufd_mock0", longName), UTF_8);
        assertFits(ranWith("info", file));
        assertFits(ranWith("replay", file));
    }

    @Test
    void shouldFitNumbersThatAreLong() throws IOException {
        final Path file = folder.resolve("slow.txt");
        final String[] lines = capture().split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].contains("iopf_fwrite")
                    || lines[i].contains("response")
                    || lines[i].contains("iopf_free")) {
                lines[i] = lines[i].replaceFirst("(\\d+\\.\\d{6}): iopf", "9$1: iopf");
                lines[i] = lines[i].replaceFirst(" 95\\.", " 9999999995.");
            }
        }
        Files.writeString(file, String.join("\n", lines), UTF_8);
        final Cli run = ranWith("replay", file);
        assertFits(run);
        assertTrue(run.out().contains("99999999"), run.out());
    }

    @Test
    void shouldPrintNoControlCharacters() throws IOException {
        final Path file = folder.resolve("escape\u001b[31m.txt");
        Files.writeString(file, capture().replace("iommufd_mock0", "mock\u001b[2J"), UTF_8);
        for (final String command : List.of("info", "replay")) {
            final Cli run = ranWith(command, file);
            assertTrue(run.out().contains("mock"), run.out());
            assertFalse(run.out().contains("\u001b"), "would command the terminal");
        }
    }

    @Test
    void shouldTellWhatIsMissing() {
        final Cli run = Cli.run("info", Cli.dump("iopf-lost-v7.dat"));
        assertTrue(run.outLines().stream().anyMatch(line -> line.startsWith("warning     ")));
        assertTrue(run.out().replaceAll("\\s+", " ").contains("404 lost"), run.out());
    }

    @Test
    void shouldNotTakeTicksForSeconds() {
        final Cli run = Cli.run("info", Cli.dump("iopf-mute-tsc.dat"));
        assertTrue(run.out().contains("ticks of a clock"), run.out());
        assertFalse(run.out().contains(" s\n"), run.out());
    }

    @Test
    void shouldTellEveryInvariant() {
        final Cli run = Cli.run("replay", Cli.dump("open-mixed-a.dat"));
        assertEquals(
                9, run.outLines().stream().filter(line -> line.startsWith("invariant")).count());
        assertTrue(run.out().contains("1000 fates as recorded, 0 differ"), run.out());
    }

    private static Cli ranWith(final String command, final Path file) {
        final Cli run = Cli.run(command, file.toString());
        run.assertRan();
        return run;
    }

    private static String capture() throws IOException {
        return Files.readString(Path.of(Cli.dump(CAPTURE)));
    }

    private static void assertFits(final Cli run) {
        for (final String line : run.outLines()) {
            assertTrue(line.length() <= COLUMNS, line.length() + " columns: " + line);
        }
    }
}
