// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The command queue: {@code struct arm_smmu_cmdq} of Linux 6.12. Any thread may issue; where Linux
 * reserves slots by compare-and-swap, here a lock orders the callers, which a Java reader finds
 * easier and the hardware cannot tell apart.
 */
final class ArmSmmuCommandQueue {
    private static final long TIMEOUT_US = 1_000_000;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private final DmaMemory memory;
    private final int log2Size;
    private int prod;
    private int cons;

    ArmSmmuCommandQueue(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory memory,
            final int log2Size) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
        this.memory = memory;
        this.log2Size = log2Size;
    }

    /** Programs base and pointers; the queue must be disabled. */
    synchronized void programRegisters() {
        prod = 0;
        cons = 0;
        mmio.writeq(
                SmmuRegisters.BASE_ALLOCATE | memory.dmaAddress() | log2Size,
                SmmuRegisters.CMDQ_BASE);
        mmio.writel(prod, SmmuRegisters.CMDQ_PROD);
        mmio.writel(cons, SmmuRegisters.CMDQ_CONS);
    }

    /** Follows {@code arm_smmu_cmdq_issue_cmd()}: no SYNC. */
    synchronized int issue(final long word0, final long word1) {
        if (QueueIndex.isFull(prod, cons, log2Size) && !waitForSpace()) {
            return -Errno.ETIMEDOUT;
        }
        final long offset = (long) QueueIndex.index(prod, log2Size) * Commands.BYTES;
        memory.putLong(offset, word0);
        memory.putLong(offset + Long.BYTES, word1);
        prod = QueueIndex.advance(prod, 1, log2Size);
        mmio.writel(prod, SmmuRegisters.CMDQ_PROD);
        return 0;
    }

    /** Follows {@code arm_smmu_cmdq_issue_cmd_with_sync()}. */
    synchronized int issueWithSync(final long word0, final long word1) {
        final int ret = issue(word0, word1);
        return ret == 0 ? sync() : ret;
    }

    /** Issues a SYNC and waits until it is consumed ({@code arm_smmu_cmdq_poll_until_sync}). */
    synchronized int sync() {
        final int entry = prod;
        final int ret = issue(Commands.sync(Commands.SYNC_CS_SEV, 0), 0);
        if (ret != 0) {
            return ret;
        }
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs++) {
            cons = mmio.readl(SmmuRegisters.CMDQ_CONS);
            if (QueueIndex.isConsumed(cons, entry, log2Size)) {
                return 0;
            }
            kernel.udelay(1);
        }
        kernel.log().err(name, "CMD_SYNC timeout at 0x" + Integer.toHexString(entry));
        return -Errno.ETIMEDOUT;
    }

    /**
     * Replaces the command in error by a SYNC, so that the hardware can go on once the error is
     * acknowledged: {@code __arm_smmu_cmdq_skip_err()}. Runs in the hard interrupt, without the
     * lock: the hardware has stopped at the entry, and nobody else writes to it.
     */
    void skipError() {
        final int at = mmio.readl(SmmuRegisters.CMDQ_CONS);
        final int code =
                at >>> SmmuRegisters.CMDQ_CONS_ERR_SHIFT & SmmuRegisters.CMDQ_CONS_ERR_MASK;
        kernel.log().err(name, "CMDQ error " + code + " at 0x" + Integer.toHexString(at));
        if (code == CmdqOp.CERROR_NONE
                || code == CmdqOp.CERROR_ABT
                || code == CmdqOp.CERROR_ATC_INV_SYNC) {
            return;
        }
        final long offset = (long) QueueIndex.index(at, log2Size) * Commands.BYTES;
        kernel.log()
                .err(
                        name,
                        String.format(
                                "skipping command 0x%016x 0x%016x",
                                memory.getLong(offset), memory.getLong(offset + Long.BYTES)));
        memory.putLong(offset, Commands.sync(Commands.SYNC_CS_SEV, 0));
        memory.putLong(offset + Long.BYTES, 0);
    }

    private boolean waitForSpace() {
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs++) {
            cons = mmio.readl(SmmuRegisters.CMDQ_CONS);
            if (!QueueIndex.isFull(prod, cons, log2Size)) {
                return true;
            }
            kernel.udelay(1);
        }
        kernel.log().err(name, "CMDQ timeout");
        return false;
    }
}
