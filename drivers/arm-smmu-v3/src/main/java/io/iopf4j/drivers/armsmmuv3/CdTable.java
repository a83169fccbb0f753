// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * A table of context descriptors, one for each SubstreamID, of one level or two: {@code struct
 * arm_smmu_ctx_desc_cfg} of Linux 6.12. With two levels a leaf of 1,024 descriptors is made when
 * the first of them is written. A host keeps one for a master; a guest's driver keeps one for its
 * device. Its owner serialises writers of one descriptor; the monitor keeps those of different ones
 * apart.
 */
public final class CdTable {
    /** log2 of the descriptors of a leaf: 64 KiB. */
    private static final int LEAF_LOG2 = 10;

    private static final long[] EMPTY = new long[ArmSmmuEntryWriter.WORDS];

    private final DmaAllocator dma;
    private final Writer writer;
    private final int log2Size;
    private final DmaMemory root;

    /** By the upper bits of a SubstreamID; none in a linear table. */
    private final DmaMemory[] leaves;

    private int used;

    private CdTable(
            final DmaAllocator dma,
            final Writer writer,
            final int log2Size,
            final DmaMemory root,
            final int leafCount) {
        this.dma = dma;
        this.writer = writer;
        this.log2Size = log2Size;
        this.root = root;
        this.leaves = new DmaMemory[leafCount];
    }

    /**
     * Allocates a linear table of invalid descriptors.
     *
     * @param dma where from
     * @param log2Size log2 of the number of descriptors, in [0, 20]
     * @return the table, or null without memory
     */
    public static CdTable alloc(final DmaAllocator dma, final int log2Size) {
        return alloc(dma, log2Size, false, SilentLog.INSTANCE, "");
    }

    /**
     * Allocates a table of invalid descriptors, of two levels where one leaf does not suffice
     * ({@code arm_smmu_alloc_cd_tables}).
     */
    static CdTable alloc(
            final DmaAllocator dma,
            final int log2Size,
            final boolean mayHaveTwoLevels,
            final KernelLog log,
            final String name) {
        final int leafCount =
                mayHaveTwoLevels && log2Size > LEAF_LOG2 ? 1 << (log2Size - LEAF_LOG2) : 0;
        final DmaMemory root =
                dma.allocCoherent(
                        leafCount > 0
                                ? (long) leafCount * LevelOneDescriptor.BYTES
                                : (long) ContextDescriptor.BYTES << log2Size);
        return root == null
                ? null
                : new CdTable(dma, new Writer(log, name), log2Size, root, leafCount);
    }

    /**
     * Writes a descriptor so that the hardware never sees half of one, whatever was there.
     *
     * @param ssid which, in [0, 2^log2Size)
     * @param word0 first doubleword, valid
     * @param ttb table address
     * @param mair memory attributes
     * @param invalidate what to call after each step: CFGI_CD and SYNC
     * @return 0, or {@code -ENOMEM} without memory for a leaf
     */
    public synchronized int write(
            final int ssid,
            final long word0,
            final long ttb,
            final long mair,
            final Invalidation invalidate) {
        final long[] target = new long[ArmSmmuEntryWriter.WORDS];
        target[0] = word0;
        target[1] = ttb;
        target[3] = mair;
        return write(ssid, target, invalidate);
    }

    /**
     * The same for a whole descriptor ({@code arm_smmu_write_cd_entry}).
     *
     * @param target eight doublewords; word 0 with V, or all zero
     */
    synchronized int write(final int ssid, final long[] target, final Invalidation invalidate) {
        check(ssid);
        if (leaves.length > 0 && leaves[ssid >>> LEAF_LOG2] == null) {
            final DmaMemory leaf = dma.allocCoherent((long) ContextDescriptor.BYTES << LEAF_LOG2);
            if (leaf == null) {
                return -Errno.ENOMEM;
            }
            leaves[ssid >>> LEAF_LOG2] = leaf;
            root.putLong(
                    (long) (ssid >>> LEAF_LOG2) * LevelOneDescriptor.BYTES,
                    LevelOneDescriptor.ofContexts(leaf.dmaAddress()));
            // The hardware may remember that there was none.
            invalidate.leaf(ssid);
        }
        final boolean wasValid = isValid(ssid);
        writer.ssid = ssid;
        writer.invalidate = invalidate;
        writer.write(memory(ssid), offset(ssid), target);
        used += (isValid(ssid) ? 1 : 0) - (wasValid ? 1 : 0);
        return 0;
    }

    /**
     * Makes a descriptor invalid ({@code arm_smmu_clear_cd}).
     *
     * @param ssid which
     * @param invalidate what to call after each step
     */
    public synchronized void clear(final int ssid, final Invalidation invalidate) {
        if (isValid(ssid)) {
            write(ssid, EMPTY, invalidate);
        }
    }

    /**
     * Gives the memory back; no stream leads here any more.
     *
     * @param to where it came from
     */
    public synchronized void free(final DmaAllocator to) {
        for (final DmaMemory leaf : leaves) {
            if (leaf != null) {
                to.freeCoherent(leaf);
            }
        }
        to.freeCoherent(root);
    }

    /**
     * Whether a descriptor is valid.
     *
     * @param ssid which
     * @return its V bit
     */
    public synchronized boolean isValid(final int ssid) {
        check(ssid);
        final DmaMemory memory = memory(ssid);
        return memory != null && (memory.getLong(offset(ssid)) & ContextDescriptor.V) != 0;
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
        return root.dmaAddress();
    }

    /**
     * log2 of the number of descriptors.
     *
     * @return what S1CDMax must say
     */
    public int log2Size() {
        return log2Size;
    }

    /**
     * Its format.
     *
     * @return what S1Fmt must say, a {@code StreamTableEntry.S1FMT_} value
     */
    public int s1Fmt() {
        return leaves.length > 0 ? StreamTableEntry.S1FMT_64K_L2 : StreamTableEntry.S1FMT_LINEAR;
    }

    private DmaMemory memory(final int ssid) {
        return leaves.length > 0 ? leaves[ssid >>> LEAF_LOG2] : root;
    }

    private long offset(final int ssid) {
        final int index = leaves.length > 0 ? ssid & ((1 << LEAF_LOG2) - 1) : ssid;
        return (long) index * ContextDescriptor.BYTES;
    }

    private void check(final int ssid) {
        if (ssid < 0 || ssid >= 1 << log2Size) {
            throw new IllegalArgumentException(
                    "ssid must be in [0, " + (1 << log2Size) + "): ssid=" + ssid);
        }
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

        /**
         * Invalidates what leads to a descriptor as well, of the first level, and waits until that
         * has happened. Never called by a linear table.
         *
         * @param ssid one of the descriptors of the leaf
         */
        default void leaf(final int ssid) {
            contextDescriptor(ssid);
        }
    }

    /** {@code arm_smmu_cd_writer_ops}. */
    private static final class Writer extends ArmSmmuEntryWriter {
        private int ssid;
        private Invalidation invalidate;

        Writer(final KernelLog log, final String name) {
            super(log, name);
        }

        @Override
        void used(final long[] entry, final long[] used) {
            ArmSmmuCd.used(entry, used);
        }

        @Override
        void sync() {
            invalidate.contextDescriptor(ssid);
        }
    }

    /** A guest's driver keeps its complaints to itself. */
    private enum SilentLog implements KernelLog {
        INSTANCE;

        @Override
        public void err(final String who, final String message) {}

        @Override
        public void warn(final String who, final String message) {}

        @Override
        public void info(final String who, final String message) {}
    }
}
