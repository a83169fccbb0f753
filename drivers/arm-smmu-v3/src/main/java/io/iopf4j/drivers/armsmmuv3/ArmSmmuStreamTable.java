// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/** The linear stream table: {@code arm_smmu_init_strtab_linear()} of Linux 6.12. */
final class ArmSmmuStreamTable {
    /** Abort, silently: what every entry is until a domain is attached. */
    static final long ABORT = StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT);

    private static final int DWORD = Long.BYTES;

    private final DmaMemory memory;
    private final int log2Size;
    private final ArmSmmuCommandQueue commands;

    ArmSmmuStreamTable(
            final DmaMemory memory, final int log2Size, final ArmSmmuCommandQueue commands) {
        this.memory = memory;
        this.log2Size = log2Size;
        this.commands = commands;
        for (int sid = 0; sid < 1 << log2Size; sid++) {
            memory.putLong(offset(sid), ABORT);
        }
    }

    void programRegisters(final Mmio mmio) {
        mmio.writeq(SmmuRegisters.BASE_ALLOCATE | memory.dmaAddress(), SmmuRegisters.STRTAB_BASE);
        mmio.writel(log2Size, SmmuRegisters.STRTAB_BASE_CFG);
    }

    /**
     * Makes a stream follow another entry. In between it aborts: first word 0 becomes abort, then
     * the other words change, then word 0; after each step the hardware forgets what it has read.
     * Linux 6.12 often finds a way without that moment ({@code arm_smmu_write_entry}).
     */
    void write(final int sid, final long word0, final long word1) {
        final long offset = offset(sid);
        if (memory.getLong(offset) != ABORT) {
            memory.putLong(offset, ABORT);
            invalidate(sid);
        }
        if (memory.getLong(offset + DWORD) != word1) {
            memory.putLong(offset + DWORD, word1);
            invalidate(sid);
        }
        if (word0 != ABORT) {
            memory.putLong(offset, word0);
            invalidate(sid);
        }
    }

    private void invalidate(final int sid) {
        commands.issueWithSync(Commands.cfgiSte(sid), 1);
    }

    private static long offset(final int sid) {
        return (long) sid * StreamTableEntry.BYTES;
    }
}
