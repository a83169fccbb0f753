// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The same faults under several rules, as a user compares them. */
class CompareTest {
    private static final int COLUMNS = 72;
    private static final String DUMP = "open-mixed-a.dat";
    private static final Path PAGE = Path.of("../../docs/compare.md");

    @TempDir private Path folder;

    // ---- Text -----------------------------------------------------------------------------------

    /** What the page shows is what the command prints, so that the page is the golden copy. */
    @Test
    void shouldPrintWhatItsPageShows() throws IOException {
        final Cli run =
                compare("shared-stall-buffer", "--policy", "none", "--policy", "vm-quota=half");
        run.assertRan();
        final List<String> blocks = blocks();
        assertEquals(3, blocks.size(), blocks.toString());
        for (final String block : blocks) {
            // The table is shown for one machine, which need not be the first.
            for (final String part : block.split("(?=\nweb\n)", -1)) {
                assertTrue(run.out().contains(part), part);
            }
        }
    }

    /** The page's blocks of output; those of commands are left out. */
    private static List<String> blocks() throws IOException {
        final String[] parts = Files.readString(PAGE).split("```\n", -1);
        return IntStream.range(0, parts.length)
                .filter(i -> i % 2 == 1 && !parts[i].startsWith("./iopf4j"))
                .mapToObj(i -> parts[i])
                .toList();
    }

    static Stream<List<String>> many() {
        final List<String> policies =
                IntStream.rangeClosed(1, 4)
                        .mapToObj(quota -> "vm-quota=" + quota + ",timeout=" + quota + "00ms")
                        .flatMap(policy -> Stream.of("--policy", policy))
                        .toList();
        return Stream.of(
                joined(List.of(Cli.dump(DUMP)), policies),
                joined(
                        List.of(
                                "storm",
                                "--semantics",
                                "mainline-5.x",
                                "--semantics",
                                "mainline-6.12"),
                        policies),
                joined(List.of("fifteen-devices", "--stories", "20"), policies),
                joined(List.of(Cli.dump("iopf-groups-zstd.dat"), "--iommu", "vtd"), policies));
    }

    @ParameterizedTest
    @MethodSource("many")
    void shouldFitAMail(final List<String> args) {
        final Cli run = compare(args.toArray(String[]::new));
        assertEquals("", run.err());
        assertFits(run);
    }

    @Test
    void shouldFitAMailWithLongNames() throws IOException {
        final Path long1 = folder.resolve("long.yaml");
        Files.writeString(
                long1,
                "title: "
                        + "t".repeat(60)
                        + "\nhardware: {stallEntries: 4}\nduration: 20ms\nvms:\n"
                        + IntStream.range(0, 20)
                                .mapToObj(
                                        i ->
                                                "  - name: "
                                                        + "v".repeat(30)
                                                        + i
                                                        + "\n    guest: silent\n    workload: {rate: 1000/s}\n")
                                .collect(Collectors.joining()));
        final Cli run = compare(long1.toString(), "--policy", "none", "--policy", "vm-quota=1");
        run.assertRan();
        assertFits(run);
        assertTrue(run.out().contains("more VMs"), run.out());
    }

    private static void assertFits(final Cli run) {
        run.outLines().forEach(line -> assertTrue(line.length() <= COLUMNS, line));
    }

    @Test
    void shouldTellAsManyStoriesAsWanted() {
        for (final int wanted : List.of(0, 1, 5)) {
            final Cli run =
                    compare(
                            Cli.dump(DUMP),
                            "--policy",
                            "none",
                            "--policy",
                            "vm-quota=8",
                            "--stories",
                            "" + wanted);
            run.assertRan();
            assertEquals(
                    wanted,
                    run.outLines().stream().filter(line -> line.startsWith("in A ")).count());
        }
    }

    @Test
    void shouldSayInWhichRunAnInvariantBroke() {
        final Cli run =
                compare("domain-change", "--semantics", "v3-2017", "--semantics", "mainline-6.12");
        assertEquals(Main.BROKEN, run.status());
        final List<String> said =
                run.outLines().stream().filter(line -> line.startsWith("invariant")).toList();
        assertEquals(1, said.size(), run.out());
        assertTrue(said.get(0).contains("NoFaultOutlivesItsDomain BROKEN in A"), said.get(0));
    }

    @Test
    void shouldSayThatNothingDiffers() {
        final Cli run =
                compare(Cli.dump("selftest-iopf.v7.dat"), "--policy", "none", "--policy", "drain");
        run.assertRan();
        assertTrue(run.out().contains("fates       0 of 1 faults differ\n"), run.out());
    }

    // ---- JSON -----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"../dumps/" + DUMP, "shared-stall-buffer"})
    void shouldDescribeEachRunAsReplayDoes(final String file) {
        final JsonNode report = json(file, "--policy", "none", "--policy", "vm-quota=8");
        final boolean isDump = file.endsWith(".dat");
        for (final String policy : List.of("none", "vm-quota=8")) {
            final Cli alone =
                    Cli.run(isDump ? "replay" : "run", file, "--policy", policy, "--json");
            alone.assertRan();
            final JsonNode expected = JsonMapper.shared().readTree(alone.out());
            final JsonNode run = report.at("/runs/" + ("none".equals(policy) ? 0 : 1));
            assertEquals(policy, run.at("/label").stringValue());
            for (final String key : List.of("replay", "comparison", "invariants")) {
                assertEquals(expected.get(key), run.get(key), key);
            }
            for (final String key : List.of("iopf4j", "inputs", "dump")) {
                assertEquals(expected.get(key), report.get(key), key);
            }
        }
    }

    @Test
    void shouldDescribeWhatDiffers() {
        final JsonNode differences =
                json(Cli.dump(DUMP), "--policy", "none", "--policy", "vm-quota=8", "--stories", "2")
                        .at("/differences");
        assertEquals(1000, differences.at("/faults").intValue());
        assertEquals(0, differences.at("/notInAllRuns").intValue());
        assertTrue(differences.at("/endNs").longValue() > 0);
        final long shifted =
                StreamSupport.stream(differences.at("/shifts").spliterator(), false)
                        .mapToLong(shift -> shift.at("/count").longValue())
                        .sum();
        assertEquals(differences.at("/differ").longValue(), shifted);
        assertEquals("vm-quota=8", differences.at("/shifts/0/run").stringValue());
        assertEquals(2, differences.at("/first").size());
        final JsonNode first = differences.at("/first/0");
        assertTrue(first.at("/addr").stringValue().startsWith("0x"));
        assertEquals("none", first.at("/runs/0/label").stringValue());
        assertEquals("terminated", first.at("/runs/1/fate/outcome").stringValue());
        assertEquals(1, first.at("/runs/1/fate/code").intValue());
        assertEquals("device", first.at("/runs/1/story/0/layer").stringValue());
    }

    @Test
    void shouldSayWhoWaitedForWhomAndWhatWasNotRaised() {
        final JsonNode report =
                json("shared-stall-buffer", "--policy", "none", "--policy", "vm-quota=half");
        final JsonNode waits = report.at("/runs/0/waits/1");
        assertEquals("web", waits.at("/vm").stringValue());
        for (final String key :
                List.of("neverReported", "longestNs", "totalNs", "roomNs", "takenAtPeak")) {
            assertTrue(waits.get(key).longValue() > 0, key);
        }
        assertEquals(0, waits.get("heldAtPeak").intValue());
        assertEquals("silent", waits.at("/starvedBy/0/vm").stringValue());
        assertTrue(waits.at("/starvedBy/0/ns").longValue() > 0);
        assertTrue(
                StreamSupport.stream(report.at("/differences/shifts").spliterator(), false)
                        .anyMatch(
                                shift ->
                                        shift.at("/from/outcome").isNull()
                                                && shift.at("/from/code").isNull()
                                                && "answered"
                                                        .equals(
                                                                shift.at("/to/outcome")
                                                                        .stringValue())));
    }

    // ---- Runs -----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"../dumps/" + DUMP, "fifteen-devices"})
    void shouldWriteTheSameWhateverTheNumberOfWorkers(final String file) throws IOException {
        final Map<String, String> byWorkers =
                Stream.of("1", "2")
                        .collect(
                                Collectors.toMap(
                                        workers -> workers,
                                        workers ->
                                                compare(
                                                                file,
                                                                "--policy",
                                                                "none",
                                                                "--policy",
                                                                "vm-quota=8",
                                                                "--policy",
                                                                "timeout=10ms",
                                                                "--workers",
                                                                workers,
                                                                "--ledger",
                                                                folder.resolve(workers).toString(),
                                                                "--json="
                                                                        + folder.resolve(
                                                                                workers + ".json"))
                                                        .out()));
        assertFalse(byWorkers.get("1").isEmpty());
        assertEquals(byWorkers.get("1"), byWorkers.get("2"));
        assertEquals(Files.readString(folder.resolve("1")), Files.readString(folder.resolve("2")));
        assertEquals(
                Files.readString(folder.resolve("1.json")),
                Files.readString(folder.resolve("2.json")));
    }

    @Test
    void shouldCompareEachSemanticsWithEachPolicy() {
        final JsonNode runs =
                json(
                                Cli.dump(DUMP),
                                "--semantics",
                                "mainline-5.x",
                                "--policy",
                                "none",
                                "--semantics",
                                "mainline-6.12",
                                "--policy",
                                "drain")
                        .at("/runs");
        assertEquals(
                List.of(
                        "mainline-5.x none",
                        "mainline-5.x drain",
                        "mainline-6.12 none",
                        "mainline-6.12 drain"),
                StreamSupport.stream(runs.spliterator(), false)
                        .map(run -> run.at("/label").stringValue())
                        .toList());
        assertEquals("mainline-5.x", runs.at("/1/replay/semantics").stringValue());
        assertEquals("drain", runs.at("/1/replay/policies/0").stringValue());
    }

    @Test
    void shouldWriteAllRunsIntoOneLedger() throws IOException {
        final Path csv = folder.resolve("faults.csv");
        final Path jsonl = folder.resolve("faults.jsonl");
        for (final Path file : List.of(csv, jsonl)) {
            compare(
                            Cli.dump(DUMP),
                            "--policy",
                            "none",
                            "--policy",
                            "vm-quota=8,timeout=1s",
                            "--ledger",
                            file.toString())
                    .assertRan();
        }
        final List<String> lines = Files.readAllLines(csv);
        assertEquals(2001, lines.size());
        assertTrue(lines.get(0).startsWith("run,fault,vm,"), lines.get(0));
        assertTrue(lines.get(1).startsWith("none,0,"), lines.get(1));
        assertTrue(lines.get(1001).startsWith("\"vm-quota=8,timeout=1s\",0,"), lines.get(1001));
        final List<String> objects = Files.readAllLines(jsonl);
        assertEquals(2000, objects.size());
        assertTrue(
                objects.get(1000).startsWith("{\"run\":\"vm-quota=8,timeout=1s\",\"fault\":0,"),
                objects.get(1000));
    }

    @Test
    void shouldWriteEachFileThatIsWanted() throws IOException {
        final List<Path> files =
                Stream.of("page.html", "trace.pftrace", "room.svg").map(folder::resolve).toList();
        compare(
                        "fifteen-devices",
                        "--policy",
                        "device-quota=half",
                        "--policy",
                        "vm-quota=half",
                        "--stories",
                        "0",
                        "--html",
                        files.get(0).toString(),
                        "--perfetto",
                        files.get(1).toString(),
                        "--svg",
                        files.get(2).toString())
                .assertRan();
        for (final Path file : files) {
            final String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            assertTrue(text.contains("device-quota=half") && text.contains("vm-quota=half"), text);
        }
    }

    // ---- Bad usage ------------------------------------------------------------------------------

    static Stream<List<String>> bad() {
        final String file = Cli.dump(DUMP);
        return Stream.of(
                List.of("nothing to compare", file),
                List.of("nothing to compare", file, "--policy", "none"),
                List.of("nothing to compare", file, "--policy", "none", "--semantics", "v3-2017"),
                List.of(
                        "--policy drain is given twice",
                        file,
                        "--policy",
                        "drain",
                        "--policy",
                        "drain"),
                List.of(
                        "--semantics v3-2017 is given twice",
                        file,
                        "--semantics",
                        "v3-2017",
                        "--semantics",
                        "v3-2017"),
                List.of(
                        "unknown policy 'quota=1'",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "quota=1"),
                List.of(
                        "semantics must be one of",
                        file,
                        "--semantics",
                        "v3-2017",
                        "--semantics",
                        "v9"),
                List.of(
                        "--stories must be in [0, 1000], not -1",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--stories",
                        "-1"),
                List.of(
                        "--workers must be in [1, 1024], not 0",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--workers",
                        "0"),
                List.of(
                        "no such file",
                        "/nowhere/trace.dat",
                        "--policy",
                        "none",
                        "--policy",
                        "drain"),
                List.of(
                        "cannot be written",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--ledger",
                        "/nowhere/a.csv"),
                List.of(
                        "cannot be written",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--json=/nowhere/a.json"),
                List.of(
                        "no --vms",
                        "shared-prq",
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--vms",
                        "x"),
                List.of(
                        "no such file",
                        file,
                        "--policy",
                        "none",
                        "--policy",
                        "native:/nowhere.so"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void shouldRefuse(final List<String> sayingAndArgs) {
        compare(sayingAndArgs.subList(1, sayingAndArgs.size()).toArray(String[]::new))
                .assertRefused(sayingAndArgs.get(0));
    }

    @Test
    void shouldRefuseMoreRunsThanAnybodyReads() {
        final List<String> policies =
                IntStream.rangeClosed(1, 17)
                        .mapToObj(i -> "vm-quota=" + i)
                        .flatMap(policy -> Stream.of("--policy", policy))
                        .toList();
        compare(joined(List.of(Cli.dump(DUMP)), policies).toArray(String[]::new))
                .assertRefused("at most 16 runs", "not 17");
    }

    @Test
    void shouldNotWriteOverItsInput() throws IOException {
        final Path copy = folder.resolve("copy.dat");
        Files.copy(Cli.DUMPS.resolve(DUMP), copy);
        final byte[] before = Files.readAllBytes(copy);
        compare(
                        copy.toString(),
                        "--policy",
                        "none",
                        "--policy",
                        "drain",
                        "--ledger",
                        copy.toString())
                .assertRefused("is the input itself");
        assertTrue(Arrays.equals(before, Files.readAllBytes(copy)));
    }

    private static JsonNode json(final String... args) {
        final Cli run = compare(joined(List.of(args), List.of("--json")).toArray(String[]::new));
        run.assertRan();
        return JsonMapper.shared().readTree(run.out());
    }

    private static Cli compare(final String... args) {
        return Cli.run(joined(List.of("compare"), List.of(args)).toArray(String[]::new));
    }

    private static List<String> joined(final List<String> some, final List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
