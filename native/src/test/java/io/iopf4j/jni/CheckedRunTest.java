// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * All tests of this module once more, where the JVM watches how JNI is used, and with bridge and
 * libraries built for the sanitizers.
 */
final class CheckedRunTest {
    private static final String SEEDS = "300";
    private static final Pattern PASSED =
            Pattern.compile("(?m)^([0-9]+) passed, 0 failed, 0 skipped$");

    /** Both at once: each uses one processor. */
    private static Child checked;

    private static Child sanitized;

    /** A JVM that runs the tests, and the file that it writes to. */
    private record Child(Process process, Path output) {
        /** What it printed; all tests have passed. */
        String finish() throws IOException, InterruptedException {
            final int status = process.waitFor();
            final String printed = Files.readString(output);
            assertEquals(0, status, printed);
            assertTrue(PASSED.matcher(printed).find(), printed);
            return printed;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        SanitizedBridge.assumeWanted();
        Compiler.assumeBridge();
        final Path asan = SanitizedBridge.runtime();
        checked = start("checked", List.of("-Xcheck:jni"), Map.of());
        // The JVM has its own use for SIGSEGV, and never frees what it has.
        sanitized =
                start(
                        "sanitized",
                        List.of(
                                "-Diopf4j.native=" + SanitizedBridge.build(),
                                "-Diopf4j.test.libraries="
                                        + SanitizedBridge.FOLDER.resolve("libraries"),
                                "-Diopf4j.test.cflags=" + SanitizedBridge.FLAGS),
                        Map.of(
                                "LD_PRELOAD",
                                asan.toString(),
                                "ASAN_OPTIONS",
                                "handle_segv=0:detect_leaks=0:allow_user_segv_handler=1",
                                "UBSAN_OPTIONS",
                                "print_stacktrace=1"));
    }

    @AfterAll
    static void stop() {
        for (final Child child : new Child[] {checked, sanitized}) {
            if (child != null) {
                child.process.destroyForcibly();
            }
        }
    }

    @Test
    void shouldUseJniAsItIsMeant() throws IOException, InterruptedException {
        final String output = checked.finish();
        final List<String> complaints =
                output.lines()
                        .filter(line -> line.contains("WARNING") || line.contains("FATAL ERROR"))
                        .toList();
        assertEquals(List.of(), complaints, output);
    }

    @Test
    void shouldTouchNoMemoryThatIsNotItsOwn() throws IOException, InterruptedException {
        sanitized.finish();
    }

    /** Of the driver's tests those that cross the fault path most. */
    private static final List<String> DRIVER_TESTS =
            Stream.of("FaultPath", "Drain", "DrainDuringReport", "Generations", "Nesting")
                    .map(name -> "io.iopf4j.drivers.armsmmuv3." + name + "Test")
                    .toList();

    /** Runs all other test classes. */
    private static Child start(
            final String name, final List<String> flags, final Map<String, String> environment)
            throws IOException {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        words.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Diopf4j.test.seeds=" + SEEDS,
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        SuiteMain.class.getName()));
        words.addAll(classes());
        words.addAll(DRIVER_TESTS);
        final Path output = Path.of("target", name + "-run.txt");
        final ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new Child(builder.start(), output);
    }

    private static List<String> classes() throws IOException {
        final Path folder = Path.of("target/test-classes/io/iopf4j/jni");
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class") && !name.contains("$"))
                    .map(name -> "io.iopf4j.jni." + name.replace(".class", ""))
                    .filter(name -> !name.equals(CheckedRunTest.class.getName()))
                    .sorted()
                    .toList();
        }
    }
}
