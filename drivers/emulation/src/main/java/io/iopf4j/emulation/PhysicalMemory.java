// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * One range of physical memory, little-endian, zero at first. Chunks of 64 KiB come into being when
 * they are first written, so that a large range costs what is used of it. A chunk that native code
 * wants to reach moves out of the heap, once and for all. Not thread-safe beyond the single-copy
 * atomicity of aligned accesses.
 */
public final class PhysicalMemory {
    static final int CHUNK_SHIFT = 16;
    static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_BYTES - 1;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long base;
    private final long sizeBytes;

    /** As long as it was ever needed, and null where a chunk is zero or mapped. */
    private byte[][] chunks = {};

    /** Null until something is. */
    private MappedChunks mapped;

    /** Null if nothing stands before it. */
    private MemoryGate gate;

    /** Chunks that have come into being, mapped ones too. */
    private int usedChunks;

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
     * Says what stands before it when a device accesses it.
     *
     * @param itsGate asked at each {@link #contains} of what is memory; {@link MemoryGate#OPEN} for
     *     nothing
     */
    public void guard(final MemoryGate itsGate) {
        gate = itsGate == MemoryGate.OPEN ? null : itsGate;
    }

    /**
     * Whether a device's access to a range succeeds: outside it is an external abort, and inside
     * too if the gate says so. A device asks before each access.
     *
     * @param address physical address, any value
     * @param length bytes, at least 0
     * @return every byte is memory, and answers
     */
    public boolean contains(final long address, final long length) {
        return has(address, length) && (gate == null || gate.lets(address, length));
    }

    /** Whether a range lies inside, as software knows without asking. */
    boolean has(final long address, final long length) {
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
        final byte[] chunk = chunkAt(address);
        return chunk != null
                ? (long) LONGS.get(chunk, (int) address & CHUNK_MASK)
                : readUnmade(address);
    }

    private long readUnmade(final long address) {
        final int index = chunkOf(address);
        return isMapped(index) ? mapped.readLong(index, (int) address & CHUNK_MASK) : 0;
    }

    /**
     * Stores 64 bits.
     *
     * @param address physical address, a multiple of 8, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeLong(final long address, final long value) {
        final byte[] chunk = chunkAt(address);
        if (chunk != null) {
            LONGS.set(chunk, (int) address & CHUNK_MASK, value);
        } else {
            writeUnmade(address, value);
        }
    }

    private void writeUnmade(final long address, final long value) {
        final int index = chunkOf(address);
        if (isMapped(index)) {
            mapped.writeLong(index, (int) address & CHUNK_MASK, value);
        } else {
            LONGS.set(chunkForWrite(index), (int) address & CHUNK_MASK, value);
        }
    }

    /**
     * Stores four times 64 bits: an entry of 32 bytes, found once.
     *
     * @param address physical address, a multiple of 32, inside
     * @param word0 what is stored first
     * @param word1 what is stored 8 bytes on
     * @param word2 what is stored 16 bytes on
     * @param word3 what is stored 24 bytes on
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeLongs(
            final long address,
            final long word0,
            final long word1,
            final long word2,
            final long word3) {
        final byte[] chunk = chunkAt(address);
        final int at = (int) address & CHUNK_MASK;
        if (chunk == null) {
            writeUnmade(address, word0);
            writeUnmade(address + 8, word1);
            writeUnmade(address + 16, word2);
            writeUnmade(address + 24, word3);
        } else {
            LONGS.set(chunk, at, word0);
            LONGS.set(chunk, at + 8, word1);
            LONGS.set(chunk, at + 16, word2);
            LONGS.set(chunk, at + 24, word3);
        }
    }

    /**
     * Loads 64 bits several times.
     *
     * @param address physical address, a multiple of 8, inside
     * @param target takes as many as it has room for, all of them in one aligned piece of 64 KiB
     * @throws IndexOutOfBoundsException if they are not inside
     */
    public void readLongs(final long address, final long[] target) {
        final byte[] chunk = chunkAt(address);
        final int at = (int) address & CHUNK_MASK;
        for (int i = 0; i < target.length; i++) {
            target[i] =
                    chunk == null
                            ? readUnmade(address + (long) i * Long.BYTES)
                            : (long) LONGS.get(chunk, at + i * Long.BYTES);
        }
    }

    /**
     * Loads 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @return the value
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public int readInt(final long address) {
        final int index = chunkOf(address);
        final byte[] chunk = chunk(index);
        if (chunk != null) {
            return (int) INTS.get(chunk, (int) address & CHUNK_MASK);
        }
        return isMapped(index) ? mapped.readInt(index, (int) address & CHUNK_MASK) : 0;
    }

    /**
     * Stores 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeInt(final long address, final int value) {
        final int index = chunkOf(address);
        if (chunk(index) == null && isMapped(index)) {
            mapped.writeInt(index, (int) address & CHUNK_MASK, value);
        } else {
            INTS.set(chunkForWrite(index), (int) address & CHUNK_MASK, value);
        }
    }

    /**
     * Loads bytes; memory that was never written stays unmade.
     *
     * @param address physical address, any alignment
     * @param target where they go
     * @param from index of the first in the target
     * @param length how many, at least 0; all of them inside
     * @throws IndexOutOfBoundsException if they are not inside memory or the target
     */
    public void readBytes(
            final long address, final byte[] target, final int from, final int length) {
        Objects.checkFromIndexSize(from, length, target.length);
        checkRange(address, length);
        int done = 0;
        while (done < length) {
            final long at = address + done;
            final int inChunk = (int) at & CHUNK_MASK;
            final int part = Math.min(length - done, CHUNK_BYTES - inChunk);
            final int index = chunkOf(at);
            if (chunk(index) != null) {
                System.arraycopy(chunk(index), inChunk, target, from + done, part);
            } else if (isMapped(index)) {
                mapped.readBytes(index, inChunk, target, from + done, part);
            } else {
                Arrays.fill(target, from + done, from + done + part, (byte) 0);
            }
            done += part;
        }
    }

    /**
     * Stores bytes; zeros where nothing was written before make no memory.
     *
     * @param address physical address, any alignment
     * @param source where they come from
     * @param from index of the first in the source
     * @param length how many, at least 0; all of them inside
     * @throws IndexOutOfBoundsException if they are not inside memory or the source
     */
    public void writeBytes(
            final long address, final byte[] source, final int from, final int length) {
        Objects.checkFromIndexSize(from, length, source.length);
        checkRange(address, length);
        int done = 0;
        while (done < length) {
            final long at = address + done;
            final int inChunk = (int) at & CHUNK_MASK;
            final int part = Math.min(length - done, CHUNK_BYTES - inChunk);
            final int index = chunkOf(at);
            if (isMapped(index)) {
                mapped.writeBytes(index, inChunk, source, from + done, part);
            } else if (chunk(index) != null || !isZero(source, from + done, part)) {
                System.arraycopy(source, from + done, chunkForWrite(index), inChunk, part);
            }
            done += part;
        }
    }

    /**
     * Stores one byte many times; a chunk that is filled with zeros is given up, unless it is
     * mapped.
     *
     * @param address physical address, any alignment
     * @param length how many bytes, at least 0; all of them inside
     * @param value the byte
     * @throws IndexOutOfBoundsException if they are not inside
     */
    public void fill(final long address, final long length, final byte value) {
        checkRange(address, length);
        long done = 0;
        while (done < length) {
            final long at = address + done;
            final int inChunk = (int) at & CHUNK_MASK;
            final int part = (int) Math.min(length - done, CHUNK_BYTES - inChunk);
            final int index = chunkOf(at);
            if (isMapped(index)) {
                mapped.fill(index, inChunk, part, value);
            } else if (value == 0 && part == CHUNK_BYTES) {
                forget(index);
            } else if (value != 0 || chunk(index) != null) {
                Arrays.fill(chunkForWrite(index), inChunk, inChunk + part, value);
            }
            done += part;
        }
    }

    /**
     * Lets native code reach a range. Its chunks move into one stretch of memory outside the heap
     * and stay there; who reads and writes by address sees no difference. A range inside a mapped
     * one gives the same memory again.
     *
     * @param address physical address, any alignment
     * @param length bytes, at least 1; all of them inside
     * @return the range as a direct buffer, little-endian; chunks lie at multiples of 4096
     * @throws IndexOutOfBoundsException if it is not inside
     * @throws UnsupportedOperationException if the chunks together are larger than a buffer can be
     * @throws IllegalArgumentException if it goes beyond what is mapped already: the two would have
     *     to be one stretch
     */
    public ByteBuffer map(final long address, final long length) {
        checkRange(address, length);
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1: length=" + length);
        }
        final int first = chunkOf(address);
        final int last = chunkOf(address + length - 1);
        if (mapped == null) {
            mapped = new MappedChunks(chunkCount());
        }
        if (mapped.isAnyIn(first, last)) {
            if (!mapped.areTogether(first, last)) {
                throw new IllegalArgumentException(
                        "address=0x"
                                + Long.toHexString(address)
                                + " length="
                                + length
                                + " goes beyond what is mapped already");
            }
        } else {
            mapped.add(first, last);
            usedChunks += last - first + 1;
            for (int i = first; i <= last; i++) {
                final byte[] chunk = chunk(i);
                if (chunk != null) {
                    mapped.writeBytes(i, 0, chunk, 0, CHUNK_BYTES);
                    forget(i);
                }
            }
        }
        return mapped.slice(first, (int) address & CHUNK_MASK, (int) length);
    }

    /**
     * What it really takes, for whoever watches over its size.
     *
     * @return bytes of the chunks that have come into being
     */
    public long usedBytes() {
        return (long) usedChunks << CHUNK_SHIFT;
    }

    private boolean isMapped(final int index) {
        return mapped != null && mapped.isAnyIn(index, index);
    }

    private void checkRange(final long address, final long length) {
        if (length < 0 || !has(address, length)) {
            throw new IndexOutOfBoundsException(
                    "address=0x"
                            + Long.toHexString(address)
                            + " length="
                            + length
                            + " is no memory");
        }
    }

    private static boolean isZero(final byte[] bytes, final int from, final int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
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

    private int chunkCount() {
        return Math.toIntExact(sizeBytes >>> CHUNK_SHIFT);
    }

    /** Null where it is zero, mapped or no memory: the short way to most of what is accessed. */
    private byte[] chunkAt(final long address) {
        // Below the base the offset is a large number.
        final long index = address - base >>> CHUNK_SHIFT;
        return index < chunks.length ? chunks[(int) index] : null;
    }

    /** Null where it is zero or mapped. */
    private byte[] chunk(final int index) {
        return index < chunks.length ? chunks[index] : null;
    }

    private void forget(final int index) {
        if (chunk(index) != null) {
            chunks[index] = null;
            usedChunks--;
        }
    }

    private byte[] chunkForWrite(final int index) {
        if (index >= chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.min(chunkCount(), Math.max(64, 2 * (index + 1))));
        }
        byte[] chunk = chunks[index];
        if (chunk == null) {
            chunk = new byte[CHUNK_BYTES];
            chunks[index] = chunk;
            usedChunks++;
        }
        return chunk;
    }
}
