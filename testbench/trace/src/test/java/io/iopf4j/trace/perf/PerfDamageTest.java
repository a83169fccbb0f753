// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import static io.iopf4j.trace.perf.PerfBytes.MAP;
import static io.iopf4j.trace.perf.PerfBytes.TRACEPOINT;
import static io.iopf4j.trace.perf.PerfBytes.USUAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Fuzzer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that were cut or hit, at every place: what can be read is read, nothing worse happens. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // a hang, not a slow machine
class PerfDamageTest {
    private static long read(final byte[] bytes) {
        return Fuzzer.readAs(bytes, "perf");
    }

    private static final int EVENTS = 6;

    static Stream<Arguments> files() {
        return Stream.of(false, true)
                .flatMap(
                        big ->
                                Stream.of(
                                        Arguments.of("file", records(big).file()),
                                        Arguments.of("pipe", records(big).pipe()),
                                        Arguments.of("zstd", records(big).pack(81, 90).file()),
                                        Arguments.of("zstd2", records(big).pack(83, 90).pipe()),
                                        Arguments.of("open", records(big).stream(90).pipe())));
    }

    private static PerfBytes records(final boolean big) {
        final PerfBytes perf = new PerfBytes(big).tracing();
        perf.attribute(1, 0, USUAL, 7).attribute(TRACEPOINT, MAP, USUAL, 5, 6).comm(42, "load", 0);
        perf.map(5, 30, 0, 42, 1).map(7, 40, 0, 42, 1).lost(2, 45).finishedRound();
        perf.map(6, 20, 1, 43, 2).map(6, 50, 1, 43, 2).finishedRound().fork(44, 42, 55);
        return perf.map(5, 60, 0, 44, 1).lostSamples(2, 65).map(6, 70, 1, 44, 2);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void shouldSurviveACutAtEveryByte(final String name, final byte[] whole) {
        assertEquals(EVENTS, read(whole));
        for (int cut = 0; cut < whole.length; cut++) {
            final long events = read(Arrays.copyOf(whole, cut));
            assertTrue(events <= EVENTS, name + " cut at " + cut);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void shouldSurviveAHitOnEveryByte(final String name, final byte[] whole) {
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < whole.length; i++) {
            final byte[] hit = whole.clone();
            hit[i] ^= (byte) (1 << random.nextInt(8));
            assertTrue(read(hit) <= EVENTS + 1, name + " hit at " + i);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void shouldSurviveManyHits(final String name, final byte[] whole) {
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < 500; i++) {
            final byte[] hit = whole.clone();
            for (int hits = 1 << random.nextInt(8); hits > 0; hits--) {
                hit[16 + random.nextInt(hit.length - 16)] = (byte) random.nextInt();
            }
            assertTrue(read(hit) < 1000, name + " " + i);
        }
    }
}
