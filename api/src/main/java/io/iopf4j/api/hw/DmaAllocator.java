// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/** Where a driver gets memory that it shares with its device: {@code dma_alloc_coherent()}. */
public interface DmaAllocator {
    /**
     * Allocates zeroed memory, aligned to its size rounded up to a power of two and at least to a 4
     * KiB page.
     *
     * @param sizeBytes how much, at least 1
     * @return the memory, or null if there is none left
     */
    DmaMemory allocCoherent(long sizeBytes);

    /**
     * Gives memory back.
     *
     * @param memory what {@link #allocCoherent} returned; not to be used afterwards
     */
    void freeCoherent(DmaMemory memory);
}
