// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that were worth keeping, and many random ones, without a fuzzer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class SmmuFuzzTest {
    private static final int RANDOM_INPUTS = 10_000;
    private static final int LONGEST = 512;

    @ParameterizedTest
    @EnumSource
    void shouldKeepItsPromisesForEveryInputOfTheCorpus(final SmmuFuzz target) throws Exception {
        final List<Path> corpus = corpus(target);
        assertFalse(corpus.isEmpty(), "no corpus");
        for (final Path input : corpus) {
            final byte[] bytes = Files.readAllBytes(input);
            final long first = run(target, bytes, input.getFileName().toString());
            assertEquals(first, target.run(bytes), () -> "not the same again: " + input);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepItsPromisesForRandomInputs(final SmmuFuzz target) {
        final SplittableRandom random = new SplittableRandom(target.name().hashCode());
        for (int i = 0; i < RANDOM_INPUTS; i++) {
            final byte[] bytes = new byte[random.nextInt(LONGEST)];
            random.nextBytes(bytes);
            run(target, bytes, "input " + i);
        }
    }

    private static long run(final SmmuFuzz target, final byte[] bytes, final String name) {
        try {
            return target.run(bytes);
        } catch (final RuntimeException | AssertionError | StackOverflowError e) {
            throw new AssertionError(name + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }

    private static List<Path> corpus(final SmmuFuzz target) throws IOException, URISyntaxException {
        final String folder = "/fuzz/" + target.name().toLowerCase(Locale.ROOT);
        final Path path =
                Path.of(
                        Objects.requireNonNull(SmmuFuzzTest.class.getResource(folder), folder)
                                .toURI());
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        }
    }
}
