// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.DmaMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory that native code reaches through a direct buffer, and Java as before. */
final class MappedMemoryTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 0x10_0000;
    private static final int CHUNK = 0x1_0000;

    private final PhysicalMemory memory = new PhysicalMemory(BASE, SIZE);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);

    // ---- One memory, two views ------------------------------------------------------------------

    @Test
    void shouldBeTheSameMemoryBothWays() {
        final ByteBuffer bytes = memory.map(BASE + 0x20, 0x40);
        assertTrue(bytes.isDirect());
        assertSame(ByteOrder.LITTLE_ENDIAN, bytes.order());
        assertEquals(0x40, bytes.capacity());
        memory.writeLong(BASE + 0x20, 0x0123_4567_89ab_cdefL);
        memory.writeInt(BASE + 0x28, 7);
        assertEquals(0x0123_4567_89ab_cdefL, bytes.getLong(0));
        assertEquals(7, bytes.getInt(8));
        bytes.putLong(0x10, -2);
        bytes.putInt(0x18, 9);
        assertEquals(-2, memory.readLong(BASE + 0x30));
        assertEquals(9, memory.readInt(BASE + 0x38));
    }

    @Test
    void shouldMoveAWholeEntryBothWays() {
        final long[] entry = new long[4];
        memory.readLongs(BASE + 0x40, entry);
        assertArrayEquals(new long[4], entry);
        memory.writeLongs(BASE + 0x40, 1, 2, 3, 4);
        memory.readLongs(BASE + 0x40, entry);
        assertArrayEquals(new long[] {1, 2, 3, 4}, entry);
        final ByteBuffer bytes = memory.map(BASE, CHUNK);
        memory.readLongs(BASE + 0x40, entry);
        assertArrayEquals(new long[] {1, 2, 3, 4}, entry);
        memory.writeLongs(BASE + 0x60, 5, 6, 7, 8);
        assertEquals(8, bytes.getLong(0x78));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.readLongs(BASE + SIZE, entry));
        assertThrows(
                IndexOutOfBoundsException.class, () -> memory.writeLongs(BASE - 32, 1, 2, 3, 4));
    }

    @Test
    void shouldReadAnEntryOfAPieceAlone() {
        final DmaMemory piece = allocator.allocCoherent(4096);
        final long[] entry = new long[4];
        piece.putLong(4088, 9);
        piece.getLongs(4064, entry);
        assertArrayEquals(new long[] {0, 0, 0, 9}, entry);
        assertThrows(IndexOutOfBoundsException.class, () -> piece.getLongs(4072, entry));
        assertThrows(IndexOutOfBoundsException.class, () -> piece.getLongs(-32, entry));
    }

    @Test
    void shouldKeepWhatWasWrittenBefore() {
        memory.writeLong(BASE + 8, 0x55);
        memory.writeLong(BASE + CHUNK, 0x66);
        final ByteBuffer bytes = memory.map(BASE, 3 * CHUNK);
        assertEquals(0x55, bytes.getLong(8));
        assertEquals(0x66, bytes.getLong(CHUNK));
        assertEquals(0, bytes.getLong(2 * CHUNK));
        assertEquals(0x55, memory.readLong(BASE + 8));
    }

    @Test
    void shouldBeContiguousOverItsChunks() {
        final ByteBuffer bytes = memory.map(BASE + CHUNK - 8, CHUNK + 16);
        for (int i = 0; i < bytes.capacity(); i += 8) {
            bytes.putLong(i, i);
        }
        assertEquals(0, memory.readLong(BASE + CHUNK - 8));
        assertEquals(8, memory.readLong(BASE + CHUNK));
        assertEquals(CHUNK + 8, memory.readLong(BASE + 2 * CHUNK));
    }

    @Test
    void shouldMoveAndFillBytesOfBothKindsAtOnce() {
        final ByteBuffer bytes = memory.map(BASE + CHUNK, CHUNK);
        final byte[] source = new byte[3 * CHUNK];
        for (int i = 0; i < source.length; i++) {
            source[i] = (byte) (i * 7 + 1);
        }
        memory.writeBytes(BASE, source, 0, source.length);
        assertEquals(source[CHUNK + 5], bytes.get(5));
        bytes.put(5, (byte) 99);
        source[CHUNK + 5] = 99;
        final byte[] read = new byte[source.length];
        memory.readBytes(BASE, read, 0, read.length);
        assertArrayEquals(source, read);
        memory.fill(BASE + CHUNK - 1, 3, (byte) 0x33);
        assertEquals(0x33, bytes.get(0));
        assertEquals(0x33, bytes.get(1));
        assertEquals(source[CHUNK + 2], bytes.get(2));
    }

    @Test
    void shouldNotGiveUpAMappedChunkThatIsZeroed() {
        final ByteBuffer bytes = memory.map(BASE, CHUNK);
        bytes.putLong(0, -1);
        memory.fill(BASE, SIZE, (byte) 0);
        assertEquals(0, bytes.getLong(0));
        bytes.putLong(0, 3);
        assertEquals(3, memory.readLong(BASE));
        memory.writeBytes(BASE, new byte[8], 0, 8);
        assertEquals(0, bytes.getLong(0), "zeros too are written where memory is mapped");
        assertEquals(CHUNK, memory.usedBytes());
    }

    @Test
    void shouldLeaveOtherChunksAlone() {
        memory.writeLong(BASE + CHUNK, 5);
        memory.map(BASE, 1);
        assertEquals(5, memory.readLong(BASE + CHUNK));
        assertEquals(0, memory.readLong(BASE + 2 * CHUNK));
        assertEquals(2 * CHUNK, memory.usedBytes());
    }

    // ---- Twice ----------------------------------------------------------------------------------

    @Test
    void shouldGiveTheSameMemoryAgain() {
        final ByteBuffer first = memory.map(BASE, 0x100);
        memory.map(BASE, 0x100).putLong(0, 4);
        memory.map(BASE + 8, 8).putLong(0, 5);
        memory.map(BASE + 0x8000, 8).putLong(0, 6);
        assertEquals(4, first.getLong(0));
        assertEquals(5, first.getLong(8));
        assertEquals(6, memory.readLong(BASE + 0x8000), "in the same chunk, beyond the range");
    }

    @Test
    void shouldRefuseWhatGoesBeyondAMappedRange() {
        memory.map(BASE + CHUNK, CHUNK);
        memory.map(BASE + 3 * CHUNK, CHUNK);
        memory.map(BASE + 4 * CHUNK, CHUNK);
        for (final long[] range :
                new long[][] {{0, 2 * CHUNK}, {CHUNK, CHUNK + 1}, {3 * CHUNK, 2 * CHUNK}}) {
            final var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> memory.map(BASE + range[0], range[1]));
            assertTrue(e.getMessage().endsWith("goes beyond what is mapped already"));
        }
        assertEquals(3 * CHUNK, memory.usedBytes(), "nothing was mapped");
    }

    @ParameterizedTest
    @CsvSource({"0x3fffffff, 1", "0x400fffff, 2", "0x40000000, -1", "0x40000000, 0x100001"})
    void shouldRefuseARangeOutside(final String address, final String length) {
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> memory.map(Long.decode(address), Long.decode(length)));
    }

    @Test
    void shouldRefuseNothingAndTooMuch() {
        assertThrows(IllegalArgumentException.class, () -> memory.map(BASE, 0));
        final PhysicalMemory large = new PhysicalMemory(0, 1L << 33);
        assertThrows(UnsupportedOperationException.class, () -> large.map(0, 1L << 31));
    }

    // ---- Pieces ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"4096", "32768", "65536", "262144"})
    void shouldMapAPiece(final int size) {
        allocator.allocCoherent(1);
        final DmaMemory piece = allocator.allocCoherent(size);
        piece.putLong(8, 5);
        final ByteBuffer bytes = piece.map();
        assertEquals(size, bytes.capacity());
        assertEquals(0, bytes.alignmentOffset(0, 4096));
        assertEquals(5, bytes.getLong(8));
        bytes.putLong(size - 8, 6);
        assertEquals(6, piece.getLong(size - 8));
        piece.putLong(0, 7);
        assertEquals(7, piece.map().getLong(0));
    }

    @Test
    void shouldMapNeighbours() {
        final ByteBuffer first = allocator.allocCoherent(4096).map();
        final DmaMemory second = allocator.allocCoherent(4096);
        second.map().putLong(0, 1);
        assertEquals(1, second.getLong(0));
        assertEquals(0, first.getLong(0));
    }

    @Test
    void shouldStayMappedWhenFreedAndTakenAgain() {
        final DmaMemory piece = allocator.allocCoherent(4096);
        final ByteBuffer bytes = piece.map();
        bytes.putLong(0, -1);
        allocator.freeCoherent(piece);
        final DmaMemory again = allocator.allocCoherent(4096);
        assertEquals(piece.dmaAddress(), again.dmaAddress());
        assertEquals(0, bytes.getLong(0), "zeroed for its new owner");
        again.putLong(8, 9);
        assertEquals(9, bytes.getLong(8));
        assertEquals(9, again.map().getLong(8));
    }

    @Test
    void shouldRefuseMemoryThatSaysNothingOfMapping() {
        final DmaMemory other =
                new DmaMemory() {
                    @Override
                    public long dmaAddress() {
                        return BASE;
                    }

                    @Override
                    public long sizeBytes() {
                        return 8;
                    }

                    @Override
                    public long getLong(final long offset) {
                        return 0;
                    }

                    @Override
                    public void putLong(final long offset, final long value) {}
                };
        assertThrows(UnsupportedOperationException.class, other::map);
    }
}
