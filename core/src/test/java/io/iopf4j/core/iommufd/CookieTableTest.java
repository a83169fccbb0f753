// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lowest free cookie is given, whatever came before. */
class CookieTableTest {
    private static final int STEPS = 200_000;
    private static final int TWO_LEVELS = 4_096;
    private static final int THREE_LEVELS = 64 * 64 * 64;

    private final CookieTable table = new CookieTable();
    private final PendingGroup[] groups = groups(16);

    /** Groups can only come from the core. */
    private static PendingGroup[] groups(final int count) {
        final CoreBench bench = new CoreBench();
        final GroupCollector handler = new GroupCollector();
        final IommuDevice dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(handler);
        IommuGroup.of(dev).attach(domain, new IommuAttachHandle());
        for (int i = 0; i < count; i++) {
            bench.core.reportDeviceFault(dev, CoreBench.last(i));
        }
        return handler.groups.toArray(new PendingGroup[0]);
    }

    @Test
    void shouldStartAtOne() {
        assertEquals(1, table.alloc(groups[0]));
        assertEquals(2, table.alloc(groups[1]));
        assertEquals(2, table.size());
    }

    @Test
    void shouldGiveTheLowestFreedCookieAgain() {
        for (int i = 0; i < 5; i++) {
            table.alloc(groups[i]);
        }
        table.remove(4);
        table.remove(2);
        assertEquals(2, table.alloc(groups[9]));
        assertEquals(4, table.alloc(groups[9]));
        assertEquals(6, table.alloc(groups[9]));
    }

    @Test
    void shouldFindNothingBehindNumbersThatAreNoCookies() {
        table.alloc(groups[0]);
        for (final int cookie :
                new int[] {0, 2, -1, TWO_LEVELS + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertNull(table.get(cookie), "cookie=" + cookie);
            assertNull(table.remove(cookie), "cookie=" + cookie);
        }
        assertEquals(1, table.size());
    }

    @Test
    void shouldRemoveOnce() {
        table.alloc(groups[0]);
        assertSame(groups[0], table.remove(1));
        assertNull(table.remove(1));
        assertEquals(0, table.size());
    }

    @Test
    void shouldLetCookieOfWithdrawnGroupRest() {
        table.alloc(groups[0]);
        table.alloc(groups[1]);
        table.withdraw(1);
        assertNull(table.get(1));
        assertNull(table.remove(1));
        assertEquals(1, table.size());
        assertEquals(3, table.alloc(groups[2]));
    }

    @Test
    void shouldGiveLongestRestedCookieOutAgain() {
        final int resting = 1 << 16;
        for (int i = 1; i <= resting; i++) {
            assertEquals(i, table.alloc(groups[0]));
            table.withdraw(i);
        }
        assertEquals(resting + 1, table.alloc(groups[0]));
        table.withdraw(resting + 1);
        for (int i = 1; i <= 3; i++) {
            assertEquals(i, table.alloc(groups[0]));
            table.withdraw(i);
        }
        assertEquals(4, table.alloc(groups[0]));
        assertEquals(resting + 2, table.alloc(groups[0]));
        assertEquals(2, table.size());
    }

    @Test
    void shouldWalkInAscendingOrder() {
        for (int i = 0; i < 6; i++) {
            table.alloc(groups[i]);
        }
        table.remove(1);
        table.remove(4);
        final List<Integer> walked = new ArrayList<>();
        for (int cookie = table.next(0); cookie != 0; cookie = table.next(cookie)) {
            walked.add(cookie);
        }
        assertEquals(List.of(2, 3, 5, 6), walked);
    }

    @Test
    void shouldWalkPastCookiesThatRest() {
        for (int i = 0; i < 4; i++) {
            table.alloc(groups[i]);
        }
        table.withdraw(2);
        table.withdraw(4);
        assertEquals(3, table.next(1));
        assertEquals(0, table.next(3));
    }

    @Test
    void shouldEndItsWalkBehindTheLastWhenFull() {
        for (int i = 0; i < TWO_LEVELS; i++) {
            table.alloc(groups[0]);
        }
        assertEquals(TWO_LEVELS, table.next(TWO_LEVELS - 1));
        assertEquals(0, table.next(TWO_LEVELS));
    }

    @ParameterizedTest
    @ValueSource(ints = {TWO_LEVELS, THREE_LEVELS})
    void shouldGrowPastEachLevelAndFillItsHoles(final int level) {
        final int count = level + 3;
        for (int i = 0; i < count; i++) {
            assertEquals(i + 1, table.alloc(groups[i % groups.length]));
        }
        final int[] holes = {1, 64, 65, TWO_LEVELS, level, level + 1, count};
        for (final int hole : new TreeSet<>(Arrays.stream(holes).boxed().toList())) {
            assertSame(groups[(hole - 1) % groups.length], table.remove(hole));
        }
        for (final int hole : new TreeSet<>(Arrays.stream(holes).boxed().toList())) {
            assertEquals(hole, table.alloc(groups[0]));
        }
        assertEquals(count + 1, table.alloc(groups[0]));
        assertEquals(count + 1, table.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_261_125, -7})
    void shouldAgreeWithSortedSetOfFreeNumbers(final long seed) {
        final Random random = new Random(seed);
        final TreeSet<Integer> free = new TreeSet<>();
        final Map<Integer, PendingGroup> used = new HashMap<>();
        int neverUsed = 1;
        for (int step = 0; step < STEPS; step++) {
            final String where = "seed=" + seed + " step=" + step;
            // Long phases of growth and of decay, so that every level fills and empties.
            final boolean isGrowing = step / 20_000 % 2 == 0;
            if (random.nextInt(10) < (isGrowing ? 8 : 2)) {
                final PendingGroup group = groups[random.nextInt(groups.length)];
                final Integer lowest = free.pollFirst();
                final int expected = lowest == null ? neverUsed++ : lowest;
                assertEquals(expected, table.alloc(group), where);
                used.put(expected, group);
            } else {
                final int cookie = 1 + random.nextInt(neverUsed + 1);
                final PendingGroup expected = used.remove(cookie);
                assertSame(expected, table.get(cookie), where);
                assertSame(expected, table.remove(cookie), where);
                if (expected != null) {
                    free.add(cookie);
                }
            }
            assertEquals(used.size(), table.size(), where);
        }
        final TreeSet<Integer> ascending = new TreeSet<>(used.keySet());
        int at = 0;
        for (final int expected : ascending) {
            at = table.next(at);
            assertEquals(expected, at, "seed=" + seed);
        }
        assertEquals(0, table.next(at));
    }
}
