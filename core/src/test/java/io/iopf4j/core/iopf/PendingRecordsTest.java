// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of what a device is owed, against what a plain list would do. */
class PendingRecordsTest {
    private static final long SEED = 0x10bf;

    private final PendingRecords records = new PendingRecords(FailSlab.NEVER);

    private List<Long> addresses() {
        final List<Long> addresses = new ArrayList<>();
        for (PendingRecord at = records.oldest(); at != null; at = at.next()) {
            addresses.add(at.fault().addr());
        }
        return addresses;
    }

    @Test
    void shouldBeEmptyAtFirst() {
        assertTrue(records.isEmpty());
        assertNull(records.oldest());
        assertNull(records.oldestOf(5));
    }

    @Test
    void shouldKeepACopy() {
        final IommuFault reused = at(last(5), 0x1000);
        final PendingRecord record = records.add(reused);
        at(reused, 0x2000);
        assertNotSame(reused, record.fault());
        assertEquals(0x1000, record.fault().addr());
    }

    @Test
    void shouldKeepTheOrderOfArrival() {
        for (int i = 1; i <= 4; i++) {
            records.add(at(last(4 - i), 0x1000L * i));
        }
        assertEquals(List.of(0x1000L, 0x2000L, 0x3000L, 0x4000L), addresses());
        assertEquals(4, records.size());
    }

    @Test
    void shouldFindTheOldestOfAGroupIdFirst() {
        final PendingRecord older = records.add(at(last(5), 0x1000));
        records.add(at(last(6), 0x2000));
        final PendingRecord younger = records.add(at(last(5), 0x3000));
        assertSame(older, records.oldestOf(5));
        assertSame(younger, records.nextOf(older));
        assertNull(records.nextOf(younger));
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 0x10000, -512})
    void shouldNotMistakeGroupIdsThatShareABucket(final int apart) {
        final PendingRecord record = records.add(last(5));
        assertNull(records.oldestOf(5 + apart));
        final PendingRecord other = records.add(last(5 + apart));
        assertSame(record, records.oldestOf(5));
        assertSame(other, records.oldestOf(5 + apart));
        assertNull(records.nextOf(record));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldCloseTheGapThatARecordLeaves(final int index) {
        final List<PendingRecord> added = new ArrayList<>();
        final List<Long> left = new ArrayList<>(List.of(0x1000L, 0x2000L, 0x3000L));
        for (final long addr : left) {
            added.add(records.add(at(last(5), addr)));
        }
        records.remove(added.get(index));
        left.remove(index);
        assertEquals(left, addresses());
        assertEquals(left.get(0), records.oldestOf(5).fault().addr());
        assertEquals(left.get(1), records.nextOf(records.oldestOf(5)).fault().addr());
    }

    @Test
    void shouldUseARecordAgain() {
        final PendingRecord record = records.add(last(5));
        records.remove(record);
        assertSame(record, records.add(last(6)));
    }

    @Test
    void shouldFailAnAssertionWhenARecordIsFreedTwice() {
        final PendingRecord record = records.add(last(5));
        records.remove(record);
        assertThrows(AssertionError.class, () -> records.remove(record));
        assertTrue(records.isEmpty());
    }

    @Test
    void shouldKeepNothingWithoutMemory() {
        final boolean[] isOutOfMemory = {true};
        final PendingRecords poor = new PendingRecords(() -> isOutOfMemory[0]);
        assertNull(poor.add(last(5)));
        assertTrue(poor.isEmpty());
        isOutOfMemory[0] = false;
        assertEquals(5, poor.add(last(5)).fault().grpid());
    }

    @Test
    void shouldKeepTheOrderWithinAGroupIdWhenTheTableGrows() {
        final int groups = 300;
        for (int i = 0; i < 10 * groups; i++) {
            records.add(at(last(i % groups), i));
        }
        for (int grpid = 0; grpid < groups; grpid++) {
            int expected = grpid;
            for (PendingRecord at = records.oldestOf(grpid); at != null; at = records.nextOf(at)) {
                assertEquals(expected, at.fault().addr());
                expected += groups;
            }
            assertEquals(10 * groups + grpid, expected);
        }
    }

    @Test
    void shouldDoAsAPlainListDoesWhateverComes() {
        final Random random = new Random(SEED);
        final List<PendingRecord> plain = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            final int grpid = random.nextInt(2_000);
            if (random.nextInt(5) < 3) {
                plain.add(records.add(at(last(grpid), step)));
            } else {
                final PendingRecord expected =
                        plain.stream()
                                .filter(record -> record.fault().grpid() == grpid)
                                .findFirst()
                                .orElse(null);
                assertSame(expected, records.oldestOf(grpid), "seed " + SEED + " step " + step);
                if (expected != null) {
                    records.remove(expected);
                    plain.remove(expected);
                }
            }
        }
        assertEquals(plain.stream().map(record -> record.fault().addr()).toList(), addresses());
        assertEquals(plain.size(), records.size());
    }
}
