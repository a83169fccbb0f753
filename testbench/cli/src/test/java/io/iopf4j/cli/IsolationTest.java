// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --isolate}: whatever loaded code does to its process, the user gets one line. */
class IsolationTest {
    private static final String SCENARIO = "domain-change";
    private static final String DUMP = Cli.dump("selftest-iopf.v7.dat");
    private static final Pattern REPORT =
            Pattern.compile("iopf4j: the loaded code crashed: (.*) \\(report: (.*)\\)\n");
    private static final int HANG_SECONDS = 60;

    @TempDir private Path folder;

    /** The command line in a process of its own, its temporary files in the test's folder. */
    private ProcessBuilder process(final String... args) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
        command.add("-Diopf4j.scenarios=" + Path.of("../scenarios").toAbsolutePath());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
    }

    private Cli run(final String... args) throws Exception {
        return result(process(args).start());
    }

    private Cli result(final Process process) throws Exception {
        assertTrue(process.waitFor(HANG_SECONDS, TimeUnit.SECONDS), "hangs");
        return new Cli(
                process.exitValue(),
                Files.readString(folder.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("err"), StandardCharsets.UTF_8));
    }

    private Cli crash(final String how) throws Exception {
        return run("run", SCENARIO, "--policy", "crash:" + how, "--isolate");
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
            // The JVM's own counters stand there too.
            return left.filter(file -> file.getFileName().toString().startsWith("iopf4j-"))
                    .toList();
        }
    }

    // ---- Runs that go well ----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run domain-change",
                "run domain-change --json --policy vm-quota=half",
                "run answered-twice",
                "run domain-change --policy crash:nothing,crash:unknown,drain=1",
                "replay DUMP --json",
                "replay DUMP --queue-entries 3",
                "replay nowhere.dat"
            })
    void shouldGiveTheSameBytesAndTheSameStatus(final String line) throws Exception {
        final String[] here = line.replace("DUMP", DUMP).split(" ");
        final String[] isolated =
                Stream.concat(Stream.of(here), Stream.of("--isolate")).toArray(String[]::new);
        assertEquals(run(here), run(isolated));
        assertEquals(List.of(), left());
    }

    @Test
    void shouldWriteTheSameFiles() throws Exception {
        final Path ledger = folder.resolve("ledger.jsonl");
        final Path report = folder.resolve("report.json");
        run("run", SCENARIO, "--ledger", ledger.toString(), "--json=" + report);
        final String faults = Files.readString(ledger);
        final String text = Files.readString(report);
        Files.delete(ledger);
        Files.delete(report);
        run("run", "--isolate", SCENARIO, "--ledger", ledger.toString(), "--json=" + report);
        assertEquals(faults, Files.readString(ledger));
        assertEquals(text, Files.readString(report));
    }

    @Test
    void shouldHandOnWhatTheCodePrints() throws Exception {
        final Cli isolated = crash("print");
        assertEquals(run("run", SCENARIO, "--policy", "crash:print"), isolated);
        assertTrue(isolated.out().startsWith(CrashLoader.PRINTED + "scenario "), isolated.out());
    }

    @Test
    void shouldSayThatStandardOutputCannotBeWritten() throws Exception {
        final Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        final Process process =
                process("run", SCENARIO, "--isolate").redirectOutput(full.toFile()).start();
        assertTrue(process.waitFor(HANG_SECONDS, TimeUnit.SECONDS), "hangs");
        assertEquals(
                "iopf4j: standard output cannot be written\n",
                Files.readString(folder.resolve("err")));
        assertEquals(Main.UNUSABLE, process.exitValue());
    }

    @Test
    void shouldBeInTheHelp() {
        assertTrue(Cli.run("run", "--help").out().contains(" --isolate\n"));
        assertTrue(Cli.run("replay", "--help").out().contains(" --isolate\n"));
    }

    // ---- Crashes --------------------------------------------------------------------------------

    @Test
    void shouldSayWhereTheCodeCrashed() throws Exception {
        final Cli crash = crash("pointer");
        final Matcher said = REPORT.matcher(crash.err());
        assertTrue(said.matches(), crash.err());
        assertTrue(
                said.group(1).matches("SIGSEGV in libjvm\\.so, \\S.*\\+0x\\p{XDigit}+"),
                crash.err());
        assertTrue(Files.readString(Path.of(said.group(2))).contains("# Problematic frame:"));
        assertEquals("", crash.out());
        assertEquals(Main.UNUSABLE, crash.status());
        assertEquals(List.of(Path.of(said.group(2)).getParent()), left());
    }

    @Test
    void shouldSayWhereAReplayCrashed() throws Exception {
        final Cli crash = run("replay", "--isolate", DUMP, "--json", "--policy", "crash:pointer");
        assertTrue(REPORT.matcher(crash.err()).matches(), crash.err());
        assertEquals("", crash.out());
        assertEquals(Main.UNUSABLE, crash.status());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-ABRT|the loaded code crashed: SIGABRT (no report)",
                "-KILL|the run was killed: SIGKILL",
                "exit-0|the loaded code ended the process, with exit status 0",
                "exit-3|the loaded code ended the process, with exit status 3",
            })
    void shouldSayHowTheCodeEndedTheProcess(final String how, final String message)
            throws Exception {
        assertEquals(new Cli(Main.UNUSABLE, "", "iopf4j: " + message + "\n"), crash(how));
        assertEquals(List.of(), left());
    }

    // ---- The end of the parent ------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "KILL, 137"})
    void shouldEndAHangingChildWithItsParent(final String signal, final int status)
            throws Exception {
        final Path file = folder.resolve("child");
        final Process parent =
                process("run", SCENARIO, "--policy", "crash:hang " + file, "--isolate").start();
        for (int i = 0; !Files.exists(file); i++) {
            assertTrue(i < HANG_SECONDS * 10 && parent.isAlive(), "the child does not run");
            TimeUnit.MILLISECONDS.sleep(100);
        }
        final ProcessHandle child =
                ProcessHandle.of(Long.parseLong(Files.readString(file))).orElseThrow();
        assertTrue(parent.descendants().anyMatch(child::equals));
        new ProcessBuilder("kill", "-" + signal, Long.toString(parent.pid())).start().waitFor();
        assertEquals(new Cli(status, "", ""), result(parent));
        child.onExit().get(HANG_SECONDS, TimeUnit.SECONDS);
        assertFalse(child.isAlive());
    }
}
