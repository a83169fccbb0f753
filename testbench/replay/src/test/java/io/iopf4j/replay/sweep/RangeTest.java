// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {
    private static String words(final Range range) {
        return range.values().stream().map(Value::word).collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1..4              | 1 2 3 4
                    7..7              | 7
                    1..65             | 1 2 4 8 16 32 64 65
                    3..100            | 3 6 12 24 48 96 100
                    1..10+4           | 1 5 9 10
                    1..100*10         | 1 10 100
                    {8,2,30}          | 2 8 30
                    1ms..10ms         | 1ms 2ms 4ms 8ms 10ms
                    500us..2ms        | 500us 1ms 2ms
                    0ms..30ms+10ms    | 0ns 10ms 20ms 30ms
                    1s..1m*30         | 1s 30s 1m
                    {2s,1ms}          | 1ms 2s
                    1400m..1440m*1000000 | 1400m 1440m
                    """)
    void shouldHaveItsValuesInRisingOrder(final String text, final String values) {
        assertEquals(values, words(Range.parse(text)));
    }

    @Test
    void shouldStepByOneUpToSixtyFourValues() {
        assertEquals(64, Range.parse("1..64").values().size());
        assertEquals(64, Range.parse("100..163").values().size());
        assertEquals(2, Range.parse("100..164").values().size());
    }

    @Test
    void shouldDoubleSizesOfQueuesHoweverFewThereAre() {
        assertEquals("16 32", words(Range.parseDoubling("16..32")));
    }

    @Test
    void shouldWriteEachTimeSoThatItReadsTheSame() {
        for (final Value value : Range.parse("1ns..24m").values()) {
            assertEquals(value.number(), Range.timeNs(value.word()), value.word());
            assertTrue(value.word().length() <= 11, value.word());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "..",
                "1..",
                "..5",
                "5..1",
                "1..2..3",
                "1s..5",
                "5..1s",
                "half..8",
                "1..8+",
                "1..8+0",
                "1..8+1ms",
                "1ms..8ms+1",
                "1..8*1",
                "1..8*x",
                "1..8*2ms",
                "1s..307445735m",
                "0..8*2",
                "{}",
                "{1",
                "{1,1}",
                "{1,1s}",
                "{1,,2}",
                "-1..5",
                "1.5..2",
                "9999999999..1",
                "1h..2h",
                "1m..9999m",
                "1..100000+1",
                "0x10..0x20",
                "1 .. 5",
                "1..8+1*2"
            })
    void shouldRefuseInOneLineWhatIsNoRange(final String text) {
        final String message =
                assertThrows(IllegalArgumentException.class, () -> Range.parse(text)).getMessage();
        assertTrue(message.startsWith("'" + text + "': "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void shouldKnowARangeFromAValue() {
        assertEquals(
                List.of(true, true, false, false),
                List.of(
                        Range.isMeantBy("1..2"),
                        Range.isMeantBy("{1}"),
                        Range.isMeantBy("10"),
                        Range.isMeantBy("half")));
    }
}
