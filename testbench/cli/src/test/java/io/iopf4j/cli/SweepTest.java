// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Timeout(120)
class SweepTest {
    private static final String SCENARIO = "shared-stall-buffer";
    private static final int HANG_SECONDS = 60;

    @TempDir private Path folder;

    private static JsonNode json(final String text) {
        return new ObjectMapper().readTree(text);
    }

    @Test
    void shouldNameTheAnswerInTextOfAMailsWidth() {
        final Cli cli = Cli.run("sweep", SCENARIO, "--policy", "vm-quota=1..64");
        cli.assertRan();
        assertTrue(cli.out().contains("vm-quota 2 is the smallest that harms no VM but silent"));
        assertTrue(cli.out().contains("harmless: 2 to 63"), cli.out());
        cli.outLines().forEach(line -> assertTrue(line.length() <= 72, line));
    }

    @Test
    void shouldTellEachValueInJson() {
        final Cli cli = Cli.run("sweep", SCENARIO, "--policy", "vm-quota={2,1,64}", "--json");
        cli.assertRan();
        final JsonNode sweep = json(cli.out()).get("sweep");
        assertEquals(2, sweep.get("answer").get("vm-quota").asInt());
        assertEquals(3, sweep.get("points").size());
        assertEquals(3, sweep.get("runs").asInt());
        assertEquals("silent", sweep.get("offender").get("vm").asString());
        assertEquals("[]", sweep.get("points").get(1).get("harmed").toString());
        assertEquals(3, sweep.get("points").get(2).get("harmed").size());
        assertEquals(
                "[{\"smallest\":2,\"harmless\":[{\"first\":2,\"last\":2}]}]",
                sweep.get("lines").toString());
    }

    @Test
    void shouldDrawTheMapOfTwoRanges() {
        final Cli cli =
                Cli.run(
                        "sweep",
                        Cli.dump("open-mixed-a.dat"),
                        "--stall-entries",
                        "{16,64,128}",
                        "--guest-delay",
                        "{1ms,300ms}");
        cli.assertRan();
        cli.outLines().forEach(line -> assertTrue(line.length() <= 72, line));
        assertTrue(cli.out().contains("guest-delay  stall-entries 16 to 128"), cli.out());
        assertTrue(cli.out().contains("300ms  333"), cli.out());
        assertTrue(cli.out().contains("guest-delay 1ms: stall-entries 64"), cli.out());
    }

    @Test
    void shouldSayWhomTheClosestHarms() {
        final Cli cli = Cli.run("sweep", "fifteen-devices", "--policy", "device-quota={4,5}");
        cli.assertRan();
        assertTrue(cli.out().contains("none: each value harms somebody"), cli.out());
        assertTrue(cli.out().contains("device-quota 4 comes closest; it harms web"), cli.out());
    }

    @Test
    void shouldWriteTheLedgerOfTheRunThatTheAnswerNames() throws IOException {
        final Path swept = folder.resolve("swept.csv");
        final Path ran = folder.resolve("ran.csv");
        Cli.run("sweep", SCENARIO, "--policy", "vm-quota=1..3", "--ledger", swept.toString())
                .assertRan();
        Cli.run("run", SCENARIO, "--policy", "vm-quota=2", "--ledger", ran.toString()).assertRan();
        assertEquals(Files.readString(ran), Files.readString(swept));
    }

    @Test
    void shouldWriteNoLedgerIfThereIsNoAnswer() {
        final Path ledger = folder.resolve("none.csv");
        final Cli cli =
                Cli.run("sweep", SCENARIO, "--policy", "vm-quota={64}", "--ledger", ledger + "");
        assertEquals(Main.UNUSABLE, cli.status());
        assertTrue(cli.err().contains("no value harms nobody"), cli.err());
        assertTrue(Files.notExists(ledger));
    }

    @Test
    void shouldNameNoSmallestWhereNothingIsAtStake() {
        final Path ledger = folder.resolve("none.csv");
        final Cli cli =
                Cli.run(
                        "sweep",
                        Cli.dump("open-greedy-a.dat"),
                        "--policy",
                        "vm-quota={1,2}",
                        "--guest-delay",
                        "{1ms,2ms}",
                        "--ledger",
                        ledger.toString());
        assertEquals(Main.UNUSABLE, cli.status());
        assertTrue(cli.out().contains("guest-delay 1ms to 2ms: nothing is at stake"), cli.out());
        assertTrue(cli.err().contains("nothing is at stake, so that there is no run"), cli.err());
    }

    @Test
    void shouldNotCountAVmWhereThereIsNone() {
        final Cli cli =
                Cli.run(
                        "sweep",
                        Cli.dump("queue-cmdq.hexdump.txt"),
                        "--as",
                        "cmdq",
                        "--policy",
                        "vm-quota={1,2}");
        cli.assertRan();
        assertTrue(cli.out().contains("offender    none: there is no VM"), cli.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --policy vm-quota=4                      | nothing to sweep
                    --policy vmquota=1..4                    | unknown policy 'vmquota
                    --policy vm-quota=8..1                   | '8..1': its end is below
                    --policy vm-quota=half..8                | 'half'
                    --policy timeout=1s..5                   | '1s..5'
                    --policy vm-quota=1..                    | '1..': must be
                    --policy vm-quota=1..100000+1            | more than 4096
                    --policy vm-quota=1..64,credit=1..99+1   | 6336 runs
                    --policy credit=1..2,timeout=1s..2s,vm-quota=1..2 | not 3
                    --policy vm-quota=1..4 --unharmed happy  | 'happy'
                    --policy vm-quota=1..4 --offender nope   | --offender nope
                    --policy vm-quota=1..4 --semantics x     | --semantics
                    --policy vm-quota=1..4 --workers 0       | --workers
                    --iommu vtd --stall-entries 16..64       | VT-d has no stall buffer
                    --queue-entries 3..64                    | a power of two
                    --stall-entries 1ms..4ms                 | --stall-entries
                    --stall-entries 0..4                     | [1, 65535]
                    --guest-delay 1..4                       | of times
                    --guest-delay 5 --policy vm-quota=1..4   | --guest-delay
                    """)
    void shouldRefuseInOneLineWhatMakesNoSense(final String options, final String saying) {
        final List<String> args = new ArrayList<>(List.of("sweep", SCENARIO));
        args.addAll(List.of(options.strip().split(" +")));
        Cli.run(args.toArray(String[]::new)).assertRefused(saying);
    }

    @Test
    void shouldReportWhatIsDoneWhenItIsInterrupted() throws Exception {
        final Path report = folder.resolve("report.json");
        // A shell in the background has made its children deaf to Ctrl-C; no user's is.
        final List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Diopf4j.scenarios=" + Path.of("../scenarios").toAbsolutePath());
        command.add("-Diopf4j.progress=true");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(
                        Main.class.getName(),
                        "sweep",
                        SCENARIO,
                        "--policy",
                        "vm-quota=1..4000+1",
                        "--json=" + report));
        final Path err = folder.resolve("err");
        final Process process =
                new ProcessBuilder(command)
                        .redirectOutput(folder.resolve("out").toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            final long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
            while (!Files.readString(err, StandardCharsets.UTF_8).contains("sweeping, 5")) {
                assertTrue(process.isAlive() && System.nanoTime() < untilNs, "does not begin");
                Thread.sleep(10);
            }
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            assertTrue(process.waitFor(HANG_SECONDS, TimeUnit.SECONDS), "hangs");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(Interruption.STATUS, process.exitValue());
        assertTrue(Files.readString(folder.resolve("out")).contains("interrupted after "));
        final JsonNode sweep = json(Files.readString(report)).get("sweep");
        assertTrue(sweep.get("interrupted").asBoolean());
        assertTrue(sweep.get("done").asInt() >= 2 && sweep.get("done").asInt() < 4000);
        assertEquals(sweep.get("done").asInt(), sweep.get("points").size());
        assertEquals(2, sweep.get("answer").get("vm-quota").asInt());
    }
}
