// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * The stream table, of one level or two: {@code arm_smmu_init_strtab()} of Linux 6.12. With two
 * levels a leaf of 256 entries is made when the first of its streams comes. Every entry aborts
 * until a domain is attached. Thread-safe; takes the command queue's lock.
 */
final class ArmSmmuStreamTable {
    /** StreamID bits that a leaf takes. */
    static final int SPLIT = 8;

    /** log2 of the most leaves: a first level of 1 MiB. */
    private static final int L1_MAX_LOG2 = 17;

    private final DmaAllocator dma;
    private final ArmSmmuCommandQueue commands;
    private final Writer writer;
    private final boolean isTwoLevel;
    private final int log2Size;
    private final DmaMemory root;
    private final DmaMemory[] leaves;

    private ArmSmmuStreamTable(
            final DmaAllocator dma,
            final ArmSmmuCommandQueue commands,
            final Writer writer,
            final boolean isTwoLevel,
            final int log2Size,
            final DmaMemory root) {
        this.dma = dma;
        this.commands = commands;
        this.writer = writer;
        this.isTwoLevel = isTwoLevel;
        this.log2Size = log2Size;
        this.root = root;
        this.leaves = new DmaMemory[isTwoLevel ? 1 << (log2Size - SPLIT) : 0];
    }

    /** The table, all abort, or null without memory. */
    static ArmSmmuStreamTable alloc(
            final DmaAllocator dma,
            final ArmSmmuFeatures features,
            final ArmSmmuCommandQueue commands,
            final KernelLog log,
            final String name) {
        final boolean isTwoLevel = features.twoLevelStreams();
        final int log2Size =
                isTwoLevel ? Math.min(features.sidBits(), L1_MAX_LOG2 + SPLIT) : features.sidBits();
        final DmaMemory root =
                dma.allocCoherent(
                        isTwoLevel
                                ? (long) LevelOneDescriptor.BYTES << (log2Size - SPLIT)
                                : (long) StreamTableEntry.BYTES << log2Size);
        if (root == null) {
            return null;
        }
        if (log2Size < features.sidBits()) {
            log.warn(
                    name,
                    "the stream table covers "
                            + log2Size
                            + " of "
                            + features.sidBits()
                            + " StreamID bits");
        }
        if (!isTwoLevel) {
            fillWithAbort(root, 1L << log2Size);
        }
        return new ArmSmmuStreamTable(
                dma, commands, new Writer(log, name, commands), isTwoLevel, log2Size, root);
    }

    private static void fillWithAbort(final DmaMemory memory, final long entries) {
        final long abort = StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT);
        for (long i = 0; i < entries; i++) {
            memory.putLong(i * StreamTableEntry.BYTES, abort);
        }
    }

    void programRegisters(final Mmio mmio) {
        mmio.writeq(SmmuRegisters.BASE_ALLOCATE | root.dmaAddress(), SmmuRegisters.STRTAB_BASE);
        mmio.writel(
                isTwoLevel
                        ? 1 << SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT
                                | SPLIT << SmmuRegisters.STRTAB_BASE_CFG_SPLIT_SHIFT
                                | log2Size
                        : log2Size,
                SmmuRegisters.STRTAB_BASE_CFG);
    }

    /** Whether the table can have an entry for a StreamID ({@code arm_smmu_sid_in_range}). */
    boolean covers(final int sid) {
        return Integer.toUnsignedLong(sid) < 1L << log2Size;
    }

    /**
     * Makes sure that a stream has an entry ({@code arm_smmu_init_sid_strtab}).
     *
     * @param sid one that the table {@link #covers}
     * @return 0 or {@code -ENOMEM}
     */
    synchronized int init(final int sid) {
        if (!isTwoLevel || leaves[sid >>> SPLIT] != null) {
            return 0;
        }
        final DmaMemory leaf = dma.allocCoherent((long) StreamTableEntry.BYTES << SPLIT);
        if (leaf == null) {
            return -Errno.ENOMEM;
        }
        fillWithAbort(leaf, 1L << SPLIT);
        leaves[sid >>> SPLIT] = leaf;
        root.putLong(
                (long) (sid >>> SPLIT) * LevelOneDescriptor.BYTES,
                LevelOneDescriptor.ofStreams(leaf.dmaAddress(), SPLIT + 1));
        // Linux does without: hardware that remembers an invalid first level would go on refusing
        // the stream.
        commands.issueWithSync(Commands.cfgiSte(sid), 0);
        return 0;
    }

    /**
     * Makes a stream follow another entry ({@code arm_smmu_write_ste}), and has the hardware read
     * it ahead.
     *
     * @param sid a stream that has an entry
     * @param target eight doublewords
     */
    synchronized void write(final int sid, final long[] target) {
        writer.sid = sid;
        writer.write(memory(sid), offset(sid), target);
        commands.issue(prefetch(sid), 0);
    }

    private static long prefetch(final int sid) {
        return CmdqOp.PREFETCH_CONFIG | (long) sid << Integer.SIZE;
    }

    private DmaMemory memory(final int sid) {
        return isTwoLevel ? leaves[sid >>> SPLIT] : root;
    }

    private long offset(final int sid) {
        final int index = isTwoLevel ? sid & ((1 << SPLIT) - 1) : sid;
        return Integer.toUnsignedLong(index) * StreamTableEntry.BYTES;
    }

    /** Gives the memory back; the hardware does not look here any more. */
    synchronized void free() {
        for (final DmaMemory leaf : leaves) {
            if (leaf != null) {
                dma.freeCoherent(leaf);
            }
        }
        dma.freeCoherent(root);
    }

    /** {@code arm_smmu_ste_writer_ops}. */
    private static final class Writer extends ArmSmmuEntryWriter {
        private final ArmSmmuCommandQueue commands;
        private int sid;

        Writer(final KernelLog log, final String name, final ArmSmmuCommandQueue commands) {
            super(log, name);
            this.commands = commands;
        }

        @Override
        void used(final long[] entry, final long[] used) {
            ArmSmmuSte.used(entry, used);
        }

        @Override
        void sync() {
            commands.issueWithSync(Commands.cfgiSte(sid), 1);
        }
    }
}
