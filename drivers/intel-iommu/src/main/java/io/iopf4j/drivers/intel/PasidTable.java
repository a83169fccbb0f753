// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.PasidEntry;
import java.util.Arrays;

/**
 * A device's PASID directory, and the tables of 64 entries that it leads to, each made when its
 * first entry is needed: {@code intel_pasid_alloc_table()} and {@code intel_pasid_get_entry()} of
 * Linux 6.12. Its owner serialises calls.
 */
final class PasidTable {
    /** Doublewords of an entry. */
    private static final int QWS = PasidEntry.BYTES / Long.BYTES;

    private static final int PAGE_BYTES = 4096;
    private static final int PDTS_BASE = 7;
    private static final int ENTRIES = 1 << PasidEntry.TABLE_LOG2;

    private final DmaAllocator dma;
    private final DmaMemory directory;
    private final int entries;

    /** As far as they were ever needed. */
    private DmaMemory[] tables = new DmaMemory[1];

    private PasidTable(final DmaAllocator dma, final DmaMemory directory) {
        this.dma = dma;
        this.directory = directory;
        this.entries = (int) directory.sizeBytes() / PasidEntry.DIRECTORY_BYTES;
    }

    /**
     * An empty table.
     *
     * @param maxPasids PASIDs that the device can have, 0 if none but that of requests without
     * @return the table, or null without memory
     */
    static PasidTable alloc(final DmaAllocator dma, final int maxPasids) {
        final int least = (maxPasids >>> PasidEntry.TABLE_LOG2) * PasidEntry.DIRECTORY_BYTES;
        final int bytes = least <= PAGE_BYTES ? PAGE_BYTES : Integer.highestOneBit(least - 1) << 1;
        final DmaMemory directory = dma.allocCoherent(bytes);
        return directory == null ? null : new PasidTable(dma, directory);
    }

    long dmaAddress() {
        return directory.dmaAddress();
    }

    /** How many PASIDs it has room for. */
    int maxPasids() {
        return entries * ENTRIES;
    }

    /** The size as a context entry tells it: {@code context_get_sm_pds()}. */
    int pdts() {
        return Integer.numberOfTrailingZeros(entries) - PDTS_BASE;
    }

    /** Makes sure that a PASID has an entry; false without memory. */
    boolean prepare(final int pasid) {
        final int index = pasid >>> PasidEntry.TABLE_LOG2;
        if (index >= tables.length) {
            tables = Arrays.copyOf(tables, Math.max(index + 1, 2 * tables.length));
        }
        if (tables[index] == null) {
            tables[index] = dma.allocCoherent(PAGE_BYTES);
            if (tables[index] == null) {
                return false;
            }
            directory.putLong(
                    (long) index * PasidEntry.DIRECTORY_BYTES,
                    tables[index].dmaAddress() | PasidEntry.PRESENT);
        }
        return true;
    }

    /** A doubleword of an entry; 0 if it has none. */
    long get(final int pasid, final int qw) {
        final int index = pasid >>> PasidEntry.TABLE_LOG2;
        final DmaMemory table = index < tables.length ? tables[index] : null;
        return table == null ? 0 : table.getLong(offset(pasid, qw));
    }

    /** Writes a doubleword of an entry that is {@link #prepare prepared}. */
    void put(final int pasid, final int qw, final long value) {
        tables[pasid >>> PasidEntry.TABLE_LOG2].putLong(offset(pasid, qw), value);
    }

    /** Zeroes an entry but for its first doubleword. */
    void clear(final int pasid, final long qw0) {
        put(pasid, 0, qw0);
        for (int qw = 1; qw < QWS; qw++) {
            put(pasid, qw, 0);
        }
    }

    private static long offset(final int pasid, final int qw) {
        return (long) (pasid & (ENTRIES - 1)) * PasidEntry.BYTES + (long) qw * Long.BYTES;
    }

    /** Gives its memory back; no context leads to it any more. */
    void free() {
        for (final DmaMemory table : tables) {
            if (table != null) {
                dma.freeCoherent(table);
            }
        }
        dma.freeCoherent(directory);
    }
}
