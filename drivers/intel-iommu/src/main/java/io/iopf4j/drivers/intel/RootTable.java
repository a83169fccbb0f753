// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.RootEntry;

/**
 * The root table of a unit and the tables of context entries that it leads to, each made when it is
 * first needed: {@code iommu_context_addr()} of Linux 6.12. Entries of 16 bytes are in one table
 * for each bus; of 32 bytes in two, one for each half of it. Thread-safe.
 */
final class RootTable {
    private static final int PAGE_BYTES = 4096;
    private static final int BUSES = 256;
    private static final int PER_HALF = 128;

    private final DmaAllocator dma;
    private final DmaMemory root;
    private final boolean isWide;
    private final DmaMemory[] contexts = new DmaMemory[BUSES * 2];

    /**
     * Over a root table.
     *
     * @param root 256 entries, zeroed
     * @param isWide context entries have 32 bytes
     */
    RootTable(final DmaAllocator dma, final DmaMemory root, final boolean isWide) {
        this.dma = dma;
        this.root = root;
        this.isWide = isWide;
    }

    /** Makes sure that a requester has a context entry; false without memory. */
    synchronized boolean prepare(final int rid) {
        final int table = tableOf(rid);
        if (contexts[table] == null) {
            contexts[table] = dma.allocCoherent(PAGE_BYTES);
            if (contexts[table] == null) {
                return false;
            }
            root.putLong(
                    (long) table * Long.BYTES, contexts[table].dmaAddress() | RootEntry.PRESENT);
        }
        return true;
    }

    /** A doubleword of a context entry; 0 if there is none. */
    synchronized long get(final int rid, final int qw) {
        final DmaMemory table = contexts[tableOf(rid)];
        return table == null ? 0 : table.getLong(offset(rid, qw));
    }

    /** Writes a doubleword of a context entry that is {@link #prepare prepared}. */
    synchronized void put(final int rid, final int qw, final long value) {
        contexts[tableOf(rid)].putLong(offset(rid, qw), value);
    }

    /** Zeroes a context entry, from its end. */
    void clear(final int rid) {
        for (int qw = entryBytes() / Long.BYTES - 1; qw >= 0; qw--) {
            put(rid, qw, 0);
        }
    }

    private int entryBytes() {
        return isWide ? ExtendedContextEntry.BYTES : ContextEntry.BYTES;
    }

    /** Which doubleword of the root table leads to it. */
    private int tableOf(final int rid) {
        final int bus = rid >>> 8 & 0xff;
        return bus * 2 + (isWide ? (rid & 0xff) / PER_HALF : 0);
    }

    private long offset(final int rid, final int qw) {
        final int index = isWide ? rid % PER_HALF : rid & 0xff;
        return (long) index * entryBytes() + (long) qw * Long.BYTES;
    }

    /** Gives the memory of contexts back; the unit does not walk them any more. */
    synchronized void free() {
        for (int i = 0; i < contexts.length; i++) {
            if (contexts[i] != null) {
                dma.freeCoherent(contexts[i]);
                contexts[i] = null;
            }
        }
    }
}
