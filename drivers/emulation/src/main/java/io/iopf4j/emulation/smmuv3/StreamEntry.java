// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;

/** A stream table entry as it was fetched, and what was made of it then. */
final class StreamEntry {
    private static final long STAGE_1 = (long) StreamTableEntry.CONFIG_S1 << 1;
    private static final long STAGE_2 = (long) StreamTableEntry.CONFIG_S2 << 1;

    long word0;
    long word1;
    long word2;
    long word3;

    /** V is 0 or something is ILLEGAL. */
    boolean isBad;

    void fetch(final PhysicalMemory memory, final long address) {
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
