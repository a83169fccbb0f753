// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.iopgtable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges, blocks, and what a leaf of either stage says. */
final class IoPgtableBlockTest {
    private static final long PAGE = IoPgtable.PAGE_BYTES;
    private static final long MIB_2 = 2L << 20;
    private static final long GIB = 1L << 30;
    private static final long ADDRESS = 0x0000_ffff_ffff_f000L;
    private static final int READ = IommuFault.PERM_READ;
    private static final int WRITE = IommuFault.PERM_WRITE;
    private static final int RW = READ | WRITE;

    private final PhysicalMemory memory = new PhysicalMemory(0x1000_0000L, 1 << 24);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final List<DmaMemory> live = new ArrayList<>();
    private int limit = Integer.MAX_VALUE;
    private final DmaAllocator dma =
            new DmaAllocator() {
                @Override
                public DmaMemory allocCoherent(final long sizeBytes) {
                    if (live.size() >= limit) {
                        return null;
                    }
                    final DmaMemory piece = allocator.allocCoherent(sizeBytes);
                    live.add(piece);
                    return piece;
                }

                @Override
                public void freeCoherent(final DmaMemory piece) {
                    live.remove(piece);
                    allocator.freeCoherent(piece);
                }
            };

    private final IoPgtable table = IoPgtable.alloc(dma, IoPgtableFmt.ARM_64_LPAE_S2, 48);

    /** The leaf that a walk over 4 levels ends at, and its level; 0 if it ends nowhere. */
    private long[] walk(final IoPgtable from, final long iova) {
        long at = from.ttb();
        for (int level = 0; level < 4; level++) {
            final long index = iova >>> (39 - 9 * level) & 511;
            final long descriptor = memory.readLong(at + 8 * index);
            if ((descriptor & 1) == 0) {
                return new long[] {0, level};
            }
            if (level == 3 || (descriptor & 2) == 0) {
                return new long[] {descriptor, level};
            }
            at = descriptor & ADDRESS;
        }
        throw new AssertionError();
    }

    private long level(final long iova) {
        final long[] leaf = walk(table, iova);
        return leaf[0] == 0 ? -1 : leaf[1];
    }

    // ---- What a leaf says -----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0, 0x73f", // Nothing but AF, inner shareable, write-back.
        "1, 0x77f",
        "2, 0x7bf",
        "3, 0x7ff",
        "7, 0x7ff",
    })
    void shouldEncodeStageTwo(final int perm, final String expected) {
        assertTrue(table.map(0x1234_5678L, 0x5000, perm));
        final long noExec = (perm & IommuFault.PERM_EXEC) != 0 ? 0 : 1L << 54;
        assertEquals(noExec | 0x5000 | Long.decode(expected), walk(table, 0x1234_5678L)[0]);
    }

    @ParameterizedTest
    @CsvSource({"1, 0xfc3", "3, 0xf43", "7, 0xf43"})
    void shouldEncodeStageOne(final int perm, final String expected) {
        final IoPgtable stage1 = IoPgtable.alloc(dma);
        assertTrue(stage1.map(0x1234_5678L, 0x5000, perm));
        final long noExec = (perm & IommuFault.PERM_EXEC) != 0 ? 0 : 3L << 53;
        assertEquals(noExec | 0x5000 | Long.decode(expected), walk(stage1, 0x1234_5678L)[0]);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "ARM_.*")
    void shouldTellBlocksFromPagesByBitOne(final IoPgtableFmt fmt) {
        final IoPgtable either = IoPgtable.alloc(dma, fmt, 48);
        assertEquals(0, either.map(0, 0, MIB_2 + PAGE, RW));
        assertEquals(1, walk(either, 0)[0] & 3);
        assertEquals(3, walk(either, MIB_2)[0] & 3);
        assertEquals(walk(either, 0)[0] & ~3L, walk(either, MIB_2)[0] & ~3L & ~MIB_2);
    }

    /** Bit 7 tells a block; the first stage has present, user and accessed set. */
    @Test
    void shouldEncodeTheStagesOfVtd() {
        final IoPgtable first = IoPgtable.alloc(dma, IoPgtableFmt.X86_FIRST_STAGE, 48);
        assertEquals(0, first.map(0, 0, MIB_2, RW));
        assertEquals(0, first.map(MIB_2, MIB_2, PAGE, READ));
        assertEquals(0xe7, leafOfVtd(first, 0));
        assertEquals(MIB_2 | 0x25, leafOfVtd(first, MIB_2));
        final IoPgtable second = IoPgtable.alloc(dma, IoPgtableFmt.VTD_SECOND_STAGE, 48);
        assertEquals(0, second.map(0, 0, MIB_2, WRITE));
        assertEquals(0, second.map(MIB_2, MIB_2, PAGE, READ));
        assertEquals(0x82, leafOfVtd(second, 0));
        assertEquals(MIB_2 | 1, leafOfVtd(second, MIB_2));
    }

    private long leafOfVtd(final IoPgtable from, final long iova) {
        long at = from.ttb();
        for (int shift = 39; ; shift -= 9) {
            final long entry = memory.readLong(at + 8 * (iova >>> shift & 511));
            if (shift == 12 || (entry & 0x80) != 0) {
                return entry;
            }
            at = entry & ADDRESS;
        }
    }

    // ---- Ranges ---------------------------------------------------------------------------------

    @Test
    void shouldMapARangeByTheLargestThatFit() {
        final long first = GIB - MIB_2 - PAGE;
        assertEquals(0, table.map(first, first, 2 * GIB, RW));
        assertEquals(3, level(first));
        assertEquals(2, level(first + PAGE));
        assertEquals(1, level(GIB));
        assertEquals(1, level(2 * GIB - 1), "the whole of a block");
        assertEquals(2, level(3 * GIB - 3 * MIB_2), "what is left of the end");
        assertEquals(3, level(3 * GIB - 2 * MIB_2));
        assertEquals(-1, level(first + 2 * GIB));
        assertEquals(-1, level(first - PAGE));
        assertEquals(GIB, walk(table, GIB)[0] & ADDRESS);
    }

    @Test
    void shouldMapByPagesWhereInputAndOutputAreNotAlignedAlike() {
        assertEquals(0, table.map(MIB_2, PAGE, MIB_2, RW));
        assertEquals(3, level(MIB_2));
        assertEquals(3, level(2 * MIB_2 - PAGE));
        assertEquals(MIB_2, walk(table, 2 * MIB_2 - PAGE)[0] & ADDRESS);
    }

    @Test
    void shouldMapSixteenGibibytesByTwoTables() {
        assertEquals(0, table.map(GIB, GIB, 16 * GIB, RW));
        assertEquals(2, live.size());
        assertEquals(16 * GIB, table.unmap(GIB, 16 * GIB));
        table.free();
        assertEquals(0, live.size());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 4096",
        "0, 8, 4096",
        "0, 0, 4095",
        "0, 0, 0",
        "0, 0, -4096",
        "0, 4, 4096",
    })
    void shouldRefuseWhatIsNoMultipleOfAPage(final long iova, final long paddr, final long bytes) {
        assertEquals(-Errno.EINVAL, table.map(iova, paddr, bytes, RW));
    }

    @ParameterizedTest
    @CsvSource({
        "0xfffffffff000, 0, 0x2000",
        "0x1000000000000, 0, 0x1000",
        "-0x1000, 0, 0x1000",
        "0, 0xfffffffff000, 0x2000",
        "0, -0x1000, 0x2000",
        "0, 0, 0x7ffffffffffff000",
    })
    void shouldRefuseARangeBeyondItsSize(
            final String iova, final String paddr, final String bytes) {
        assertEquals(
                -Errno.ERANGE,
                table.map(Long.decode(iova), Long.decode(paddr), Long.decode(bytes), RW));
        assertEquals(0, table.unmap(Long.decode(iova), -PAGE));
    }

    @Test
    void shouldMapNothingWhereSomethingIsMapped() {
        assertEquals(0, table.map(2 * MIB_2, 0, PAGE, RW));
        assertEquals(
                -Errno.EEXIST, table.map(0, 0, 4 * MIB_2, RW), "a table where a block is to go");
        assertEquals(-Errno.EEXIST, table.map(2 * MIB_2 - PAGE, 0, 4 * PAGE, RW));
        assertEquals(-1, level(0), "taken back");
        assertEquals(-1, level(2 * MIB_2 - PAGE));
        assertEquals(3, level(2 * MIB_2), "what was there stays");
        assertEquals(0, table.map(0, 0, 2 * MIB_2, RW));
        assertEquals(-Errno.EEXIST, table.map(PAGE, 0, PAGE, RW), "inside of a block");
        assertFalse(table.map(PAGE, 0, RW), "a page of it cannot be changed either");
        assertEquals(2, level(0));
    }

    @Test
    void shouldTakeBackWhatItMappedBeforeMemoryRanOut() {
        limit = live.size() + 3;
        assertEquals(0, table.map(0, 0, PAGE, RW));
        assertEquals(-Errno.ENOMEM, table.map(MIB_2, PAGE, 3 * MIB_2, RW));
        assertEquals(-1, level(MIB_2));
        assertEquals(-Errno.ENOMEM, table.map(GIB, PAGE, PAGE, RW), "tables on the way go back");
        limit++;
        assertEquals(0, table.map(MIB_2, PAGE, PAGE, RW));
        table.free();
        assertEquals(0, live.size());
    }

    // ---- Unmapping ------------------------------------------------------------------------------

    @Test
    void shouldUnmapABlockAsAWholeOrNotAtAll() {
        table.map(0, 0, 2 * MIB_2, RW);
        assertFalse(table.unmap(0), "no page");
        assertEquals(0, table.unmap(0, PAGE));
        assertEquals(0, table.unmap(PAGE, 2 * MIB_2), "its end");
        assertEquals(MIB_2, table.unmap(0, MIB_2 + PAGE), "one of the two");
        assertEquals(-1, level(0));
        assertEquals(2, level(MIB_2));
        assertEquals(MIB_2, table.unmap(MIB_2, MIB_2));
    }

    @Test
    void shouldUnmapUntilTheFirstHole() {
        table.map(0, 0, 2 * PAGE, RW);
        table.map(3 * PAGE, 0, PAGE, RW);
        assertEquals(2 * PAGE, table.unmap(0, 4 * PAGE));
        assertEquals(0, table.unmap(0, 4 * PAGE));
        assertEquals(3, level(3 * PAGE));
    }

    @ParameterizedTest
    @CsvSource({"1, 4096", "0, 4095", "-4096, 4096", "0, -4096", "0x1000000000000, 4096"})
    void shouldUnmapNothingOutside(final String iova, final long bytes) {
        table.map(0, 0, PAGE, RW);
        assertEquals(0, table.unmap(Long.decode(iova), bytes));
        assertEquals(3, level(0));
    }

    // ---- Roots ----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "ARM_64_LPAE_S1, 32, 1, 4096",
        "ARM_64_LPAE_S1, 40, 0, 4096",
        "ARM_64_LPAE_S1, 48, 0, 4096",
        "ARM_64_LPAE_S2, 32, 1, 4096",
        "ARM_64_LPAE_S2, 39, 1, 4096",
        "ARM_64_LPAE_S2, 40, 1, 8192", // Two tables side by side.
        "ARM_64_LPAE_S2, 42, 1, 32768",
        "ARM_64_LPAE_S2, 43, 1, 65536", // Sixteen, the most.
        "ARM_64_LPAE_S2, 44, 0, 4096",
        "ARM_64_LPAE_S2, 48, 0, 4096",
    })
    void shouldStartWhereTheStageMay(
            final IoPgtableFmt fmt, final int bits, final int level, final long bytes) {
        live.clear();
        final IoPgtable sized = IoPgtable.alloc(dma, fmt, bits);
        assertEquals(bits, sized.addressBits());
        assertEquals(level, sized.startLevel());
        assertEquals(bytes, live.get(0).sizeBytes());
        assertTrue(sized.map((1L << bits) - 1, 0, RW));
        assertFalse(sized.map(1L << bits, 0, RW));
        assertTrue(sized.unmap((1L << bits) - 1));
        assertFalse(sized.unmap(1L << bits));
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 49})
    void shouldRefuseAnotherSize(final int bits) {
        assertThrows(
                IllegalArgumentException.class,
                () -> IoPgtable.alloc(dma, IoPgtableFmt.ARM_64_LPAE_S2, bits));
    }
}
