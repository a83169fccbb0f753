// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {
    @Test
    void ofNothingAllIsZero() {
        final Latencies none = new Latencies(0);
        assertEquals(0, none.count());
        assertEquals(0, none.longestNs());
        assertEquals(0, none.percentileNs(50));
        assertEquals(0, none.percentileNs(100));
    }

    @Test
    void ofAHundredAPercentileIsItsRank() {
        final Latencies hundred = new Latencies(100);
        for (int ns = 100; ns > 0; ns--) {
            hundred.add(ns);
        }
        assertEquals(100, hundred.count());
        assertEquals(100, hundred.longestNs());
        for (int percent = 1; percent <= 100; percent++) {
            assertEquals(percent, hundred.percentileNs(percent), percent + " %");
        }
        assertEquals(1, hundred.percentileNs(0), "the shortest");
        assertEquals(100, hundred.percentileNs(99.5), "99 are not yet 99.5 %");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1_000, 12_345})
    void soManyTookAtMostThatAndNoShorterTimeWillDo(final int count) {
        final long[] ns = new Random(count).longs(count, 0, 50_000).toArray();
        final Latencies latencies = new Latencies(count);
        Arrays.stream(ns).forEach(latencies::add);
        for (final double percent : new double[] {0.1, 25, 50, 90, 99, 99.9, 100}) {
            final long bound = latencies.percentileNs(percent);
            final long within = Arrays.stream(ns).filter(it -> it <= bound).count();
            final long below = Arrays.stream(ns).filter(it -> it < bound).count();
            assertTrue(within * 100.0 >= percent * count, percent + " % of " + count);
            assertTrue(below * 100.0 < percent * count, percent + " % of " + count);
        }
        assertEquals(Arrays.stream(ns).max().orElseThrow(), latencies.percentileNs(100));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 100.5, Double.NaN})
    void whatIsNoPercentageIsRefused(final double percent) {
        assertThrows(IllegalArgumentException.class, () -> new Latencies(1).percentileNs(percent));
    }
}
