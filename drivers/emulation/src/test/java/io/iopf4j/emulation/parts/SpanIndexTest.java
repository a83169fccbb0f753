// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans that are found, forgotten and replaced, against a map that does the same slowly. */
final class SpanIndexTest {
    private static final int CAPACITY = 64;

    private record Span(long tag, long start, int log2) {
        boolean holds(final long otherTag, final long number) {
            return tag == otherTag && (number & -(1L << log2)) == start;
        }
    }

    private SpanIndex index = new SpanIndex(CAPACITY);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFindWhatAMapFinds(final boolean hasKinds) {
        index = hasKinds ? new SpanIndex(CAPACITY, 0) : index;
        final Random random = new Random(7);
        final Map<Integer, Span> model = new LinkedHashMap<>();
        for (int round = 0; round < 100_000; round++) {
            final long tag = random.nextInt(3);
            final long number = random.nextInt(256);
            final int log2 = random.nextInt(4) * 2;
            if (random.nextInt(3) == 0) {
                final int slot = index.take(tag, number, log2);
                model.put(slot, new Span(tag, number & -(1L << log2), log2));
            } else if (random.nextInt(4) == 0) {
                index.removeHolding(tag, number);
                model.values().removeIf(span -> span.holds(tag, number));
            } else {
                final int found = found(model, tag, number);
                assertEquals(found, index.find(tag, number));
                assertEquals(found, index.find(tag, number ^ (1 << index.smallestLog2(tag)) - 1));
            }
        }
        index.removeTagged(0, 0);
        for (int slot = 0; slot < index.end(); slot++) {
            assertFalse(index.isUsed(slot));
        }
        assertEquals(0, index.sizesPresent());
    }

    private static int found(final Map<Integer, Span> model, final long tag, final long number) {
        int found = SpanIndex.NONE;
        for (final Map.Entry<Integer, Span> entry : model.entrySet()) {
            if (entry.getValue().holds(tag, number)) {
                found = found == SpanIndex.NONE ? entry.getKey() : SpanIndex.CONFLICT;
            }
        }
        return found;
    }

    @Test
    void shouldCountTheSizesOfEachKind() {
        index = new SpanIndex(CAPACITY, 4);
        final int slot = index.take(0x12, 0, 5);
        index.take(0x25, 0, 3);
        assertEquals(1 << 5, index.sizesPresent(0x1f));
        assertEquals(1 << 3, index.sizesPresent(0x20));
        assertEquals(0, index.sizesPresent(0));
        assertEquals(1 << 5 | 1 << 3, index.sizesPresent());
        index.remove(slot);
        assertEquals(0, index.sizesPresent(0x12));
    }

    @Test
    void shouldSayWhetherAnythingChanged() {
        final int slot = index.take(0, 0, 0);
        final long before = index.changes(0);
        index.find(0, 0);
        index.take(0, 0, 0);
        assertEquals(before, index.changes(0));
        index.remove(slot);
        assertNotEquals(before, index.changes(0));
    }

    @Test
    void shouldCountTheChangesOfEachKind() {
        index = new SpanIndex(CAPACITY, 4);
        final long ofOne = index.changes(0x10);
        final long ofOther = index.changes(0x20);
        index.take(0x12, 0, 5);
        assertNotEquals(ofOne, index.changes(0x1f));
        assertEquals(ofOther, index.changes(0x20));
    }

    @Test
    void shouldCountAVictimAsAChangeOfItsKind() {
        index = new SpanIndex(CAPACITY, 4);
        for (int number = 0; number < CAPACITY; number++) {
            index.take(0x10, number, 0);
        }
        final long before = index.changes(0x10);
        index.take(0x20, 0, 0);
        assertNotEquals(before, index.changes(0x10));
    }

    @Test
    void shouldKeepOneSlotForOneSpan() {
        final int slot = index.take(1, 0x1234, 4);
        assertEquals(slot, index.take(1, 0x123f, 4));
    }

    @Test
    void shouldReplaceInTurnWhenFull() {
        for (int number = 0; number < CAPACITY; number++) {
            assertEquals(number, index.take(0, number, 0));
        }
        assertEquals(0, index.take(0, 1000, 0));
        assertEquals(1, index.take(0, 1001, 0));
        assertEquals(SpanIndex.NONE, index.find(0, 0));
        assertEquals(2, index.find(0, 2));
    }

    @Test
    void shouldCompareTagsInMaskedBits() {
        index.take(0x12, 0, 0);
        index.take(0x13, 0, 0);
        index.take(0x22, 0, 0);
        index.removeTagged(0x10, 0xf0);
        assertEquals(SpanIndex.NONE, index.find(0x12, 0));
        assertEquals(SpanIndex.NONE, index.find(0x13, 0));
        assertEquals(2, index.find(0x22, 0));
    }

    @Test
    void shouldTakeNumbersOfAllBits() {
        final int slot = index.take(-1, -1, 12);
        assertEquals(slot, index.find(-1, -4096));
        assertEquals(SpanIndex.NONE, index.find(-1, -4097));
    }
}
