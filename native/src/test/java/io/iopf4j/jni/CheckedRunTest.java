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
import org.junit.jupiter.api.Test;

/**
 * All tests of this module once more, where the JVM watches how JNI is used, with bridge and
 * libraries built for the sanitizers.
 */
final class CheckedRunTest {
    private static final String SEEDS = "300";
    private static final Pattern PASSED =
            Pattern.compile("(?m)^([0-9]+) passed, 0 failed, 0 skipped$");

    @Test
    void shouldUseJniAsItIsMeantAndTouchNoMemoryThatIsNotItsOwn()
            throws IOException, InterruptedException {
        SanitizedBridge.assumeWanted();
        Compiler.assumeBridge();
        final String asan = SanitizedBridge.runtime().toString();
        final Path output = Path.of("target", "checked-run.txt");
        final ProcessBuilder builder =
                new ProcessBuilder(words())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        // The JVM has its own use for SIGSEGV, and never frees what it has.
        builder.environment()
                .putAll(
                        Map.of(
                                "LD_PRELOAD",
                                asan,
                                "ASAN_OPTIONS",
                                "handle_segv=0:detect_leaks=0:allow_user_segv_handler=1",
                                "UBSAN_OPTIONS",
                                "print_stacktrace=1"));
        final Process process = builder.start();
        try {
            final int status = process.waitFor();
            final String printed = Files.readString(output);
            assertEquals(0, status, printed);
            assertTrue(PASSED.matcher(printed).find(), printed);
            final List<String> complaints =
                    printed.lines()
                            .filter(
                                    line ->
                                            line.contains("WARNING")
                                                    || line.contains("FATAL ERROR"))
                            .toList();
            assertEquals(List.of(), complaints, printed);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Of the driver's tests those that cross the fault path most. */
    private static final List<String> DRIVER_TESTS =
            Stream.of("FaultPath", "Drain", "DrainDuringReport", "Generations", "Nesting")
                    .map(name -> "io.iopf4j.drivers.armsmmuv3." + name + "Test")
                    .toList();

    /** Runs all other test classes. */
    private static List<String> words() throws IOException {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xcheck:jni",
                                "-Diopf4j.native=" + SanitizedBridge.build(),
                                "-Diopf4j.test.libraries="
                                        + SanitizedBridge.FOLDER.resolve("libraries"),
                                "-Diopf4j.test.cflags=" + SanitizedBridge.FLAGS,
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-Diopf4j.test.seeds=" + SEEDS,
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                SuiteMain.class.getName()));
        words.addAll(classes());
        words.addAll(DRIVER_TESTS);
        return words;
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
