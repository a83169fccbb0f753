// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import java.util.function.LongPredicate;

/** Where accesses leave the IOMMU with a physical address. */
public final class MemoryPort {
    private final PhysicalMemory memory;
    private final LongPredicate isBlocked;

    /**
     * A port through which all of memory is reached.
     *
     * @param memory what lies behind it
     */
    public MemoryPort(final PhysicalMemory memory) {
        this(memory, address -> false);
    }

    /**
     * A port that some of memory is not reached through.
     *
     * @param memory what lies behind it
     * @param isBlocked whether an access to a physical address is aborted though memory is there
     */
    public MemoryPort(final PhysicalMemory memory, final LongPredicate isBlocked) {
        this.memory = memory;
        this.isBlocked = isBlocked;
    }

    /**
     * Does an access. An address where no memory is is an abort, not a fault. The first byte alone
     * is looked at: how many follow it only the requester knows.
     *
     * @param requester who is told how it ended
     * @param id the requester's number for it
     * @param address physical address
     */
    public void access(final Requester requester, final int id, final long address) {
        if (memory.contains(address, 1) && !isBlocked.test(address)) {
            requester.reached(id, address);
            requester.ended(id, AccessResult.DONE);
        } else {
            requester.ended(id, AccessResult.ABORTED);
        }
    }
}
