// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.hw.DmaMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page table without boxes holds what a map with boxes holds. */
class PageMapTest {
    private static final int SPREAD = 200;

    private final PageMap map = new PageMap();
    private final Map<Long, DmaMemory> model = new HashMap<>();
    private final PageSupply supply = new PageSupply(100_000, new ArrayList<>());

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldHoldWhatAMapHolds(final int seed) {
        final Random random = new Random(seed);
        for (int step = 0; step < 5_000; step++) {
            final long addr = random.nextInt(SPREAD) * 0x1000L;
            if (random.nextInt(3) != 0) {
                if (!model.containsKey(addr)) {
                    final DmaMemory page = supply.allocCoherent(4096);
                    map.put(addr, page);
                    model.put(addr, page);
                }
            } else {
                removeRange(addr, addr + (1L << (12 + random.nextInt(9))));
            }
            check();
        }
    }

    private void removeRange(final long start, final long end) {
        final List<DmaMemory> removed = new ArrayList<>();
        final List<Long> addresses = new ArrayList<>();
        map.removeRange(start, end, addresses::add, removed);
        assertEquals(addresses.size(), removed.size());
        for (int i = 0; i < removed.size(); i++) {
            assertSame(model.get(addresses.get(i)), removed.get(i));
        }
        final int before = model.size();
        model.keySet().removeIf(addr -> addr >= start && addr < end);
        assertEquals(before - model.size(), removed.size());
    }

    private void check() {
        assertEquals(model.size(), map.size());
        for (int i = 0; i < SPREAD; i++) {
            assertSame(model.get(i * 0x1000L), map.get(i * 0x1000L));
        }
        final Map<Long, DmaMemory> seen = new HashMap<>();
        map.forEach(
                (addr, page) -> {
                    seen.put(addr, page);
                    return 0;
                });
        assertEquals(model, seen);
    }
}
