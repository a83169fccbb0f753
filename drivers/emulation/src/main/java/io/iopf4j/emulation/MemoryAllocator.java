// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import java.nio.ByteBuffer;

/**
 * Hands out pieces of physical memory. Sizes are rounded up to a power of two of at least a page
 * and pieces are aligned to their size; what is freed is kept by size and handed out again, mapped
 * if it was. Not thread-safe: one bench, one thread.
 */
public final class MemoryAllocator implements DmaAllocator {
    private static final int PAGE_SHIFT = 12;
    private static final int MAX_SHIFT = 40;

    private final PhysicalMemory memory;

    /** Linked; the last that was freed goes first. */
    private final Piece[] freeByShift = new Piece[MAX_SHIFT + 1];

    private long next;

    /**
     * An allocator over the whole of a memory.
     *
     * @param memory where pieces come from
     */
    public MemoryAllocator(final PhysicalMemory memory) {
        this.memory = memory;
        this.next = memory.base();
    }

    @Override
    public DmaMemory allocCoherent(final long sizeBytes) {
        if (sizeBytes < 1 || sizeBytes > 1L << MAX_SHIFT) {
            throw new IllegalArgumentException(
                    "sizeBytes must be in [1, 2^40]: sizeBytes=" + sizeBytes);
        }
        final int shift = Math.max(PAGE_SHIFT, 64 - Long.numberOfLeadingZeros(sizeBytes - 1));
        final Piece freed = freeByShift[shift];
        if (freed != null) {
            freeByShift[shift] = freed.nextFree;
            freed.clear();
            return freed;
        }
        final long size = 1L << shift;
        final long address = (next + size - 1) & -size;
        if (!memory.has(address, size)) {
            return null;
        }
        next = address + size;
        return new Piece(memory, address, shift);
    }

    @Override
    public void freeCoherent(final DmaMemory piece) {
        final Piece freed = (Piece) piece;
        freed.nextFree = freeByShift[freed.shift];
        freeByShift[freed.shift] = freed;
    }

    private static final class Piece implements DmaMemory {
        private final PhysicalMemory memory;
        private final long address;
        private final int shift;
        private Piece nextFree;

        Piece(final PhysicalMemory memory, final long address, final int shift) {
            this.memory = memory;
            this.address = address;
            this.shift = shift;
        }

        void clear() {
            memory.fill(address, sizeBytes(), (byte) 0);
        }

        @Override
        public long dmaAddress() {
            return address;
        }

        @Override
        public long sizeBytes() {
            return 1L << shift;
        }

        @Override
        public long getLong(final long offset) {
            check(offset);
            return memory.readLong(address + offset);
        }

        @Override
        public void getLongs(final long offset, final long[] target) {
            check(offset);
            check(offset + (long) (target.length - 1) * Long.BYTES);
            memory.readLongs(address + offset, target);
        }

        @Override
        public void putLong(final long offset, final long value) {
            check(offset);
            memory.writeLong(address + offset, value);
        }

        @Override
        public void putLongs(
                final long offset,
                final long word0,
                final long word1,
                final long word2,
                final long word3) {
            check(offset);
            check(offset + 3 * Long.BYTES);
            memory.writeLongs(address + offset, word0, word1, word2, word3);
        }

        @Override
        public ByteBuffer map() {
            return memory.map(address, sizeBytes());
        }

        private void check(final long offset) {
            // The size is a power of two: an aligned offset inside has no other bits.
            if ((offset & -sizeBytes()) != 0 || (offset & 7) != 0) {
                throw new IndexOutOfBoundsException("offset=" + offset + " size=" + sizeBytes());
            }
        }
    }
}
