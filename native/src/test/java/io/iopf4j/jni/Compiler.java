// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles C as a user does, with cc alone. Each file is compiled once in a run of the tests. The
 * property {@code iopf4j.test.cflags} adds flags, such as those of the sanitizers.
 */
final class Compiler {
    private static final Path HEADERS = Path.of("src/main/c/include");
    private static final Path FOLDER =
            Path.of(System.getProperty("iopf4j.test.libraries", "target/test-libraries"));

    private Compiler() {}

    /** A library of one of the examples. */
    static Path example(final String name) {
        return library(Path.of("examples", name + ".c"), name);
    }

    /** A library of the tests' own. */
    static Path testLibrary(final String name, final String... flags) {
        return library(Path.of("src/test/c", name + ".c"), name, flags);
    }

    /** A library of a text. */
    static Path libraryOf(final String name, final String text, final String... flags) {
        try {
            Files.createDirectories(FOLDER);
            final Path source = FOLDER.resolve(name + ".c");
            Files.writeString(source, text);
            return library(source, name, flags);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path library(final Path source, final String name, final String... flags) {
        assumeBridge();
        final Path library = FOLDER.resolve(name + ".so");
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                "cc",
                                "-std=gnu11",
                                "-O1",
                                "-g",
                                "-Wall",
                                "-Wextra",
                                "-Werror",
                                "-shared",
                                "-fPIC",
                                "-I",
                                HEADERS.toString()));
        words.addAll(List.of(flags));
        words.addAll(List.of(System.getProperty("iopf4j.test.cflags", "").split(" ")));
        words.removeIf(String::isEmpty);
        words.addAll(List.of("-o", library.toString(), source.toString()));
        try {
            Files.createDirectories(FOLDER);
            final ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            // The compiler is not under test, and slow under a sanitizer.
            builder.environment().remove("LD_PRELOAD");
            final Process process = builder.start();
            final String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", words) + "\n" + output);
            }
            return library;
        } catch (final IOException e) {
            throw new AssertionError(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Skips a test where C cannot be loaded, with the reason. */
    static void assumeBridge() {
        final String absent = BridgeLibrary.whyAbsent();
        assumeTrue(absent == null, absent);
    }
}
