// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.iopf4j.emulation.smmuv3.SmmuFuzz;
import io.iopf4j.emulation.vtd.VtdFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs that were worth keeping, and many random ones, without a fuzzer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class FuzzTest {
    private static final int RANDOM_INPUTS = 10_000;
    private static final int LONGEST = 512;

    /** A target by the name of its corpus. */
    private record Target(String name, FuzzTarget fuzz) {
        long run(final byte[] bytes) {
            return fuzz.run(bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Target> targets() {
        return Stream.concat(
                Arrays.stream(SmmuFuzz.values()).map(fuzz -> new Target(fuzz.name(), fuzz)),
                Arrays.stream(VtdFuzz.values())
                        .map(fuzz -> new Target("VTD_" + fuzz.name(), fuzz)));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void shouldKeepItsPromisesForEveryInputOfTheCorpus(final Target target) throws Exception {
        final List<Path> corpus = corpus(target);
        assertFalse(corpus.isEmpty(), "no corpus");
        for (final Path input : corpus) {
            final byte[] bytes = Files.readAllBytes(input);
            final long first = run(target, bytes, input.getFileName().toString());
            assertEquals(first, target.run(bytes), () -> "not the same again: " + input);
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void shouldKeepItsPromisesForRandomInputs(final Target target) {
        final SplittableRandom random = new SplittableRandom(target.name().hashCode());
        for (int i = 0; i < RANDOM_INPUTS; i++) {
            final byte[] bytes = new byte[random.nextInt(LONGEST)];
            random.nextBytes(bytes);
            run(target, bytes, "input " + i);
        }
    }

    private static long run(final Target target, final byte[] bytes, final String name) {
        try {
            return target.run(bytes);
        } catch (final RuntimeException | AssertionError | StackOverflowError e) {
            throw new AssertionError(name + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }

    private static List<Path> corpus(final Target target) throws IOException, URISyntaxException {
        final String folder = "/fuzz/" + target.name().toLowerCase(Locale.ROOT);
        final Path path =
                Path.of(Objects.requireNonNull(FuzzTest.class.getResource(folder), folder).toURI());
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        }
    }
}
