// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

import static io.iopf4j.api.smmuv3.QueueIndex.OVERFLOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queue pointers, enumerated where the space is small. */
class QueueIndexTest {
    private static final int LOG2_SIZE = 3;

    @Test
    void shouldCarryIntoTheWrapBitAndOutOfIt() {
        assertEquals(0x8, QueueIndex.advance(0x7, 1, LOG2_SIZE));
        assertEquals(0x0, QueueIndex.advance(0xf, 1, LOG2_SIZE));
    }

    @Test
    void shouldKeepOverflowFlagOfPointer() {
        assertEquals(0x80000008, QueueIndex.advance(0x80000007, 1, LOG2_SIZE));
        assertEquals(OVERFLOW, QueueIndex.advance(0x8000000f, 1, LOG2_SIZE));
    }

    @Test
    void shouldTellIndexFromWrap() {
        assertEquals(5, QueueIndex.index(0x8000000d, LOG2_SIZE));
        assertEquals(8, QueueIndex.wrap(0x8000000d, LOG2_SIZE));
        assertEquals(0, QueueIndex.wrap(0x80000005, LOG2_SIZE));
    }

    @Test
    void shouldTellEmptyFromFull() {
        assertTrue(QueueIndex.isEmpty(0, 0, LOG2_SIZE));
        assertFalse(QueueIndex.isFull(0, 0, LOG2_SIZE));
        assertTrue(QueueIndex.isFull(8, 0, LOG2_SIZE));
        assertFalse(QueueIndex.isEmpty(8, 0, LOG2_SIZE));
        assertEquals(6, QueueIndex.used(0xb, 5, LOG2_SIZE));
    }

    @Test
    void shouldIgnoreOverflowFlagsWhenCounting() {
        assertTrue(QueueIndex.isEmpty(OVERFLOW, 0, LOG2_SIZE));
        assertTrue(QueueIndex.isFull(8, OVERFLOW, LOG2_SIZE));
        assertEquals(6, QueueIndex.used(0x8000000b, 5, LOG2_SIZE));
    }

    /** From every starting point: k entries in give k used, and each is consumed in its turn. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 6})
    void shouldAgreeWithCountingByHand(final int log2Size) {
        final int size = 1 << log2Size;
        for (int start = 0; start < 2 * size; start++) {
            for (int count = 0; count <= size; count++) {
                final int prod = QueueIndex.advance(start, count, log2Size);
                assertEquals(count, QueueIndex.used(prod, start, log2Size));
                assertEquals(count == 0, QueueIndex.isEmpty(prod, start, log2Size));
                assertEquals(count == size, QueueIndex.isFull(prod, start, log2Size));
                assertTrue(QueueIndex.isConsistent(prod, start, log2Size));
                for (int done = 0; done <= count; done++) {
                    final int cons = QueueIndex.advance(start, done, log2Size);
                    assertEquals(done > 0, QueueIndex.isConsumed(cons, start, log2Size));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6})
    void shouldNoticePointersFurtherApartThanTheQueue(final int log2Size) {
        final int size = 1 << log2Size;
        for (int start = 0; start < 2 * size; start++) {
            for (int count = size + 1; count < 2 * size; count++) {
                final int prod = QueueIndex.advance(start, count, log2Size);
                assertFalse(QueueIndex.isConsistent(prod, start, log2Size));
            }
        }
    }

    @Test
    void shouldReachTheLargestQueue() {
        assertEquals(0xfffff, QueueIndex.advance(0, 0xfffff, 19));
        assertEquals(0, QueueIndex.advance(0xfffff, 1, 19));
        assertEquals(0x7ffff, QueueIndex.index(0xfffff, 19));
    }
}
