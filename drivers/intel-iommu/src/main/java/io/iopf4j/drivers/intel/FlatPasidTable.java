// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * A PASID table of revision 2, one array for all PASIDs: {@code intel_svm_alloc_pasid_tables()} of
 * Linux 4.15. Devices that share it share what is at a PASID, which stays until the last of them
 * leaves. Its owner serialises calls.
 */
final class FlatPasidTable {
    private static final int MIN_LOG2 = 5;

    private final DmaAllocator dma;
    private final DmaMemory memory;
    private final int log2;
    private final Map<Integer, Integer> users = new HashMap<>();

    private FlatPasidTable(final DmaAllocator dma, final DmaMemory memory, final int log2) {
        this.dma = dma;
        this.memory = memory;
        this.log2 = log2;
    }

    /** An empty table for so many PASIDs, or null without memory. */
    static FlatPasidTable alloc(final DmaAllocator dma, final int maxPasids) {
        final int log2 =
                Math.max(MIN_LOG2, Integer.SIZE - Integer.numberOfLeadingZeros(maxPasids - 1));
        final DmaMemory memory = dma.allocCoherent((long) ExtendedContextEntry.PASID_BYTES << log2);
        return memory == null ? null : new FlatPasidTable(dma, memory, log2);
    }

    /** Address and size as a context entry has them. */
    long pointer() {
        return memory.dmaAddress() | (log2 - MIN_LOG2);
    }

    boolean covers(final int pasid) {
        return pasid >= 0 && pasid < 1 << log2;
    }

    /** The entry of a PASID, 0 if nothing is there. */
    long get(final int pasid) {
        return memory.getLong((long) pasid * ExtendedContextEntry.PASID_BYTES);
    }

    /** One more device uses what is at a PASID. */
    void enter(final int pasid, final long entry) {
        users.merge(pasid, 1, Integer::sum);
        put(pasid, entry);
    }

    /** One device less does; with the last the entry goes. */
    void leave(final int pasid) {
        if (users.merge(pasid, -1, Integer::sum) == 0) {
            users.remove(pasid);
            put(pasid, 0);
        }
    }

    /** Takes an entry away though devices use it. */
    void end(final int pasid) {
        put(pasid, 0);
    }

    private void put(final int pasid, final long entry) {
        memory.putLong((long) pasid * ExtendedContextEntry.PASID_BYTES, entry);
    }

    /** Gives its memory back; no context leads to it any more. */
    void free() {
        dma.freeCoherent(memory);
    }
}
