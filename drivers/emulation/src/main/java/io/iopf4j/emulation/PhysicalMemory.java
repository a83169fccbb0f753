// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One range of physical memory, little-endian, zero at first. Chunks of 64 KiB come into being when
 * they are first written, so that a large range costs what is used of it. Not thread-safe beyond
 * the single-copy atomicity of aligned accesses.
 */
public final class PhysicalMemory {
    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_BYTES - 1;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long base;
    private final long sizeBytes;
    private final byte[][] chunks;

    /**
     * A range of memory.
     *
     * @param base physical address of its first byte, a multiple of 64 KiB
     * @param sizeBytes its size, a positive multiple of 64 KiB, at most 2^40
     * @throws IllegalArgumentException if base or size is not acceptable
     */
    public PhysicalMemory(final long base, final long sizeBytes) {
        if (base < 0 || (base & CHUNK_MASK) != 0) {
            throw new IllegalArgumentException("base must be a multiple of 64 KiB: base=" + base);
        }
        if (sizeBytes <= 0 || (sizeBytes & CHUNK_MASK) != 0 || sizeBytes > 1L << 40) {
            throw new IllegalArgumentException(
                    "sizeBytes must be a multiple of 64 KiB in (0, 2^40]: sizeBytes=" + sizeBytes);
        }
        this.base = base;
        this.sizeBytes = sizeBytes;
        this.chunks = new byte[Math.toIntExact(sizeBytes >>> CHUNK_SHIFT)][];
    }

    /**
     * Where it starts.
     *
     * @return physical address of the first byte
     */
    public long base() {
        return base;
    }

    /**
     * How large it is.
     *
     * @return bytes
     */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * Whether a range lies inside: what does not is an external abort for whoever accesses it.
     *
     * @param address physical address, any value
     * @param length bytes, at least 0
     * @return every byte is memory
     */
    public boolean contains(final long address, final long length) {
        final long offset = address - base;
        return offset >= 0 && offset <= sizeBytes - length;
    }

    /**
     * Loads 64 bits.
     *
     * @param address physical address, a multiple of 8, inside
     * @return the value
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public long readLong(final long address) {
        final byte[] chunk = chunks[chunkOf(address)];
        return chunk == null ? 0 : (long) LONGS.get(chunk, (int) address & CHUNK_MASK);
    }

    /**
     * Stores 64 bits.
     *
     * @param address physical address, a multiple of 8, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeLong(final long address, final long value) {
        LONGS.set(chunkForWrite(address), (int) address & CHUNK_MASK, value);
    }

    /**
     * Loads 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @return the value
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public int readInt(final long address) {
        final byte[] chunk = chunks[chunkOf(address)];
        return chunk == null ? 0 : (int) INTS.get(chunk, (int) address & CHUNK_MASK);
    }

    /**
     * Stores 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeInt(final long address, final int value) {
        INTS.set(chunkForWrite(address), (int) address & CHUNK_MASK, value);
    }

    private int chunkOf(final long address) {
        // The base is a multiple of the chunk, so an address and its offset share their low bits.
        final long offset = address - base;
        if (offset < 0 || offset >= sizeBytes) {
            throw new IndexOutOfBoundsException(
                    "address=0x" + Long.toHexString(address) + " is not memory");
        }
        return (int) (offset >>> CHUNK_SHIFT);
    }

    private byte[] chunkForWrite(final long address) {
        final int index = chunkOf(address);
        byte[] chunk = chunks[index];
        if (chunk == null) {
            chunk = new byte[CHUNK_BYTES];
            chunks[index] = chunk;
        }
        return chunk;
    }
}
