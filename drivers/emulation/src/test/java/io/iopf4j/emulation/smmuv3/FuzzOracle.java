// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.Arrays;

/**
 * What must hold whatever software stores. It keeps a second copy of memory, which it lets differ
 * where the SMMU may write and nowhere else: the slots between the old and the new PROD of its
 * output queues, and the addresses of messages.
 */
final class FuzzOracle {
    static final long QUEUE_BYTES_MAX = 0x100;
    private static final int CR0_BITS = 0x1f;
    private static final int GERROR_BITS = 0x1fd;

    private final PhysicalMemory memory;
    private final SmmuV3 smmu;
    private final SmmuRegisterPages regs;
    private final long[] copy;

    // As they were when the step began.
    private long commandBase;
    private long eventBase;
    private long priBase;
    private int eventProd;
    private int priProd;
    private final long[] messages = new long[3];
    private long[] syncMessages = new long[32];
    private int syncMessageCount;

    /** Somebody stores from within: how many records a step writes is not to be seen in PROD. */
    private boolean isReentrant;

    private boolean mayWriteAnywhere;

    /** Records may have been written over before they are looked at. */
    private boolean isOverwritten;

    FuzzOracle(final PhysicalMemory memory, final SmmuV3 smmu) {
        this.memory = memory;
        this.smmu = smmu;
        this.regs = smmu.registerPages();
        this.copy = new long[Math.toIntExact(memory.sizeBytes() / Long.BYTES)];
    }

    void setReentrant(final boolean mayBe) {
        isReentrant = mayBe;
    }

    /** Software stores; not aligned is aligned down, outside is nothing. */
    void store(final long address, final long value) {
        final long aligned = address & -Long.BYTES;
        if (memory.contains(aligned, Long.BYTES)) {
            memory.writeLong(aligned, value);
            copy[index(aligned)] = value;
        }
    }

    private int index(final long address) {
        return (int) ((address - memory.base()) / Long.BYTES);
    }

    static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Begins the next step; software's doing so far is not of it. */
    void begin() {
        syncMessageCount = 0;
        commandBase = regs.readq(SmmuRegisters.CMDQ_BASE);
        admitSyncMessages(commandBase);
        eventBase = regs.readq(SmmuRegisters.EVENTQ_BASE);
        priBase = regs.readq(SmmuRegisters.PRIQ_BASE);
        eventProd = regs.readl(SmmuRegisters.EVENTQ_PROD);
        priProd = regs.readl(SmmuRegisters.PRIQ_PROD);
        messages[0] = regs.readq(SmmuRegisters.EVENTQ_IRQ_CFG0);
        messages[1] = regs.readq(SmmuRegisters.PRIQ_IRQ_CFG0);
        messages[2] = regs.readq(SmmuRegisters.GERROR_IRQ_CFG0);
    }

    /** Ends the step. */
    void check() {
        checkRegisters();
        // What the SMMU itself may have made a command of can write to any address.
        mayWriteAnywhere = false;
        isOverwritten = false;
        final long commandBaseNow = regs.readq(SmmuRegisters.CMDQ_BASE);
        final long eventBaseNow = regs.readq(SmmuRegisters.EVENTQ_BASE);
        final long priBaseNow = regs.readq(SmmuRegisters.PRIQ_BASE);
        final SmmuV3Config config = smmu.config();
        final int eventMax = config.eventQueueLog2Max();
        final int priMax = config.priQueueLog2Max();
        isOverwritten = areClose(eventBaseNow, priBaseNow);
        for (final long commands : new long[] {commandBase, commandBaseNow}) {
            mayWriteAnywhere |=
                    areClose(commands, eventBase)
                            || areClose(commands, eventBaseNow)
                            || areClose(commands, priBase)
                            || areClose(commands, priBaseNow);
        }
        admitSyncMessages(commandBase);
        if (commandBaseNow != commandBase) {
            admitSyncMessages(commandBaseNow);
        }
        for (int i = 0; i < syncMessageCount; i++) {
            admitMessage(syncMessages[i]);
        }
        for (final long address : messages) {
            admitMessage(address);
        }
        admitMessage(regs.readq(SmmuRegisters.EVENTQ_IRQ_CFG0));
        admitMessage(regs.readq(SmmuRegisters.PRIQ_IRQ_CFG0));
        admitMessage(regs.readq(SmmuRegisters.GERROR_IRQ_CFG0));
        admitQueue(
                eventBase,
                eventBaseNow,
                eventProd,
                regs.readl(SmmuRegisters.EVENTQ_PROD),
                Events.BYTES,
                eventMax);
        admitQueue(
                priBase,
                priBaseNow,
                priProd,
                regs.readl(SmmuRegisters.PRIQ_PROD),
                PriEntry.BYTES,
                priMax);
        if (mayWriteAnywhere) {
            copyAll();
        }
    }

    private void checkRegisters() {
        final int stallMax = smmu.config().stallMax();
        require(smmu.recordedStalls() <= stallMax, "more stalls than STALL_MAX");
        require(smmu.stallHighWater() <= stallMax, "more stalls than STALL_MAX for a while");
        require((regs.readl(SmmuRegisters.CR0ACK) & ~CR0_BITS) == 0, "CR0ACK");
        require((regs.readl(SmmuRegisters.GERROR) & ~GERROR_BITS) == 0, "GERROR");
        final SmmuV3Config config = smmu.config();
        pointer(
                SmmuRegisters.CMDQ_CONS,
                SmmuRegisters.CMDQ_BASE,
                config.commandQueueLog2Max(),
                SmmuRegisters.CMDQ_CONS_ERR_MASK << SmmuRegisters.CMDQ_CONS_ERR_SHIFT);
        pointer(SmmuRegisters.CMDQ_PROD, SmmuRegisters.CMDQ_BASE, config.commandQueueLog2Max(), 0);
        pointer(
                SmmuRegisters.EVENTQ_PROD,
                SmmuRegisters.EVENTQ_BASE,
                config.eventQueueLog2Max(),
                QueueIndex.OVERFLOW);
        pointer(
                SmmuRegisters.PRIQ_PROD,
                SmmuRegisters.PRIQ_BASE,
                config.priQueueLog2Max(),
                QueueIndex.OVERFLOW);
    }

    private void pointer(
            final int register, final int baseRegister, final int max, final int otherBits) {
        final int log2 = log2Size(regs.readq(baseRegister), max);
        final int bits = (2 << log2) - 1 | otherBits;
        require((regs.readl(register) & ~bits) == 0, "bits of a pointer: " + register);
    }

    static int log2Size(final long base, final int max) {
        return Math.min((int) base & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK, max);
    }

    /** Where a queue starts: aligned to its size, and to 32 bytes. */
    static long start(final long base, final int entryBytes, final int log2Size) {
        final long size = Math.max(32, entryBytes << log2Size);
        return base & SmmuRegisters.QUEUE_BASE_ADDR_MASK & -size;
    }

    private long commandStart(final long base) {
        final int max = smmu.config().commandQueueLog2Max();
        return start(base, Commands.BYTES, log2Size(base, max));
    }

    /** Whether two queues may share an entry; the largest has {@link #QUEUE_BYTES_MAX}. */
    private static boolean areClose(final long base, final long other) {
        final long from = base & SmmuRegisters.QUEUE_BASE_ADDR_MASK & -QUEUE_BYTES_MAX;
        final long otherFrom = other & SmmuRegisters.QUEUE_BASE_ADDR_MASK & -QUEUE_BYTES_MAX;
        return from == otherFrom;
    }

    private void admitQueue(
            final long base,
            final long baseNow,
            final int prod,
            final int prodNow,
            final int entryBytes,
            final int max) {
        if (base != baseNow || isReentrant) {
            admit(start(base, entryBytes, log2Size(base, max)), entryBytes << max);
            admit(start(baseNow, entryBytes, log2Size(baseNow, max)), entryBytes << max);
            return;
        }
        final int log2 = log2Size(base, max);
        final int mask = (2 << log2) - 1;
        int left = 2 << log2;
        for (int at = prod & mask; at != (prodNow & mask) && left > 0; left--) {
            final long address =
                    start(base, entryBytes, log2) + (long) QueueIndex.index(at, log2) * entryBytes;
            if (entryBytes == Events.BYTES
                    && !isOverwritten
                    && !mayWriteAnywhere
                    && memory.contains(address, entryBytes)
                    && copy[index(address)] != memory.readLong(address)) {
                checkRecord(address);
            }
            admit(address, entryBytes);
            at = at + 1 & mask;
        }
    }

    private void checkRecord(final long address) {
        final long word0 = memory.readLong(address);
        final long word1 = memory.readLong(address + 8);
        final int number = Events.number(word0);
        final boolean isKnown =
                (number >= Events.F_UUT && number <= Events.F_WALK_EABT)
                        || (number >= Events.F_TRANSLATION && number <= Events.F_PERMISSION)
                        || number == Events.F_TLB_CONFLICT
                        || number == Events.F_CFG_CONFLICT
                        || number == Events.E_PAGE_REQUEST;
        require(isKnown, "event number " + number);
        require((word0 & 0x700) == 0, "reserved bits of an event");
        if ((word1 & Events.STALL) != 0) {
            require(
                    number >= Events.F_TRANSLATION && number <= Events.F_PERMISSION,
                    "a stall of event " + number);
            require(Events.stag(word1) < smmu.config().stallMax(), "a tag beyond STALL_MAX");
        }
    }

    private void admit(final long from, final int bytes) {
        for (long at = from & -Long.BYTES; at < from + bytes; at += Long.BYTES) {
            if (memory.contains(at, Long.BYTES)) {
                copy[index(at)] = memory.readLong(at);
            }
        }
    }

    private void admitMessage(final long address) {
        if (address == 0 || !memory.contains(address, Integer.BYTES)) {
            return;
        }
        final int index = index(address);
        final long now = memory.readLong(address & -Long.BYTES);
        final long mask = (address & 4) == 0 ? 0xffff_ffffL : ~0xffff_ffffL;
        copy[index] = (copy[index] & ~mask) | (now & mask);
        mayWriteAnywhere |=
                areClose(address, commandBase)
                        || areClose(address, regs.readq(SmmuRegisters.CMDQ_BASE));
        isOverwritten |=
                areClose(address, eventBase)
                        || areClose(address, regs.readq(SmmuRegisters.EVENTQ_BASE));
    }

    /** Software writes a command in this step; a SYNC may write to where it says. */
    void admitCommand(final long word0, final long word1) {
        if (Commands.opcode(word0) == CmdqOp.SYNC
                && Commands.syncSignal(word0) == Commands.SYNC_CS_IRQ) {
            if (syncMessageCount == syncMessages.length) {
                syncMessages = Arrays.copyOf(syncMessages, syncMessageCount * 2);
            }
            syncMessages[syncMessageCount++] = Commands.syncMsiAddress(word1);
        }
    }

    private void admitSyncMessages(final long base) {
        final int log2 = log2Size(base, smmu.config().commandQueueLog2Max());
        final long first = commandStart(base);
        for (int i = 0; i < 1 << log2; i++) {
            final long at = first + (long) i * Commands.BYTES;
            if (!memory.contains(at, Commands.BYTES)) {
                return;
            }
            admitCommand(memory.readLong(at), memory.readLong(at + 8));
        }
    }

    private void copyAll() {
        for (int i = 0; i < copy.length; i++) {
            copy[i] = memory.readLong(memory.base() + (long) i * Long.BYTES);
        }
    }

    /** Nothing has changed but what might. Says what memory holds now, in one number. */
    long checkMemory() {
        long digest = 0;
        for (int i = 0; i < copy.length; i++) {
            final long at = memory.base() + (long) i * Long.BYTES;
            final long now = memory.readLong(at);
            if (now != copy[i]) {
                throw new AssertionError("written at 0x" + Long.toHexString(at));
            }
            digest = digest * 31 + now;
        }
        return digest;
    }
}
