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
 * easier and the hardware cannot tell apart. A caller's list is published by one store of PROD.
 */
final class ArmSmmuCommandQueue {
    private static final long TIMEOUT_US = 1_000_000;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private final DmaMemory memory;
    private final int log2Size;
    private final boolean pollsMessages;
    private final long[] single = new long[2];
    private int prod;
    private int cons;
    private boolean isShutDown;

    /**
     * A queue over memory.
     *
     * @param pollsMessages a SYNC is waited for by the message that it sends into its own slot,
     *     instead of by CONS
     */
    ArmSmmuCommandQueue(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory memory,
            final int log2Size,
            final boolean pollsMessages) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
        this.memory = memory;
        this.log2Size = log2Size;
        this.pollsMessages = pollsMessages;
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

    /** Nothing is issued any more: the hardware is gone, and the memory is going. */
    synchronized void shutDown() {
        isShutDown = true;
    }

    /** Follows {@code arm_smmu_cmdq_issue_cmd()}: no SYNC. */
    synchronized int issue(final long word0, final long word1) {
        if (isShutDown) {
            return -Errno.ENODEV;
        }
        if (!hasSpace(1) && !waitForSpace(1)) {
            return -Errno.ETIMEDOUT;
        }
        store(prod, word0, word1);
        publish(1);
        return 0;
    }

    /** Follows {@code arm_smmu_cmdq_issue_cmd_with_sync()}. */
    synchronized int issueWithSync(final long word0, final long word1) {
        single[0] = word0;
        single[1] = word1;
        return issueList(single, 1, true);
    }

    /** Waits for all that was issued before. */
    int sync() {
        return issueList(single, 0, true);
    }

    /**
     * Answers a page request group, without SYNC: the command is obeyed once consumed.
     *
     * @param ssid SubstreamID, or negative for none
     * @param response a {@code Commands.PRI_RESP_} value
     * @return 0, {@code -EINVAL} for another value and nothing was sent, or {@code -ETIMEDOUT}
     */
    int issuePriResponse(final int sid, final int ssid, final int group, final int response) {
        if (response < Commands.PRI_RESP_FAILURE || response > Commands.PRI_RESP_SUCCESS) {
            kernel.log().warn(name, "no such response to a page request: " + response);
            return -Errno.EINVAL;
        }
        return issue(Commands.priResp(sid, ssid), Commands.priRespCode(group, response));
    }

    /**
     * Issues a list of commands, and waits for a SYNC behind them if asked to: {@code
     * arm_smmu_cmdq_issue_cmdlist()}.
     *
     * @param words of each command word 0 and word 1 in turn
     * @param count commands, with the SYNC at most as many as the queue holds
     * @return 0; {@code -ETIMEDOUT} if the queue stays full or the SYNC does not complete; {@code
     *     -ENODEV} after {@link #shutDown}
     */
    synchronized int issueList(final long[] words, final int count, final boolean withSync) {
        if (isShutDown) {
            return -Errno.ENODEV;
        }
        final int slots = count + (withSync ? 1 : 0);
        if (!hasSpace(slots) && !waitForSpace(slots)) {
            return -Errno.ETIMEDOUT;
        }
        for (int i = 0; i < count; i++) {
            store(QueueIndex.advance(prod, i, log2Size), words[2 * i], words[2 * i + 1]);
        }
        final int sync = QueueIndex.advance(prod, count, log2Size);
        if (withSync) {
            if (pollsMessages) {
                store(
                        sync,
                        Commands.sync(Commands.SYNC_CS_IRQ, 0),
                        memory.dmaAddress() + offset(sync));
            } else {
                store(sync, Commands.sync(Commands.SYNC_CS_SEV, 0), 0);
            }
        }
        publish(slots);
        return withSync ? waitForSync(sync) : 0;
    }

    private void publish(final int slots) {
        prod = QueueIndex.advance(prod, slots, log2Size);
        mmio.writel(prod, SmmuRegisters.CMDQ_PROD);
    }

    /** {@code arm_smmu_cmdq_poll_until_sync()}. */
    private int waitForSync(final int sync) {
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs++) {
            if (pollsMessages ? isMessageThere(sync) : isConsumed(sync)) {
                return 0;
            }
            kernel.udelay(1);
        }
        kernel.log()
                .err(
                        name,
                        "CMD_SYNC timeout at 0x"
                                + Integer.toHexString(sync)
                                + ", CONS 0x"
                                + Integer.toHexString(mmio.readl(SmmuRegisters.CMDQ_CONS)));
        return -Errno.ETIMEDOUT;
    }

    /** The message of a SYNC overwrites the first half of the command's word 0 with zero. */
    private boolean isMessageThere(final int sync) {
        return (int) memory.getLong(offset(sync)) == 0;
    }

    private boolean isConsumed(final int sync) {
        cons = mmio.readl(SmmuRegisters.CMDQ_CONS);
        return QueueIndex.isConsumed(cons, sync, log2Size);
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
        if (code == CmdqOp.CERROR_NONE || code == CmdqOp.CERROR_ATC_INV_SYNC) {
            return;
        }
        if (code == CmdqOp.CERROR_ABT) {
            kernel.log().err(name, "a command could not be read, the hardware tries again");
            return;
        }
        final long word0 = memory.getLong(offset(at));
        final long word1 = memory.getLong(offset(at) + Long.BYTES);
        kernel.log().err(name, String.format("skipping command 0x%016x 0x%016x", word0, word1));
        store(at, Commands.sync(Commands.SYNC_CS_SEV, 0), 0);
    }

    private void store(final int pointer, final long word0, final long word1) {
        memory.putLong(offset(pointer), word0);
        memory.putLong(offset(pointer) + Long.BYTES, word1);
    }

    private long offset(final int pointer) {
        return (long) QueueIndex.index(pointer, log2Size) * Commands.BYTES;
    }

    private boolean hasSpace(final int slots) {
        return (1 << log2Size) - QueueIndex.used(prod, cons, log2Size) >= slots;
    }

    /** Linux waits without end, in rounds of a second; here whoever issues learns of the first. */
    private boolean waitForSpace(final int slots) {
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs++) {
            cons = mmio.readl(SmmuRegisters.CMDQ_CONS);
            if (hasSpace(slots)) {
                return true;
            }
            kernel.udelay(1);
        }
        kernel.log().err(name, "CMDQ timeout");
        return false;
    }
}
