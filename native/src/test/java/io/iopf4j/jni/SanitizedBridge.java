// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** libiopf4j.so, built for AddressSanitizer and UndefinedBehaviorSanitizer. */
public final class SanitizedBridge {
    /** Where it lies. */
    public static final Path FOLDER = Path.of("target/sanitized");

    /** What is built to run with it wants the same. */
    public static final String FLAGS =
            "-fsanitize=address,undefined -fno-sanitize-recover=undefined";

    /** An environment variable: {@code no} leaves out what runs a second time under a watch. */
    private static final String SWITCH = "IOPF4J_CHECKED_RUNS";

    private SanitizedBridge() {}

    /** Skips a test that is not wanted. */
    public static void assumeWanted() {
        assumeTrue(!"no".equals(System.getenv(SWITCH)), SWITCH + "=no");
    }

    /** Builds it if it is not there or older than its sources; its file. */
    public static Path build() {
        // From the folder that make works in: a name with a blank is nothing for make.
        final String output =
                printed(
                        "make",
                        "-s",
                        "-C",
                        "src/main/c",
                        "SANITIZE=1",
                        "OUT=../../../" + FOLDER,
                        "JAVA_HOME=" + System.getProperty("java.home"));
        assertEquals("", output);
        return FOLDER.resolve("libiopf4j.so");
    }

    /**
     * What has to be loaded before anything else; a test is skipped where the compiler has none.
     */
    static Path runtime() {
        final Path runtime = Path.of(printed("cc", "-print-file-name=libasan.so").strip());
        assumeTrue(Files.exists(runtime), "the compiler has no AddressSanitizer");
        return runtime;
    }

    private static String printed(final String... words) {
        try {
            final Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            final String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            return output;
        } catch (final IOException e) {
            throw new AssertionError(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
