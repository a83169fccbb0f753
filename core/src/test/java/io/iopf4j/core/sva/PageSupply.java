// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import java.util.ArrayDeque;
import java.util.List;

/** Pages at 0x8000_0000 and on, so many and no more; what is freed is given out again. */
final class PageSupply implements DmaAllocator {
    static final long FIRST = 0x8000_0000L;

    private final ArrayDeque<DmaMemory> free = new ArrayDeque<>();
    private final List<String> steps;
    private final int pages;

    PageSupply(final int pages, final List<String> steps) {
        this.pages = pages;
        this.steps = steps;
        for (int i = 0; i < pages; i++) {
            free.addLast(new Page(FIRST + i * 0x1000L));
        }
    }

    /** Pages that somebody has. */
    int taken() {
        return pages - free.size();
    }

    @Override
    public DmaMemory allocCoherent(final long sizeBytes) {
        return free.pollFirst();
    }

    @Override
    public void freeCoherent(final DmaMemory memory) {
        steps.add("free " + Long.toHexString(memory.dmaAddress()));
        free.addFirst(memory);
    }

    private record Page(long dmaAddress) implements DmaMemory {
        @Override
        public long sizeBytes() {
            return 4096;
        }

        @Override
        public long getLong(final long offset) {
            return 0;
        }

        @Override
        public void putLong(final long offset, final long value) {
            throw new UnsupportedOperationException("nobody writes to a page here");
        }
    }
}
