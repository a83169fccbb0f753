// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import java.util.ArrayDeque;

/**
 * Memory that a probed unit holds, so that it can be given back together. Used on the thread of
 * probe and remove.
 */
final class IntelResources {
    private final DmaAllocator dma;
    private final ArrayDeque<DmaMemory> memory = new ArrayDeque<>();

    IntelResources(final DmaAllocator dma) {
        this.dma = dma;
    }

    /** Zeroed memory, or null. */
    DmaMemory alloc(final long bytes) {
        final DmaMemory taken = dma.allocCoherent(bytes);
        if (taken != null) {
            memory.push(taken);
        }
        return taken;
    }

    /** The hardware must not use it any more. */
    void freeMemory() {
        while (!memory.isEmpty()) {
            dma.freeCoherent(memory.pop());
        }
    }
}
