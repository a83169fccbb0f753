// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;

/** Where accesses leave the SMMU with a physical address. */
final class MemoryPort {
    private final PhysicalMemory memory;

    MemoryPort(final PhysicalMemory memory) {
        this.memory = memory;
    }

    /**
     * Does an access. An address where no memory is is an abort, not a fault. The first byte alone
     * is looked at: how many follow it only the requester knows.
     */
    void access(final Requester requester, final int id, final long address) {
        if (memory.contains(address, 1)) {
            requester.reached(id, address);
            requester.ended(id, AccessResult.DONE);
        } else {
            requester.ended(id, AccessResult.ABORTED);
        }
    }
}
