// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * Registers that look at each command before the SMMU sees it. When an entry of the stream table is
 * to be fetched anew, it must be invalid as a whole or make sense as a whole. A subclass may
 * replace commands.
 */
class StreamTableWatch implements Mmio {
    private static final int SPLIT = 8;

    private final Mmio registers;
    private final PhysicalMemory memory;
    private long queue;
    private int queueLog2;
    private long table;
    private boolean isTwoLevel;
    private int prod;

    StreamTableWatch(final Mmio registers, final PhysicalMemory memory) {
        this.registers = registers;
        this.memory = memory;
    }

    /** What the SMMU gets in place of a command's first doubleword. */
    long replace(final long word0) {
        return word0;
    }

    @Override
    public long sizeBytes() {
        return registers.sizeBytes();
    }

    @Override
    public int readl(final long offset) {
        return registers.readl(offset);
    }

    @Override
    public long readq(final long offset) {
        return registers.readq(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        if (offset == SmmuRegisters.STRTAB_BASE_CFG) {
            isTwoLevel = (value >>> SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT & 3) != 0;
        } else if (offset == SmmuRegisters.CMDQ_PROD) {
            for (; prod != value; prod = QueueIndex.advance(prod, 1, queueLog2)) {
                see(queue + (long) QueueIndex.index(prod, queueLog2) * Commands.BYTES);
            }
        }
        registers.writel(value, offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        if (offset == SmmuRegisters.CMDQ_BASE) {
            queue = value & SmmuRegisters.QUEUE_BASE_ADDR_MASK;
            queueLog2 = (int) value & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK;
            prod = 0;
        } else if (offset == SmmuRegisters.STRTAB_BASE) {
            table = value & SmmuRegisters.STRTAB_BASE_ADDR_MASK;
        }
        registers.writeq(value, offset);
    }

    private void see(final long command) {
        final long word0 = memory.readLong(command);
        final long replaced = replace(word0);
        if (replaced != word0) {
            memory.writeLong(command, replaced);
        }
        if (Commands.opcode(word0) == CmdqOp.CFGI_STE && (word0 & Commands.SSEC) == 0) {
            checkEntry(Commands.streamId(word0));
        }
    }

    private void checkEntry(final int sid) {
        long leaf = table;
        int index = sid;
        if (isTwoLevel) {
            leaf =
                    LevelOneDescriptor.streamPointer(
                            memory.readLong(
                                    table + (long) LevelOneDescriptor.BYTES * (sid >>> SPLIT)));
            index = sid & ((1 << SPLIT) - 1);
        }
        final long at = leaf + (long) StreamTableEntry.BYTES * index;
        final long word0 = memory.readLong(at);
        final boolean hasTables =
                memory.contains(
                        memory.readLong(at + 3 * Long.BYTES) & StreamTableEntry.S2TTB_MASK, 1);
        final boolean makesSense =
                (word0 & StreamTableEntry.V) == 0
                        || switch (StreamTableEntry.config(word0)) {
                            case StreamTableEntry.CONFIG_ABORT, StreamTableEntry.CONFIG_BYPASS ->
                                    true;
                            case StreamTableEntry.CONFIG_S1 ->
                                    memory.contains(StreamTableEntry.contextPtr(word0), 1);
                            case StreamTableEntry.CONFIG_S2 -> hasTables;
                            case StreamTableEntry.CONFIG_NESTED ->
                                    hasTables
                                            && memory.contains(
                                                    StreamTableEntry.contextPtr(word0), 1);
                            default -> false;
                        };
        if (!makesSense) {
            throw new AssertionError(
                    "entry of stream " + RandomLog.hex(sid) + " is torn: " + RandomLog.hex(word0));
        }
    }
}
