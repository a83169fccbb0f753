// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.ledger.Outcome;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CriterionTest {
    private static VmTally tally(
            final long owed,
            final long lost,
            final long missing,
            final long late,
            final long waitNs) {
        return new VmTally(
                "vm",
                Map.of(Outcome.ANSWERED, owed),
                0,
                0,
                0,
                0,
                owed,
                lost,
                missing,
                late,
                waitNs);
    }

    @ParameterizedTest
    @CsvSource({
        "answered, 100, 0, 0, 5, 0",
        "answered, 100, 1, 0, 0, 1",
        "answered, 100, 0, 1, 0, 1",
        "answered, 0, 0, 0, 0, 0",
        "answered=99%, 100, 1, 0, 0, 0",
        "answered=99%, 100, 1, 1, 0, 2",
        "answered=99.5%, 100, 1, 0, 0, 1",
        "answered=99.5%, 200, 1, 0, 0, 0",
        "p99=1ms, 100, 0, 0, 1, 0",
        "p99=1ms, 100, 1, 0, 1, 2",
        "p50=1ms, 100, 25, 25, 0, 0",
        "p100=1ms, 100, 0, 0, 1, 1"
    })
    void shouldCountWhatIsNotWell(
            final String criterion,
            final long owed,
            final long lost,
            final long missing,
            final long late,
            final long harm) {
        assertEquals(harm, Criterion.parse(criterion).harm(tally(owed, lost, missing, late, 0)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1000000, 0", "1000001, 1"})
    void shouldBoundALongestWait(final long waitNs, final long harm) {
        assertEquals(harm, Criterion.parse("wait=1ms").harm(tally(10, 10, 0, 0, waitNs)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "happy",
                "answered=",
                "answered=99",
                "answered=0%",
                "answered=101%",
                "answered=x%",
                "p99",
                "p99=",
                "p99=10",
                "p0=1ms",
                "p=1ms",
                "p101=1ms",
                "wait",
                "wait=5",
                "wait=-1ms",
                "p99.9999=1ms"
            })
    void shouldRefuseInOneLineWhatIsNoCriterion(final String text) {
        final String message =
                assertThrows(IllegalArgumentException.class, () -> Criterion.parse(text))
                        .getMessage();
        assertTrue(message.startsWith("'"), message);
        assertEquals(1, message.lines().count());
    }
}
