// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class LanesTest {
    private final Lanes lanes = new Lanes();

    @Test
    void shouldTakeTheLowestLaneThatIsFree() {
        assertEquals(0, lanes.take(0, 10));
        assertEquals(1, lanes.take(1, 5));
        assertEquals(2, lanes.take(2, 8));
        assertEquals(1, lanes.take(6, 20));
        assertEquals(2, lanes.take(9, 20));
        assertEquals(3, lanes.take(9, 20));
    }

    @Test
    void shouldGiveALaneAwayWhereItsSpanEnds() {
        assertEquals(0, lanes.take(0, 10));
        assertEquals(0, lanes.take(10, 10));
        assertEquals(0, lanes.take(10, 11));
        assertEquals(1, lanes.take(10, 11));
    }

    @Test
    void shouldKeepTheLaneOfWhatDoesNotEnd() {
        assertEquals(0, lanes.take(0, Lanes.OPEN));
        assertEquals(1, lanes.take(Long.MAX_VALUE, Lanes.OPEN));
    }
}
