// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One dump and one seed make one ledger; the seed never decides a fate. */
class ReplayDeterminismTest {
    @ParameterizedTest
    @ValueSource(strings = {"open-mixed-a.dat", "iopf-ooo-v6.dat.gz"})
    void shouldWriteTheSameLedgerTwice(final String file) throws IOException {
        final LedgerWriter first = new LedgerWriter(replay(file, 7));
        final LedgerWriter second = new LedgerWriter(replay(file, 7));
        assertFalse(csv(first).isEmpty());
        assertEquals(csv(first), csv(second));
        assertEquals(jsonLines(first), jsonLines(second));
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, Long.MIN_VALUE})
    void shouldEndEveryFaultAlikeWithAnotherSeed(final long seed) throws IOException {
        final ReplayResult one = replay("open-mixed-a.dat", 1);
        final ReplayResult other = replay("open-mixed-a.dat", seed);
        assertEquals(fates(one), fates(other));
        assertEquals(Map.copyOf(one.outcomes()), Map.copyOf(other.outcomes()));
    }

    private static ReplayResult replay(final String file, final long seed) throws IOException {
        return ReadDump.of(file)
                .replay(
                        new ReplaySettings(
                                Map.of(),
                                Hardware.DEFAULT,
                                Semantics.MAINLINE_6_12,
                                List.of(),
                                seed));
    }

    private static List<Outcome> fates(final ReplayResult result) {
        return IntStream.range(0, result.ledger().size())
                .mapToObj(result.ledger()::outcome)
                .toList();
    }

    private static String csv(final LedgerWriter writer) throws IOException {
        final StringBuilder text = new StringBuilder();
        writer.writeCsv(text);
        return text.toString();
    }

    private static String jsonLines(final LedgerWriter writer) throws IOException {
        final StringBuilder text = new StringBuilder();
        writer.writeJsonLines(text);
        return text.toString();
    }
}
