// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.DmaMemory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Physical memory and the allocator over it. */
final class MemoryTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 0x10_0000;

    private final PhysicalMemory memory = new PhysicalMemory(BASE, SIZE);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);

    // ---- PhysicalMemory -------------------------------------------------------------------------

    @Test
    void shouldBeZeroAtFirst() {
        assertEquals(0, memory.readLong(BASE + SIZE - 8));
        assertEquals(0, memory.readInt(BASE));
    }

    @Test
    void shouldBeLittleEndian() {
        memory.writeLong(BASE, 0x0123_4567_89ab_cdefL);
        assertEquals(0x89ab_cdef, memory.readInt(BASE));
        memory.writeInt(BASE + 4, 7);
        assertEquals(0x7_89ab_cdefL, memory.readLong(BASE));
    }

    @ParameterizedTest
    @CsvSource({
        "0x40000000, 0x100000, true", "0x400fffff, 1, true", "0x40000000, 0, true",
        "0x3fffffff, 1, false", "0x400fffff, 2, false", "0x40000000, 0x100001, false",
        "-1, 1, false", "0x7fffffffffffffff, 1, false"
    })
    void shouldSayWhatItContains(
            final String address, final String length, final boolean contained) {
        assertEquals(contained, memory.contains(Long.decode(address), Long.decode(length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {BASE - 8, BASE + SIZE, 0, -8, Long.MAX_VALUE - 7})
    void shouldRefuseAccessesOutside(final long address) {
        assertThrows(IndexOutOfBoundsException.class, () -> memory.readLong(address));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.writeLong(address, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.readInt(address));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.writeInt(address, 1));
    }

    @ParameterizedTest
    @CsvSource({"-65536, 65536", "1, 65536", "0, 0", "0, -65536", "0, 65535", "0, 1099511693312"})
    void shouldRefuseARangeThatIsNoMemory(final long base, final long size) {
        assertThrows(IllegalArgumentException.class, () -> new PhysicalMemory(base, size));
    }

    @Test
    void shouldSayWhereItIs() {
        assertEquals(BASE, memory.base());
        assertEquals(SIZE, memory.sizeBytes());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 7", "0xffff, 2", "0xfffd, 8", "0x8001, 0x20000", "0xff000, 0x1000"})
    void shouldMoveBytesAcrossChunks(final String at, final String size) {
        final byte[] bytes = new byte[Integer.decode(size) + 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        final int length = bytes.length - 2;
        final long address = BASE + Long.decode(at);
        memory.writeBytes(address, bytes, 1, length);
        final byte[] read = new byte[length + 2];
        Arrays.fill(read, (byte) 0x55);
        memory.readBytes(address, read, 1, length);
        assertArrayEquals(
                Arrays.copyOfRange(bytes, 1, length + 1), Arrays.copyOfRange(read, 1, length + 1));
        assertEquals(0x55, read[0]);
        assertEquals(0x55, read[length + 1]);
    }

    @Test
    void shouldHaveBytesInTheOrderOfWords() {
        memory.writeBytes(BASE + 0xfffc, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0, 8);
        assertEquals(0x0403_0201, memory.readInt(BASE + 0xfffc));
        assertEquals(0x0807_0605, memory.readInt(BASE + 0x10000));
    }

    @Test
    void shouldFillARangeAndNothingElse() {
        memory.fill(BASE + 0xfffe, 0x10004, (byte) 0xa5);
        final byte[] read = new byte[4];
        memory.readBytes(BASE + 0xfffc, read, 0, 4);
        assertArrayEquals(new byte[] {0, 0, (byte) 0xa5, (byte) 0xa5}, read);
        memory.readBytes(BASE + 0x20000, read, 0, 4);
        assertArrayEquals(new byte[] {(byte) 0xa5, (byte) 0xa5, 0, 0}, read);
        memory.fill(BASE + 0xffff, 2, (byte) 0);
        memory.readBytes(BASE + 0xfffe, read, 0, 4);
        assertArrayEquals(new byte[] {(byte) 0xa5, 0, 0, (byte) 0xa5}, read);
    }

    @Test
    void shouldMakeNoMemoryForZeros() {
        final PhysicalMemory large = new PhysicalMemory(0, 1L << 32);
        large.fill(0, 1L << 32, (byte) 0);
        large.writeBytes(0xfff0, new byte[0x20000], 0, 0x20000);
        large.readBytes(0xfff0, new byte[0x20000], 0, 0x20000);
        assertEquals(0, large.usedBytes());
        large.fill(0xffff, 2, (byte) 1);
        assertEquals(0x20000, large.usedBytes());
        large.fill(0, 0x10000, (byte) 0);
        assertEquals(0x10000, large.usedBytes());
        assertEquals(1, large.readInt(0x10000));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 24, 34})
    void shouldKeepPagesHoweverSparse(final int log2) {
        final PhysicalMemory large = new PhysicalMemory(0, 1L << 36);
        final Map<Long, Integer> written = new HashMap<>();
        final Random random = new Random(log2);
        for (int i = 1; i <= 5000; i++) {
            final int spread = random.nextInt(log2) + 1;
            final long address = (random.nextLong() >>> (Long.SIZE - spread)) << 2;
            large.writeInt(address, i);
            written.put(address, i);
            if (i % 1000 == 0) {
                large.fill(address & -0x1000, 0x1000, (byte) 0);
                written.keySet().removeIf(at -> at >>> 12 == address >>> 12);
            }
        }
        written.forEach((address, value) -> assertEquals(value, large.readInt(address)));
        final long chunks = written.keySet().stream().map(at -> at >>> 16).distinct().count();
        assertEquals(chunks << 16, large.usedBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "0x3fffffff, 1",
        "0x400fffff, 2",
        "0x40100000, 1",
        "0x40000000, -1",
        "-8, 16",
        "0x40000000, 17"
    })
    void shouldRefuseBytesOutside(final String at, final int length) {
        final long address = Long.decode(at);
        final byte[] bytes = new byte[16];
        assertThrows(
                IndexOutOfBoundsException.class, () -> memory.readBytes(address, bytes, 0, length));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> memory.writeBytes(address, bytes, 0, length));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> memory.fill(address, length == 17 ? SIZE + 1 : length, (byte) 1));
        assertEquals(0, memory.usedBytes());
    }

    // ---- MemoryAllocator ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 4096", "4096, 4096", "4097, 8192", "65536, 65536", "300000, 524288"})
    void shouldRoundUpAndAlign(final long size, final long rounded) {
        allocator.allocCoherent(1); // So that the next piece is not aligned by chance.
        final DmaMemory piece = allocator.allocCoherent(size);
        assertEquals(rounded, piece.sizeBytes());
        assertEquals(0, piece.dmaAddress() % rounded);
        assertTrue(memory.contains(piece.dmaAddress(), rounded));
    }

    @Test
    void shouldNotHandOutOnePieceTwice() {
        final DmaMemory first = allocator.allocCoherent(4096);
        final DmaMemory second = allocator.allocCoherent(4096);
        assertNotEquals(first.dmaAddress(), second.dmaAddress());
        first.putLong(0, 1);
        assertEquals(0, second.getLong(0));
    }

    @Test
    void shouldShareAPieceWithMemory() {
        final DmaMemory piece = allocator.allocCoherent(4096);
        piece.putLong(8, 0x55);
        assertEquals(0x55, memory.readLong(piece.dmaAddress() + 8));
    }

    @Test
    void shouldReuseWhatWasFreedZeroed() {
        final DmaMemory piece = allocator.allocCoherent(8192);
        piece.putLong(0, -1);
        piece.putLong(8184, -1);
        final long address = piece.dmaAddress();
        allocator.freeCoherent(piece);
        final DmaMemory again = allocator.allocCoherent(8192);
        assertEquals(address, again.dmaAddress());
        assertEquals(0, again.getLong(0) | again.getLong(8184));
    }

    @Test
    void shouldGiveNullWhenNothingIsLeft() {
        assertNotNull(allocator.allocCoherent(SIZE));
        assertNull(allocator.allocCoherent(1));
    }

    @Test
    void shouldGiveNullForMoreThanThereIs() {
        assertNull(allocator.allocCoherent(1L << 40));
        assertNotNull(allocator.allocCoherent(1), "smaller pieces are there still");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1L << 40) + 1})
    void shouldRefuseASizeThatIsNone(final long size) {
        assertThrows(IllegalArgumentException.class, () -> allocator.allocCoherent(size));
    }

    @ParameterizedTest
    @ValueSource(longs = {-8, 4, 4096, 4092})
    void shouldRefuseAnOffsetOutsideThePiece(final long offset) {
        final DmaMemory piece = allocator.allocCoherent(4096);
        assertThrows(IndexOutOfBoundsException.class, () -> piece.getLong(offset));
        assertThrows(IndexOutOfBoundsException.class, () -> piece.putLong(offset, 0));
    }

    @Test
    void shouldNotTouchChunksThatAreOnlyRead() {
        final PhysicalMemory large = new PhysicalMemory(0, 1L << 32);
        for (long address = 0; address < 1L << 32; address += 1 << 16) {
            assertEquals(0, large.readLong(address));
        }
        assertFalse(large.contains(1L << 32, 1));
    }
}
