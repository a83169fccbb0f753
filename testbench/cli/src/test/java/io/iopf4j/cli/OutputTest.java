// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
