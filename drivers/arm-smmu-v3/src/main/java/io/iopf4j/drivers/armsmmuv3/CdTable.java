// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.ContextDescriptor;

/**
 * A linear table of context descriptors, one for each SubstreamID: {@code struct
 * arm_smmu_ctx_desc_cfg} of Linux 6.12. A host keeps one for a master; a guest's driver keeps one
 * for its device. Its owner serialises writers of one descriptor; the monitor keeps those of
 * different ones apart.
 */
public final class CdTable {
    private static final int DWORD = Long.BYTES;

    private final DmaMemory memory;
    private final int log2Size;
    private int used;

    private CdTable(final DmaMemory memory, final int log2Size) {
        this.memory = memory;
        this.log2Size = log2Size;
    }

    /**
     * Allocates a table of invalid descriptors.
     *
     * @param dma where from
     * @param log2Size log2 of the number of descriptors, in [0, 20]
     * @return the table, or null without memory
     */
    public static CdTable alloc(final DmaAllocator dma, final int log2Size) {
        final DmaMemory memory = dma.allocCoherent((long) ContextDescriptor.BYTES << log2Size);
        return memory == null ? null : new CdTable(memory, log2Size);
    }

    /**
     * Writes a descriptor so that the hardware never sees half of one: words 1 and 3 while it is
     * invalid, then word 0, each followed by an invalidation. Linux 6.12 can often do without the
     * invalid moment ({@code arm_smmu_write_entry}); a context that is in use is not rewritten
     * here.
     *
     * @param ssid which, in [0, 2^log2Size)
     * @param word0 first doubleword, valid
     * @param ttb table address
     * @param mair memory attributes
     * @param invalidate what to call after each step: CFGI_CD and SYNC
     */
    public synchronized void write(
            final int ssid,
            final long word0,
            final long ttb,
            final long mair,
            final Invalidation invalidate) {
        final long offset = offset(ssid);
        if (isValid(ssid)) {
            clear(ssid, invalidate);
        }
        memory.putLong(offset + DWORD, ttb);
        memory.putLong(offset + 3 * DWORD, mair);
        invalidate.contextDescriptor(ssid);
        memory.putLong(offset, word0);
        invalidate.contextDescriptor(ssid);
        used++;
    }

    /**
     * Makes a descriptor invalid.
     *
     * @param ssid which
     * @param invalidate what to call afterwards
     */
    public synchronized void clear(final int ssid, final Invalidation invalidate) {
        if (!isValid(ssid)) {
            return;
        }
        memory.putLong(offset(ssid), 0);
        invalidate.contextDescriptor(ssid);
        used--;
    }

    /**
     * Makes a descriptor that is in use lead nowhere, by one store, so that the hardware sees
     * either the old context or the quiet one; then the table's address goes.
     *
     * @param ssid which, valid
     * @param word0 what {@link ContextDescriptor#quiet} makes of its first doubleword
     * @param invalidate what to call after each step
     */
    synchronized void quiet(final int ssid, final long word0, final Invalidation invalidate) {
        final long offset = offset(ssid);
        memory.putLong(offset, word0);
        invalidate.contextDescriptor(ssid);
        memory.putLong(offset + DWORD, 0);
        invalidate.contextDescriptor(ssid);
    }

    /**
     * Gives the memory back; no stream leads here any more.
     *
     * @param dma where it came from
     */
    public void free(final DmaAllocator dma) {
        dma.freeCoherent(memory);
    }

    /**
     * Whether a descriptor is valid.
     *
     * @param ssid which
     * @return its V bit
     */
    public synchronized boolean isValid(final int ssid) {
        return (memory.getLong(offset(ssid)) & ContextDescriptor.V) != 0;
    }

    /**
     * Number of valid descriptors.
     *
     * @return in [0, 2^log2Size]
     */
    public synchronized int used() {
        return used;
    }

    /**
     * Number of valid descriptors that belong to a SubstreamID: all but descriptor 0, which serves
     * accesses without one ({@code arm_smmu_ssids_in_use}).
     *
     * @return in [0, 2^log2Size)
     */
    public synchronized int usedSubstreams() {
        return isValid(0) ? used - 1 : used;
    }

    /**
     * Where the hardware finds it.
     *
     * @return the table's address
     */
    public long dmaAddress() {
        return memory.dmaAddress();
    }

    /**
     * log2 of the number of descriptors.
     *
     * @return what S1CDMax must say
     */
    public int log2Size() {
        return log2Size;
    }

    private long offset(final int ssid) {
        if (ssid < 0 || ssid >= 1 << log2Size) {
            throw new IllegalArgumentException(
                    "ssid must be in [0, " + (1 << log2Size) + "): ssid=" + ssid);
        }
        return (long) ssid * ContextDescriptor.BYTES;
    }

    /** What the owner of a table does when a descriptor has changed. */
    @FunctionalInterface
    public interface Invalidation {
        /**
         * Invalidates one descriptor and waits until that has happened.
         *
         * @param ssid which
         */
        void contextDescriptor(int ssid);
    }
}
