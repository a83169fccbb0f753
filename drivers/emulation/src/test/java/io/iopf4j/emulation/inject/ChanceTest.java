// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.Scheduler;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When something happens. */
final class ChanceTest {
    private static final long SEED = 0xd1ce;

    private static String of(final Chance chance, final int times) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < times; i++) {
            text.append(chance.fires() ? 'x' : '-');
        }
        return text.toString();
    }

    @Test
    void shouldCount() {
        assertEquals("------", of(Chance.NEVER, 6));
        assertEquals("xxxxxx", of(Chance.ALWAYS, 6));
        assertEquals("--x--x", of(Chance.each(3), 6));
        assertEquals("xxxxxx", of(Chance.each(1), 6));
        assertEquals("--x---", of(Chance.only(3), 6));
    }

    @Test
    void shouldFireAsOftenAsItsProbabilitySays() {
        final Chance chance = Chance.of(0.25, SEED);
        final long fired = IntStream.range(0, 10_000).filter(i -> chance.fires()).count();
        assertTrue(fired > 2_300 && fired < 2_700, "fired " + fired);
        assertEquals("------", of(Chance.of(0, SEED), 6));
        assertEquals("xxxxxx", of(Chance.of(1, SEED), 6));
    }

    @Test
    void shouldAnswerTheSameForTheSameSeed() {
        assertEquals(of(Chance.of(0.5, SEED), 64), of(Chance.of(0.5, SEED), 64));
        assertTrue(!of(Chance.of(0.5, SEED), 64).equals(of(Chance.of(0.5, SEED + 1), 64)));
    }

    @Test
    void shouldBeOffForWholeRuns() {
        final long runsThatFire =
                LongStream.range(0, 1_000)
                        .filter(seed -> of(Chance.inSomeRuns(0.25, 0.5, seed), 64).contains("x"))
                        .count();
        assertTrue(runsThatFire > 200 && runsThatFire < 300, "in " + runsThatFire + " of 1000");
    }

    @Test
    void shouldFireAndCountInItsTimeOnly() {
        final Scheduler scheduler = new Scheduler(1);
        final Chance chance = Chance.each(2).during(scheduler, 10, 20);
        assertEquals("---", of(chance, 3));
        scheduler.advanceTo(10);
        assertEquals("-x-", of(chance, 3));
        scheduler.advanceTo(20);
        assertEquals("---", of(chance, 3));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void shouldRefuseWhatIsNoProbability(final double probability) {
        assertThrows(IllegalArgumentException.class, () -> Chance.of(probability, SEED));
        assertThrows(IllegalArgumentException.class, () -> Chance.inSomeRuns(0.5, probability, 1));
    }

    @Test
    void shouldCountFromOne() {
        assertThrows(IllegalArgumentException.class, () -> Chance.each(0));
        assertThrows(IllegalArgumentException.class, () -> Chance.only(0));
    }
}
