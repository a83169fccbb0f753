// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Map and unmap against what the hardware's walk then finds. */
final class IoPgtableTest {
    private static final int STEPS = 3_000;

    private final CountingAllocator dma = new CountingAllocator(1 << 24);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTranslateWhatAModelSaysIsMapped(final long seed) {
        final DriverBench bench = DriverBench.probed();
        final DriverBench.Client client = bench.client(SID);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        domain.setIopfHandler(null); // What faults is aborted at once.
        client.attach(domain);
        final SplittableRandom random = new SplittableRandom(seed);
        final Map<Long, Integer> mapped = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            final long iova = randomPage(random);
            if (random.nextBoolean()) {
                final int perm = random.nextBoolean() ? READ : READ | WRITE;
                assertEquals(0, domain.map(iova, bench.page, perm));
                mapped.put(iova, perm);
            } else {
                assertEquals(mapped.remove(iova) != null, domain.unmap(iova), where(seed, step));
            }
            final long probe = random.nextBoolean() ? iova : randomPage(random);
            final int perm = random.nextBoolean() ? READ : WRITE;
            final int before = client.results().size();
            client.access(NO_PASID, probe + random.nextInt(4096), perm);
            final boolean allowed = (mapped.getOrDefault(probe, 0) & perm) != 0;
            assertEquals(
                    List.of(allowed ? AccessResult.DONE : AccessResult.ABORTED),
                    client.results().subList(before, before + 1),
                    where(seed, step));
        }
    }

    /** Few values of each level's index, so that tables come, go and are shared. */
    private static long randomPage(final SplittableRandom random) {
        long page = 0;
        for (int shift = 12; shift < 48; shift += 9) {
            final int[] choices = {0, 1, 511};
            page |= (long) choices[random.nextInt(3)] << shift;
        }
        return page;
    }

    private static String where(final long seed, final int step) {
        return "seed " + seed + " step " + step;
    }

    @Test
    void shouldNotTouchMemoryInSteadyState() {
        final IoPgtable table = IoPgtable.alloc(dma);
        table.map(IOVA, 0, READ);
        final int tables = dma.live;
        for (int i = 0; i < 1000; i++) {
            assertTrue(table.unmap(IOVA));
            assertTrue(table.map((long) i << 30, 0, READ));
            assertTrue(table.unmap((long) i << 30));
            assertTrue(table.map(IOVA, 0, READ));
        }
        assertEquals(tables, dma.live);
        assertEquals(4, tables, "one for each level");
    }

    @Test
    void shouldGiveAllTablesBack() {
        final IoPgtable table = IoPgtable.alloc(dma);
        for (int i = 0; i < 10; i++) {
            table.map((long) i << 39, 0, READ);
        }
        for (int i = 0; i < 5; i++) {
            table.unmap((long) i << 39);
        }
        table.free();
        assertEquals(0, dma.live);
    }

    @Test
    void shouldCountAMappingThatIsChangedOnce() {
        final IoPgtable table = IoPgtable.alloc(dma);
        table.map(IOVA, 0, READ);
        table.map(IOVA, 0x1000, READ | WRITE);
        assertTrue(table.unmap(IOVA));
        assertFalse(table.unmap(IOVA));
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 48, -1, Long.MIN_VALUE})
    void shouldRefuseAnAddressBeyondItsSize(final long iova) {
        final IoPgtable table = IoPgtable.alloc(dma);
        assertFalse(table.map(iova, 0, READ));
        assertFalse(table.unmap(iova));
    }

    @Test
    void shouldSayWhenThereIsNoMemoryForATable() {
        final CountingAllocator small = new CountingAllocator(1 << 16);
        final IoPgtable table = IoPgtable.alloc(small);
        int mapped = 0;
        while (table.map((long) mapped << 39, 0, READ)) {
            mapped++;
        }
        assertEquals(5, mapped, "16 pages: the root and three for each");
        assertTrue(table.unmap(0), "what was mapped is there still");
        assertTrue(table.map((long) mapped << 39, 0, READ), "and its tables can be used");
    }

    @Test
    void shouldSayWhenThereIsNoMemoryForTheRoot() {
        final CountingAllocator small = new CountingAllocator(1 << 16);
        small.allocCoherent(1 << 16);
        assertNull(IoPgtable.alloc(small));
    }

    @Test
    void shouldForbidExecutionUnlessMapped() {
        final DriverBench bench = DriverBench.probed();
        final DriverBench.Client client = bench.client(SID);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        client.attach(domain);
        domain.map(IOVA, bench.page, READ);
        client.access(NO_PASID, IOVA, READ | IommuFault.PERM_EXEC);
        assertEquals(1, bench.faults.size());
        domain.map(IOVA, bench.page, READ | IommuFault.PERM_EXEC);
        bench.answer(0);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldMakeTheHardwareForgetTablesThatWentWithThePage() {
        final DriverBench bench = DriverBench.probed(DriverBench.PLAIN);
        final DriverBench.Client client = bench.client(SID);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        domain.map(IOVA, bench.page, READ);
        assertTrue(domain.unmap(IOVA));
        final long[] tlbi = bench.lastSyncedCommand();
        assertEquals(0x0001_0000_0000_0012L, tlbi[0], "TLBI_NH_VA of ASID 1");
        assertEquals(0x1234_5000L, tlbi[1], "not the leaf alone");
    }

    @Test
    void shouldSayWhenADomainCannotMap() {
        final DriverBench bench = DriverBench.probed();
        final ArmSmmuPagingDomain domain = bench.pagingDomain(bench.client(SID));
        assertEquals(-Errno.ENOMEM, domain.map(1L << 48, bench.page, READ));
        assertFalse(domain.unmap(1L << 48));
    }

    /** Counts the pieces that are out. */
    private static final class CountingAllocator implements DmaAllocator {
        private final MemoryAllocator allocator;
        private int live;

        CountingAllocator(final long bytes) {
            allocator = new MemoryAllocator(new PhysicalMemory(0x1000_0000L, bytes));
        }

        @Override
        public DmaMemory allocCoherent(final long sizeBytes) {
            final DmaMemory piece = allocator.allocCoherent(sizeBytes);
            live += piece == null ? 0 : 1;
            return piece;
        }

        @Override
        public void freeCoherent(final DmaMemory piece) {
            live--;
            allocator.freeCoherent(piece);
        }
    }
}
