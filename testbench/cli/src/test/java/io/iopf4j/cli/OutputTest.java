// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where output goes, and what it must leave alone. */
class OutputTest {
    private static final String SMALL = "selftest-iopf.v7.dat";

    @TempDir private Path folder;

    @Test
    void shouldNotWriteOverTheDump() throws IOException {
        final Path dump = copy();
        final byte[] before = Files.readAllBytes(dump);
        Cli.run("replay", dump.toString(), "--ledger", dump.toString())
                .assertRefused("input itself");
        Cli.run("info", dump.toString(), "--json=" + dump).assertRefused("input itself");
        assertArrayEquals(before, Files.readAllBytes(dump));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "info DUMP --map FILE --json=FILE",
                "replay DUMP --map FILE --json=FILE",
                "replay DUMP --vms FILE --html FILE",
                "compare DUMP --policy none --policy drain --vms FILE --ledger FILE",
                "sweep DUMP --policy vm-quota=1..2 --map FILE --svg FILE",
                "sweep DUMP --policy vm-quota=1..2 --vms FILE --json=FILE",
            })
    void shouldNotWriteOverWhatItReadsBesideTheDump(final String line) throws IOException {
        final Path file = Files.writeString(folder.resolve("beside.yaml"), "{}\n");
        Cli.run(line.replace("DUMP", Cli.dump(SMALL)).replace("FILE", file.toString()).split(" "))
                .assertRefused("input itself");
        assertEquals("{}\n", Files.readString(file));
    }

    @Test
    void shouldNotWriteOverTheScenarioThatANameStandsFor() throws IOException {
        final String before = System.getProperty(Scenarios.FOLDER_PROPERTY);
        final Path file = folder.resolve("mine.yaml");
        Files.writeString(file, "title: T\nduration: 1s\nvms: [{name: a}]\n");
        try {
            System.setProperty(Scenarios.FOLDER_PROPERTY, folder.toString());
            Cli.run("run", "mine", "--ledger", file.toString()).assertRefused("input itself");
            Cli.run("run", "mine", "--json=" + file).assertRefused("input itself");
        } finally {
            if (before == null) {
                System.clearProperty(Scenarios.FOLDER_PROPERTY);
            } else {
                System.setProperty(Scenarios.FOLDER_PROPERTY, before);
            }
        }
        assertTrue(Files.readString(file).startsWith("title"));
    }

    @Test
    void shouldWriteAPageThatSaysWhatMadeIt() throws IOException {
        final Path page = folder.resolve("it's a page.html");
        Cli.run("run", "shared-prq", "--html", page.toString(), "--seed", "7").assertRan();
        final String text = Files.readString(page);
        assertTrue(text.startsWith("<!DOCTYPE html>"));
        assertTrue(
                text.contains(
                        "\"command\":\"iopf4j run shared-prq --html '"
                                + page.toString().replace("'", "'\\\\''")
                                + "' --seed 7\""),
                () -> text.substring(text.indexOf("\"command\"")).substring(0, 200));
        assertTrue(text.contains("[\"seed\",\"7\"]"));
    }

    @Test
    void shouldLeaveNoHalfOfAPage() throws IOException {
        Cli.run("run", "shared-prq", "--html", folder.toString())
                .assertRefused("cannot be written");
        Cli.run("run", "shared-prq", "--html", folder + "/absent/page.html")
                .assertRefused("absent/page.html");
        Cli.run("run", "shared-prq", "--html", "/dev/full").assertRefused("/dev/full");
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void shouldNotWriteTwoOutputsIntoOneFile() throws IOException {
        final String out = folder.resolve("out").toString();
        Cli.run("replay", copy().toString(), "--json=" + out, "--ledger=" + out)
                .assertRefused("two outputs");
    }

    @Test
    void shouldWriteThroughALinkAndLeaveNothingElse() throws IOException {
        final Path real = Files.writeString(folder.resolve("real.json"), "old");
        final Path link = Files.createSymbolicLink(folder.resolve("link.json"), real);
        final Path dump = copy();
        assertEquals(0, Cli.run("info", dump.toString(), "--json=" + link).status());
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(real).startsWith("{"));
        try (var files = Files.list(folder)) {
            assertEquals(3, files.count());
        }
    }

    static Stream<List<String>> outputs() {
        return Stream.of(
                List.of("info", "missing.dat", "--json="),
                List.of("replay", "missing.dat", "--json="),
                List.of("replay", "missing.dat", "--ledger="),
                List.of("replay", "missing.dat", "--perfetto="),
                List.of("run", "fifteen-devices", "--ledger="),
                List.of("run", "fifteen-devices", "--perfetto="),
                List.of("convert", "missing.dat", "--output="),
                List.of("explore", "--seconds=600", "--json="),
                List.of("explore", "--seconds=600", "--out="),
                List.of("explore", "--exhaustive", "--out="));
    }

    /** The dump is not even there: whoever read it first would say so. */
    @ParameterizedTest
    @MethodSource("outputs")
    void shouldRefuseBeforeTheWorkWhatCannotBeWritten(final List<String> command)
            throws IOException {
        final Path file = Files.writeString(folder.resolve("file"), "old");
        refused(command, folder.resolve("absent").resolve("out"), "no such folder");
        refused(command, folder, "is a folder");
        refused(command, file.resolve("out"), "Not a directory");
        assertEquals(List.of(file), files());
        assertEquals("old", Files.readString(file));
    }

    private void refused(final List<String> command, final Path output, final String why) {
        final List<String> args = new ArrayList<>(command);
        args.set(args.size() - 1, args.get(args.size() - 1) + output);
        Cli.run(args.toArray(new String[0])).assertRefused(output + ": cannot be written: " + why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json=", "--ledger=", "--perfetto="})
    void shouldSayInOneLineThatADiskIsFull(final String option) {
        final Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Cli.run("replay", Cli.dump(SMALL), option + full)
                .assertRefused("/dev/full: cannot be written: No space left on device");
        assertTrue(Files.exists(full));
    }

    @Test
    void shouldLeaveTheOldFileWhereTheNewOneFails() throws IOException {
        final Path file = Files.writeString(folder.resolve("file"), "old");
        final IOException failed =
                assertThrows(
                        IOException.class,
                        () ->
                                OutputFile.write(
                                        file,
                                        out -> {
                                            out.append("new");
                                            throw new IOException("dump: cut short");
                                        }));
        assertEquals("dump: cut short", failed.getMessage());
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void shouldWriteBytesAsTheyAre() throws IOException {
        final Path file = folder.resolve("file");
        final byte[] bytes = {0, (byte) 0xff, '\n', (byte) 0x80};
        OutputFile.writeBytes(file, out -> out.write(bytes));
        assertArrayEquals(bytes, Files.readAllBytes(file));
        OutputFile.write(file, out -> out.append("a\ud800\u00e9"));
        assertEquals("a?\u00e9", Files.readString(file));
    }

    @Test
    void shouldWriteATraceForTheViewer() throws IOException {
        final Path file = folder.resolve("run.pftrace");
        final Cli run = Cli.run("run", "fifteen-devices", "--perfetto", file.toString());
        run.assertRan();
        assertEquals(Cli.run("run", "fifteen-devices").out(), run.out());
        final byte[] first = Files.readAllBytes(file);
        assertTrue(first.length > 100_000);
        Cli.run("run", "fifteen-devices", "--perfetto", file.toString()).assertRan();
        assertArrayEquals(first, Files.readAllBytes(file));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void shouldSayWhereThereIsNoFaultToReplay() throws IOException {
        final Path text = folder.resolve("none.txt");
        Files.writeString(
                text,
                "# tracer: nop\n#\n     load-1     [000] .....     1.000001: map: IOMMU:"
                        + " iova=0x0000000000001000 - 0x0000000000002000"
                        + " paddr=0x0000000000003000 size=4096\n");
        final Cli run = Cli.run("replay", text.toString());
        assertEquals(0, run.status());
        assertTrue(run.out().contains("no fault is in it"), run.out());
    }

    @Test
    void shouldNameADeviceThatTheDumpDoesNotHave() throws IOException {
        final Path vms = Files.writeString(folder.resolve("vms.yaml"), "vm-a: [nodev]\n");
        Cli.run("replay", copy().toString(), "--vms", vms.toString())
                .assertRefused("vm-a", "nodev", "iommufd_mock0");
    }

    @Test
    void shouldTakeStandardInputOnce() {
        Cli.run("info", "-", "-").assertRefused("once");
    }

    @Test
    void shouldAddUpEachRowOfTheTable() {
        final List<String> lines =
                Cli.run("replay", Cli.dump("iopf-mixed-zstd.dat"), "--stall-entries", "2")
                        .outLines();
        final List<String[]> rows =
                lines.stream()
                        .filter(line -> line.startsWith("iommufd_mock"))
                        .map(line -> line.split(" +"))
                        .toList();
        assertEquals(8, rows.size());
        for (final String[] row : rows) {
            assertEquals(
                    Integer.parseInt(row[1]),
                    Integer.parseInt(row[2]) + Integer.parseInt(row[3]) + Integer.parseInt(row[4]));
        }
    }

    private Path copy() throws IOException {
        return Files.copy(Path.of(Cli.dump(SMALL)), folder.resolve("copy.dat"));
    }
}
