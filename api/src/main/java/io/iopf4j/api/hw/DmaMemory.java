// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

import java.nio.ByteBuffer;

/**
 * A coherent piece of memory that a driver and its device share, as {@code dma_alloc_coherent()}
 * gives it. Little-endian; a 64-bit access to an aligned offset is single-copy atomic.
 */
public interface DmaMemory {
    /**
     * Where the device finds it.
     *
     * @return a physical address
     */
    long dmaAddress();

    /**
     * Its size.
     *
     * @return bytes
     */
    long sizeBytes();

    /**
     * Loads 64 bits.
     *
     * @param offset byte offset, a multiple of 8
     * @return the value
     * @throws IndexOutOfBoundsException if the access is not inside
     */
    long getLong(long offset);

    /**
     * Loads an entry: 64 bits as often as the target has room for.
     *
     * @param offset byte offset, a multiple of the entry's size
     * @param target takes them in their order; a power of two of them, at least 1
     * @throws IndexOutOfBoundsException if the access is not inside
     */
    default void getLongs(final long offset, final long[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = getLong(offset + (long) i * Long.BYTES);
        }
    }

    /**
     * Stores 64 bits.
     *
     * @param offset byte offset, a multiple of 8
     * @param value what to store
     * @throws IndexOutOfBoundsException if the access is not inside
     */
    void putLong(long offset, long value);

    /**
     * Stores an entry of 32 bytes: four times 64 bits, in their order.
     *
     * @param offset byte offset, a multiple of 32
     * @param word0 what is stored first
     * @param word1 what is stored 8 bytes on
     * @param word2 what is stored 16 bytes on
     * @param word3 what is stored 24 bytes on
     * @throws IndexOutOfBoundsException if the access is not inside
     */
    default void putLongs(
            final long offset,
            final long word0,
            final long word1,
            final long word2,
            final long word3) {
        putLong(offset, word0);
        putLong(offset + 8, word1);
        putLong(offset + 16, word2);
        putLong(offset + 24, word3);
    }

    /**
     * Lets native code dereference it: what {@code dma_alloc_coherent()} returns to a driver in C.
     * Each side sees the other's stores at once. Slow the first time and rarely wanted: Java has
     * {@link #getLong} and {@link #putLong}.
     *
     * @return the very same memory as a direct buffer of {@link #sizeBytes} bytes, little-endian,
     *     its address a multiple of 4096; the same memory again with each call
     * @throws UnsupportedOperationException if it cannot be mapped: it is larger than a buffer, or
     *     no memory of the process at all
     */
    default ByteBuffer map() {
        throw new UnsupportedOperationException("this memory cannot be mapped");
    }
}
