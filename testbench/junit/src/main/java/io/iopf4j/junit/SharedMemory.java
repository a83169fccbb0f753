// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import java.util.Map;
import java.util.TreeMap;

/** An allocator that remembers what it gave, so that a queue can be read by its address. */
final class SharedMemory implements DmaAllocator {
    private final DmaAllocator given;
    private final TreeMap<Long, DmaMemory> pieces = new TreeMap<>();

    SharedMemory(final DmaAllocator given) {
        this.given = given;
    }

    @Override
    public DmaMemory allocCoherent(final long sizeBytes) {
        final DmaMemory piece = given.allocCoherent(sizeBytes);
        if (piece != null) {
            pieces.put(piece.dmaAddress(), piece);
        }
        return piece;
    }

    @Override
    public void freeCoherent(final DmaMemory memory) {
        pieces.remove(memory.dmaAddress());
        given.freeCoherent(memory);
    }

    /**
     * Reads doublewords.
     *
     * @param address where, a multiple of 8
     * @param count how many
     * @return the words, or null if the driver was not given that memory
     */
    long[] read(final long address, final int count) {
        final Map.Entry<Long, DmaMemory> piece = pieces.floorEntry(address);
        final long offset = piece == null ? 0 : address - piece.getKey();
        if (piece == null || offset + (long) count * Long.BYTES > piece.getValue().sizeBytes()) {
            return null;
        }
        final long[] words = new long[count];
        for (int i = 0; i < count; i++) {
            words[i] = piece.getValue().getLong(offset + (long) i * Long.BYTES);
        }
        return words;
    }
}
