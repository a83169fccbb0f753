// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs that were worth keeping, whole and damaged, without a fuzzer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class FuzzTest {
    private static final Path CORPORA = Path.of("src/test/resources/fuzz");
    private static final int DAMAGED_INPUTS = 1000;

    static List<String> corpora() throws IOException {
        try (Stream<Path> folders = Files.list(CORPORA)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
        }
    }

    private static List<Path> inputs(final String corpus) throws IOException {
        try (Stream<Path> files = Files.list(CORPORA.resolve(corpus))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void shouldReadEveryInputOfTheCorpus(final String corpus) throws IOException {
        long most = -1;
        for (final Path input : inputs(corpus)) {
            final byte[] bytes = Files.readAllBytes(input);
            final long events = read(bytes, corpus, input.getFileName().toString());
            assertEquals(events, Fuzzer.readAs(bytes, corpus), () -> "not the same: " + input);
            most = Math.max(most, events);
        }
        assertTrue(most > 0, "at least one input is a trace");
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void shouldSurviveDamageOfEveryKind(final String corpus) throws IOException {
        final SplittableRandom random = new SplittableRandom(corpus.hashCode());
        final List<Path> inputs = inputs(corpus);
        for (int i = 0; i < DAMAGED_INPUTS; i++) {
            final byte[] whole = Files.readAllBytes(inputs.get(i % inputs.size()));
            read(damage(whole, random), corpus, "input " + i);
        }
    }

    private static byte[] damage(final byte[] whole, final SplittableRandom random) {
        final byte[] bytes =
                random.nextInt(4) == 0
                        ? Arrays.copyOf(whole, random.nextInt(whole.length + 1))
                        : whole.clone();
        final int hits = bytes.length == 0 ? 0 : 1 << random.nextInt(7);
        for (int i = 0; i < hits; i++) {
            final int at = random.nextInt(bytes.length);
            bytes[at] =
                    switch (random.nextInt(4)) {
                        case 0 -> (byte) 0xff;
                        case 1 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
                        case 2 -> bytes[random.nextInt(bytes.length)];
                        default -> (byte) random.nextInt();
                    };
        }
        return bytes;
    }

    private static long read(final byte[] bytes, final String corpus, final String name) {
        try {
            return Fuzzer.readAs(bytes, corpus);
        } catch (final RuntimeException | AssertionError | StackOverflowError e) {
            final byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, 4096));
            throw new AssertionError(name + ": " + HexFormat.of().formatHex(shown), e);
        }
    }
}
