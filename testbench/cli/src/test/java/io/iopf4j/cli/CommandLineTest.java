// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What scripts rely on: exit status, one line for a failure, and where the report goes. */
class CommandLineTest {
    private static final String SMALL = Cli.dump("selftest-iopf.v7.dat");
    private static final String OPEN = Cli.dump("open-mixed-a.dat");

    @TempDir private Path folder;

    // ---- Usage ----------------------------------------------------------------------------------

    @Test
    void shouldReadByTheNativeLibrariesOrSayWhatToInstall() {
        final String file = Cli.dump("open-mixed-a.dat");
        final Cli cli = Cli.run("info", "--json", "--reader=jna", file);
        if (cli.status() == Main.UNUSABLE) {
            cli.assertRefused("--reader jna needs libtrace", "apt-get install libtracecmd1");
        } else {
            assertEquals(Cli.run("info", "--json", file).out(), cli.out());
        }
        Cli.run("info", "--reader=c", file).assertRefused("--reader");
        Cli.run("info", "--reader=jna", "-").assertRefused("trace.dat alone");
    }

    @Test
    void shouldAskForACommand() {
        Cli.run().assertRefused("which command", "info", "replay");
    }

    @Test
    void shouldNameACommandThatIsUnknown() {
        Cli.run("frobnicate", SMALL).assertRefused("frobnicate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldAskForAFile(final String command) {
        Cli.run(command).assertRefused("FILE", "iopf4j " + command + " --help");
    }

    @ParameterizedTest
    @CsvSource({
        "--stall-entries, 0",
        "--stall-entries, -1",
        "--stall-entries, 65536",
        "--stall-entries, x",
        "--queue-entries, 3",
        "--queue-entries, 0",
        "--queue-entries, -8",
        "--queue-entries, 262144",
        "--queue-entries, 99999999999",
        "--policy, vm-quta=half",
        "--policy, vm-quota=0",
        "--policy, native:./quota.so",
        "--driver, native:./absent.so",
        "--driver, smmu.so",
        "--semantics, v4-2017",
        "--iommu, amd",
        "--seed, x",
        "--frobnicate, x"
    })
    void shouldNameTheOptionThatIsWrong(final String option, final String value) {
        Cli.run("replay", option, value, SMALL).assertRefused(option.substring(2));
    }

    @Test
    void shouldNameAnOptionWithoutItsValue() {
        Cli.run("replay", SMALL, "--stall-entries").assertRefused("--stall-entries");
    }

    @ParameterizedTest
    @CsvSource({
        "--stall-entries, 1",
        "--stall-entries, 65535",
        "--queue-entries, 1",
        "--queue-entries, 131072",
        "--iommu, smmuv3",
        "--iommu, vtd",
        "--iommu, auto",
        "--policy, none",
        "--policy, vm-quota=half",
        "--semantics, v3-2017",
        "--semantics, mainline-6.12",
        "--seed, -5"
    })
    void shouldTakeAnOptionAtTheEdgeOfItsRange(final String option, final String value) {
        Cli.run("replay", option, value, SMALL).assertRan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldShowExamplesInTheHelpOfACommand(final String command) {
        final Cli help = Cli.run(command, "--help");
        help.assertRan();
        assertTrue(help.out().contains("Examples:"), help.out());
        assertTrue(help.out().contains("  iopf4j " + command + " "), help.out());
    }

    @Test
    void shouldShowCommandsInTheHelp() {
        final Cli help = Cli.run("--help");
        help.assertRan();
        assertTrue(help.out().contains("info") && help.out().contains("replay"), help.out());
        assertTrue(help.out().contains("Examples:"), help.out());
    }

    @Test
    void shouldTellItsVersion() {
        final Cli version = Cli.run("--version");
        version.assertRan();
        assertTrue(version.out().matches("iopf4j \\d+\\.\\d+\\.\\d+\\R"), version.out());
    }

    // ---- Input ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldNameAFileThatIsMissing(final String command) {
        final String file = folder.resolve("absent.dat").toString();
        Cli.run(command, file).assertRefused(file, "no such file");
    }

    @Test
    void shouldNotTakeAFolder() {
        Cli.run("info", folder.toString()).assertRefused(folder.toString(), "directory");
    }

    @Test
    void shouldNotTakeANameThatNoFileCanHave() {
        Cli.run("info", "a\0b").assertRefused();
    }

    @Test
    void shouldNotTakeAnEmptyFile() throws IOException {
        final String file = file("empty.dat", new byte[0]);
        Cli.run("info", file).assertRefused(file);
    }

    @Test
    void shouldNotTakeAPicture() throws IOException {
        final byte[] jpeg = new byte[4096];
        jpeg[0] = (byte) 0xff;
        jpeg[1] = (byte) 0xd8;
        jpeg[2] = (byte) 0xff;
        jpeg[3] = (byte) 0xe0;
        final String file = file("trace.dat", jpeg);
        Cli.run("info", file).assertRefused(file);
    }

    @Test
    void shouldNameAFileThatItMayNotRead() throws IOException {
        final String file = file("secret.dat", Files.readAllBytes(Path.of(SMALL)));
        assumeFalse(!Path.of(file).toFile().setReadable(false), "no permissions here");
        assumeFalse(Files.isReadable(Path.of(file)), "the superuser may read everything");
        Cli.run("info", file).assertRefused(file);
    }

    @Test
    void shouldRefuseADumpThatTheHardwareCannotReplay() {
        final String file = Cli.dump("iopf-groups-zstd.dat");
        Cli.run("replay", file, "--iommu", "smmuv3").assertRefused(file, "SMMUv3", "VT-d");
    }

    @ParameterizedTest
    @CsvSource({
        "mainline-6.12, 128, true",
        "mainline-6.12, 16384, true",
        "mainline-6.12, 64, false",
        "mainline-6.12, 32768, false",
        "v3-2017, 256, true",
        "v3-2017, 32768, true",
        "v3-2017, 128, false",
        "v3-2017, 65536, false"
    })
    void shouldTakeThePageRequestQueuesThatThereAre(
            final String semantics, final String entries, final boolean isOne) {
        final Cli run =
                Cli.run(
                        "replay",
                        SMALL,
                        "--iommu",
                        "vtd",
                        "--semantics",
                        semantics,
                        "--queue-entries",
                        entries);
        if (isOne) {
            run.assertRan();
        } else {
            run.assertRefused("page request queue", semantics, entries);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"replay", "run"})
    void shouldRefuseAStallBufferOnVtd(final String command) {
        final String what = "run".equals(command) ? "domain-change" : SMALL;
        Cli.run(command, what, "--iommu", "vtd", "--stall-entries", "8")
                .assertRefused("VT-d", "stall");
    }

    @Test
    void shouldReadSeveralDumpsAsOne() {
        final Cli both = Cli.run("info", SMALL, OPEN);
        both.assertRan();
        assertTrue(both.out().contains("1001 page requests in 1001 groups"), both.out());
    }

    @Test
    void shouldReplaySeveralDumpsAsOne() {
        final Cli both = Cli.run("replay", "--strict", SMALL, SMALL);
        assertEquals("", both.err());
        assertTrue(both.out().contains("2 raised"), both.out());
    }

    @Test
    void shouldReadStandardInput() throws IOException {
        final InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(Files.readAllBytes(Path.of(SMALL))));
            final Cli info = Cli.run("info", "-");
            info.assertRan();
            assertTrue(info.out().contains("1 page requests in 1 groups"), info.out());
        } finally {
            System.setIn(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 100, 4096, 20_000, 400_000, 500_000})
    void shouldReadADumpThatIsCutShortAsFarAsItGoes(final int bytes) throws IOException {
        final byte[] whole = Files.readAllBytes(Path.of(OPEN));
        final String file = file("cut.dat", Arrays.copyOf(whole, bytes));
        assertSaysWhatItCould(Cli.run("info", "--json", file), file);
        assertSaysWhatItCould(Cli.run("replay", "--json", file), file);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldSurviveADumpThatIsDamaged(final long seed) throws IOException {
        final byte[] bytes = Files.readAllBytes(Path.of(SMALL));
        Damage.spread(bytes, seed, 2_000);
        final String file = file("damaged.dat", bytes);
        assertSaysWhatItCould(Cli.run("info", "--json", file), file);
        assertSaysWhatItCould(Cli.run("replay", "--json", file), file);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldSurviveTextThatIsDamaged(final long seed) throws IOException {
        final byte[] bytes = Files.readAllBytes(Path.of(Cli.dump("selftest-iopf.report.txt")));
        Damage.spread(bytes, seed, 30);
        final String file = file("damaged.txt", bytes);
        assertSaysWhatItCould(Cli.run("info", "--json", file), file);
        assertSaysWhatItCould(Cli.run("replay", "--json", file), file);
    }

    /** Either a whole report, or one line that names the file. */
    private static void assertSaysWhatItCould(final Cli run, final String file) {
        if (run.status() == Main.OK) {
            assertEquals("", run.err());
            assertTrue(JsonMapper.shared().readTree(run.out()).has("dump"), run.out());
        } else {
            run.assertRefused(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1048576", "2147483648", "4294967295"})
    void shouldWarnOfAPasidOfMoreBitsThanThereAre(final String pasid) throws IOException {
        final String file =
                file(
                        "pasid.txt",
                        Files.readString(Path.of(Cli.dump("selftest-iopf.report.txt")))
                                .replaceAll("pasid=\\d+", "pasid=" + pasid)
                                .replaceAll("flags=0x\\d", "flags=0x3")
                                .getBytes(StandardCharsets.UTF_8));
        final Cli replay = Cli.run("replay", file);
        replay.assertRan();
        assertTrue(replay.out().contains("PASID of more than 20 bits"), replay.out());
    }

    @Test
    void shouldNameALineOfTheVmsThatIsWrong() throws IOException {
        final String vms = file("vms.yaml", new byte[] {'a', ':', ' ', '[', '\n'});
        Cli.run("replay", "--vms", vms, SMALL).assertRefused(vms + ":2: not YAML: ");
    }

    @Test
    void shouldPutDevicesIntoTheVmsOfTheUser() throws IOException {
        final Path vms = Files.writeString(folder.resolve("vms.yaml"), "guest: [iommufd_mock0]\n");
        final Cli replay = Cli.run("replay", "--vms", vms.toString(), SMALL);
        replay.assertRan();
        assertTrue(replay.outLines().stream().anyMatch(line -> line.startsWith("guest ")));
    }

    // ---- Output ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldWriteJsonAloneWhereverTheOptionStands(final String command) {
        final Cli before = Cli.run(command, "--json", SMALL);
        final Cli after = Cli.run(command, SMALL, "--json");
        before.assertRan();
        assertTrue(JsonMapper.shared().readTree(before.out()).isObject());
        assertEquals(before, after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldWriteJsonToAFileAndTextBesides(final String command) throws IOException {
        final Path json = folder.resolve("report.json");
        final Cli run = Cli.run(command, SMALL, "--json=" + json);
        run.assertRan();
        assertEquals(Cli.run(command, SMALL).out(), run.out());
        assertEquals(Cli.run(command, SMALL, "--json").out(), Files.readString(json));
    }

    @Test
    void shouldWriteTheLedgerByItsName() throws IOException {
        final Path csv = folder.resolve("ledger.csv");
        final Path jsonLines = folder.resolve("ledger.jsonl");
        Cli.run("replay", OPEN, "--ledger", csv.toString()).assertRan();
        Cli.run("replay", OPEN, "--ledger", jsonLines.toString()).assertRan();
        assertTrue(Files.readAllLines(csv).get(0).startsWith("fault,vm,device,"));
        assertEquals(1001, Files.readAllLines(csv).size());
        assertEquals(1000, Files.readAllLines(jsonLines).size());
        for (final String line : Files.readAllLines(jsonLines)) {
            assertTrue(JsonMapper.shared().readTree(line).has("outcome"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json=", "--ledger="})
    void shouldNameAnOutputWhoseFolderIsMissing(final String option) {
        final Path file = folder.resolve("absent").resolve("report");
        final Cli run = Cli.run("replay", SMALL, option + file);
        run.assertRefused(file.toString(), "no such folder");
        assertFalse(Files.exists(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json=", "--ledger="})
    void shouldNameAnOutputThatIsAFolder(final String option) {
        Cli.run("replay", SMALL, option + folder).assertRefused(folder.toString());
    }

    @Test
    void shouldLeaveNothingBesidesTheFileItWrote() throws IOException {
        Cli.run("info", SMALL, "--json=" + folder.resolve("report.json")).assertRan();
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void shouldSayInOneLineThatMemoryIsShort() {
        final StringWriter err = new StringWriter();
        final Writer full =
                new StringWriter() {
                    @Override
                    public void write(final String text, final int from, final int length) {
                        throw new OutOfMemoryError("heap");
                    }
                };
        final int status =
                Main.run(
                        new String[] {"info", SMALL},
                        new PrintWriter(full),
                        new PrintWriter(err, true));
        assertEquals(Main.UNUSABLE, status);
        assertTrue(err.toString().matches("iopf4j: out of memory; .*\\R"), err.toString());
    }

    @Test
    void shouldPassAStrictReplayThatEndsAsRecorded() {
        Cli.run("replay", "--strict", OPEN).assertRan();
    }

    @Test
    void shouldFailAStrictReplayThatDiffers() {
        final Cli run = Cli.run("replay", "--strict", "--stall-entries", "1", OPEN);
        assertEquals(Main.BROKEN, run.status());
        assertTrue(run.out().contains("first: "), run.out());
        assertEquals(Main.OK, Cli.run("replay", "--stall-entries", "1", OPEN).status());
    }

    private String file(final String name, final byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }
}
