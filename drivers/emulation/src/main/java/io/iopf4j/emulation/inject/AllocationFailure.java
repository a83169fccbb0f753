// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;

/** Memory that is not to be had now and then. */
public final class AllocationFailure implements DmaAllocator {
    private final DmaAllocator given;
    private final Chance chance;
    private long failed;

    /**
     * An allocator that fails.
     *
     * @param given the allocator that has memory
     * @param chance whether an allocation fails
     */
    public AllocationFailure(final DmaAllocator given, final Chance chance) {
        this.given = given;
        this.chance = chance;
    }

    @Override
    public DmaMemory allocCoherent(final long sizeBytes) {
        if (chance.fires()) {
            failed++;
            return null;
        }
        return given.allocCoherent(sizeBytes);
    }

    @Override
    public void freeCoherent(final DmaMemory memory) {
        given.freeCoherent(memory);
    }

    /**
     * How many have failed.
     *
     * @return a count since the start
     */
    public long failed() {
        return failed;
    }
}
