// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iopf4j.jni.SanitizedBridge;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A C program that embeds the bench: compiled with cc alone and the library that Maven built, or
 * with both under the sanitizers. Its JVM has the class path of the tests.
 */
final class CProgram {
    private static final Path TARGET = Path.of("target/embedding");
    private static final Path LIBRARY =
            Path.of("target/classes/native/linux-" + System.getProperty("os.arch"), "libiopf4j.so");
    private static final List<String> SANITIZERS =
            List.of((SanitizedBridge.FLAGS + " -g").split(" "));
    private static final int MOST_SECONDS = 120;

    /** What a program is built and run with. */
    enum Flavour {
        /** As a user does. */
        PLAIN,
        /** The JVM looks after each call of its native interface, and says what is wrong. */
        CHECKED,
        /** AddressSanitizer and UndefinedBehaviorSanitizer, in the library too. */
        SANITIZED
    }

    /**
     * A run.
     *
     * @param status its exit status
     * @param out its standard output
     * @param err its standard error, without what the JVM says of its environment
     */
    record Run(int status, String out, String err) {}

    private final Path program;
    private final Flavour flavour;
    private final Map<String, String> environment = new HashMap<>();

    private CProgram(final Path program, final Flavour flavour) {
        this.program = program;
        this.flavour = flavour;
        environment.put("IOPF4J_JAR", classPath());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        switch (flavour) {
            case PLAIN -> {}
            case CHECKED -> environment.put("JAVA_TOOL_OPTIONS", "-Xcheck:jni");
            case SANITIZED ->
                    // The JVM uses faults of its own, and leaves its memory to the system.
                    environment.put(
                            "ASAN_OPTIONS",
                            "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0"
                                    + ":detect_leaks=0");
        }
    }

    /** Compiles a file, if it is not the last one compiled; skips the test where that cannot be. */
    static CProgram of(final Path source, final Flavour flavour) {
        assumeTrue(
                Files.exists(LIBRARY),
                () -> LIBRARY + " was not built: that needs cc and make on Linux");
        if (flavour != Flavour.PLAIN) {
            SanitizedBridge.assumeWanted();
        }
        final boolean isSanitized = flavour == Flavour.SANITIZED;
        final Path program =
                TARGET.resolve(
                        source.getFileName().toString().replace(".c", isSanitized ? "-san" : ""));
        try {
            Files.createDirectories(TARGET);
            final Path library = isSanitized ? SanitizedBridge.build() : LIBRARY;
            if (isOlder(program, source) || isOlder(program, library)) {
                compile(source, program, library, isSanitized ? SANITIZERS : List.of());
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        return new CProgram(program, flavour);
    }

    private static boolean isOlder(final Path made, final Path from) throws IOException {
        return !Files.exists(made)
                || Files.getLastModifiedTime(made).compareTo(Files.getLastModifiedTime(from)) < 0;
    }

    private static void compile(
            final Path source, final Path program, final Path library, final List<String> flags)
            throws IOException {
        final List<String> words = new ArrayList<>(List.of("cc", "-std=c11", "-pedantic"));
        words.addAll(List.of("-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pthread"));
        words.addAll(flags);
        words.addAll(List.of("-I", "src/main/c/include", "-o", program.toString()));
        words.addAll(List.of(source.toString(), library.toAbsolutePath().toString()));
        final Run compiled = run(words, Map.of());
        assertEquals("", compiled.err);
        assertEquals(0, compiled.status);
    }

    /** Surefire's own class path is one jar that names the others. */
    static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }

    CProgram with(final String variable, final String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs it. Whatever the JVM has to say of JNI it says on standard output. */
    Run run(final String... arguments) {
        final List<String> words = new ArrayList<>(List.of(program.toString()));
        words.addAll(List.of(arguments));
        try {
            return run(words, environment);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    /** It ran, printed this and nothing else. */
    void assertPrints(final String expected, final String... arguments) {
        final Run run = run(arguments);
        assertEquals(expected, run.out, () -> flavour + ": " + run.err);
        assertEquals("", run.err);
        assertEquals(0, run.status);
    }

    private static Run run(final List<String> words, final Map<String, String> environment)
            throws IOException {
        final File out = File.createTempFile("embedding", ".out");
        final File err = File.createTempFile("embedding", ".err");
        try {
            final ProcessBuilder builder =
                    new ProcessBuilder(words).redirectOutput(out).redirectError(err);
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(environment);
            final Process process = builder.start();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(words + " hangs: " + text(out) + text(err));
            }
            return new Run(
                    process.exitValue(),
                    text(out),
                    text(err).replaceAll("Picked up JAVA_TOOL_OPTIONS: [^\n]*\n", ""));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            Files.delete(out.toPath());
            Files.delete(err.toPath());
        }
    }

    private static String text(final File file) throws IOException {
        return Files.readString(file.toPath(), StandardCharsets.UTF_8);
    }
}
