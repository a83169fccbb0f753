// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.WiredInterrupt;

/**
 * An SMMUv3: what a store to a register sets off, and what becomes of an access. Programmed through
 * {@link SmmuRegisterPages} and memory alone; commands are consumed, and all that follows from them
 * has happened, before the store returns.
 *
 * <p>Not modelled, and how that shows: stage 2 (IDR0.S2P is 0, such entries are ILLEGAL); ATS, PRI
 * and message interrupts (IDR0 says so, their commands are ILLEGAL, their registers RES0);
 * two-level context descriptor tables (IDR0.CD2L is 0); TTB1 (see {@link StageOneWalk}); WXN, UWXN
 * and PAN; hardware update of tables (IDR0.HTTU is 0). Nothing is cached, so invalidations are
 * consumed without effect. Records are never merged and stalls never suppressed, both of which the
 * architecture leaves open.
 *
 * <p>Not thread-safe: a bench drives it from one thread.
 */
public final class SmmuV3 implements IommuModel {
    private final PhysicalMemory memory;
    private final SmmuV3Config config;
    private final SmmuObserver observer;
    private final Translator translator;
    private final StallBuffer stalls;
    private final GlobalErrors errors = new GlobalErrors();
    private final Queue commandQueue;
    private final Queue eventQueue;
    private final WiredInterrupt eventInterrupt = new WiredInterrupt("eventq");
    private final WiredInterrupt syncInterrupt = new WiredInterrupt("cmdq-sync");
    private final WiredInterrupt errorInterrupt = new WiredInterrupt("gerror");
    private final SmmuCounters counters = new SmmuCounters();
    private int cr0;
    private int irqCtrl;
    private boolean abortsWhenDisabled;
    private boolean isConsuming;
    private boolean isRecordingHeld;

    /**
     * An SMMU out of reset.
     *
     * @param memory what its tables and queues lie in
     * @param config the integrator's choice
     * @param observer sees what becomes of each access
     */
    public SmmuV3(
            final PhysicalMemory memory, final SmmuV3Config config, final SmmuObserver observer) {
        this.memory = memory;
        this.config = config;
        this.observer = observer;
        this.translator = new Translator(memory, config);
        this.stalls = new StallBuffer(config.stallMax());
        this.commandQueue = new Queue(Commands.BYTES, config.commandQueueLog2Max());
        this.eventQueue = new Queue(Events.BYTES, config.eventQueueLog2Max());
    }

    /**
     * The configuration that it was built with.
     *
     * @return the integrator's choice
     */
    public SmmuV3Config config() {
        return config;
    }

    /**
     * Its register pages, at their reset values.
     *
     * @return the window; one for each SMMU
     */
    public SmmuRegisterPages registerPages() {
        return new SmmuRegisterPages(this);
    }

    /**
     * Its interrupt wires.
     *
     * @param name {@code eventq}, {@code cmdq-sync} or {@code gerror}
     * @return the wire, or null for any other name
     */
    public WiredInterrupt interrupt(final String name) {
        return switch (name) {
            case "eventq" -> eventInterrupt;
            case "cmdq-sync" -> syncInterrupt;
            case "gerror" -> errorInterrupt;
            default -> null;
        };
    }

    /**
     * What happened to its queues.
     *
     * @return the counters, live
     */
    public SmmuCounters counters() {
        return counters;
    }

    /**
     * Stalled transactions whose record was written and which are not ended.
     *
     * @return at most {@link SmmuV3Config#stallMax()}
     */
    public int recordedStalls() {
        return stalls.recorded();
    }

    /**
     * Stalled transactions whose record waits for room.
     *
     * @return a count
     */
    public int heldStalls() {
        return stalls.held();
    }

    /**
     * Most recorded stalls at once.
     *
     * @return a count since the start
     */
    public int stallHighWater() {
        return stalls.highWater();
    }

    // ---- Accesses -------------------------------------------------------------------------------

    @Override
    public void access(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long iova,
            final int perm) {
        arrive(requester, id, streamId, substreamId, iova, perm);
    }

    /** A transaction arrives, or arrives again by a retry. IHI 0070, 3.12. */
    private void arrive(
            final Requester requester,
            final int id,
            final int sid,
            final int ssid,
            final long iova,
            final int perm) {
        if ((cr0 & SmmuRegisters.CR0_SMMUEN) == 0) {
            requester.ended(id, abortsWhenDisabled ? AccessResult.ABORTED : accessMemory(iova));
            return;
        }
        final Translation found = translator.translate(sid, ssid, iova, perm);
        switch (found.outcome) {
            case TRANSLATED -> requester.ended(id, accessMemory(found.outputAddress));
            case STALL -> stall(found, requester, id, sid, ssid, iova, perm);
            case ABORT -> {
                recordTerminated(found, sid, ssid);
                requester.ended(id, AccessResult.ABORTED);
            }
            case RAZ_WI -> {
                recordTerminated(found, sid, ssid);
                requester.ended(id, AccessResult.RAZ_WI);
            }
        }
    }

    /** An address where no memory is: an abort, not a fault. */
    private AccessResult accessMemory(final long address) {
        return memory.contains(address, 1) ? AccessResult.DONE : AccessResult.ABORTED;
    }

    private void stall(
            final Translation found,
            final Requester requester,
            final int id,
            final int sid,
            final int ssid,
            final long iova,
            final int perm) {
        final int slot = stalls.take(requester, id, sid, ssid, iova, perm);
        // While others are held a newcomer queues up behind them.
        if ((stalls.held() == 0 || isRecordingHeld) && canRecordStall()) {
            recordStall(slot, found, sid, ssid);
        } else {
            stalls.hold(slot);
            observer.stallHeld(requester, id);
        }
    }

    private void recordStall(
            final int slot, final Translation found, final int sid, final int ssid) {
        final int tag = stalls.giveTag(slot);
        observer.stallRecorded(stalls.requester(slot), stalls.id(slot), sid, tag);
        writeRecord(found, sid, ssid, found.eventWord1 | Events.STALL | tag);
    }

    /** A stall record waits for room; only a write that aborts loses it. IHI 0070, 7.2. */
    private boolean canRecordStall() {
        return stalls.hasFreeTag() && isEventQueueWritable() && !eventQueue.isFull();
    }

    private boolean isEventQueueWritable() {
        return (cr0 & SmmuRegisters.CR0_EVENTQEN) != 0
                && !errors.isActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
    }

    private void recordTerminated(final Translation found, final int sid, final int ssid) {
        if (!found.isRecorded) {
            return;
        }
        final int number = found.eventNumber;
        boolean recorded = false;
        if (isEventQueueWritable()) {
            if (eventQueue.isFull()) {
                overflow();
            } else {
                recorded = writeRecord(found, sid, ssid, found.eventWord1);
            }
        }
        observer.terminateEvent(number, recorded);
    }

    private void overflow() {
        counters.eventQueueOverflows++;
        final int prod = eventQueue.prod();
        if (((prod ^ eventQueue.cons()) & QueueIndex.OVERFLOW) == 0) {
            eventQueue.setProd(prod ^ QueueIndex.OVERFLOW);
        }
    }

    private boolean writeRecord(
            final Translation found, final int sid, final int ssid, final long word1) {
        final long address = eventQueue.prodAddress();
        if (!memory.contains(address, Events.BYTES)) {
            raise(SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
            return false;
        }
        final boolean wasEmpty = eventQueue.isEmpty();
        memory.writeLong(address, recordWord0(found, sid, ssid));
        memory.writeLong(address + 8, word1);
        memory.writeLong(address + 16, found.eventWord2);
        memory.writeLong(address + 24, found.eventWord3);
        eventQueue.advanceProd();
        counters.eventQueueHighWater = Math.max(counters.eventQueueHighWater, eventQueue.used());
        if (wasEmpty && (irqCtrl & SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN) != 0) {
            eventInterrupt.pulse();
        }
        return true;
    }

    /** C_BAD_SUBSTREAMID has no SSV: its SubstreamID is always valid. IHI 0070, 7.3.9. */
    private static long recordWord0(final Translation found, final int sid, final int ssid) {
        final long word0 = Events.word0(found.eventNumber, sid, found.hasSubstream ? ssid : -1);
        return found.eventNumber == Events.C_BAD_SUBSTREAMID ? word0 & ~Events.SSV : word0;
    }

    /** Room has come up: held transactions arrive again, in order. IHI 0070, 7.2. */
    private void recordHeld() {
        if (isRecordingHeld) {
            return;
        }
        isRecordingHeld = true;
        while (stalls.held() > 0 && canRecordStall()) {
            final int slot = stalls.firstHeld();
            stalls.removeFirstHeld();
            retry(slot);
        }
        isRecordingHeld = false;
    }

    private void retry(final int slot) {
        final Requester requester = stalls.requester(slot);
        final int id = stalls.id(slot);
        final int sid = stalls.streamId(slot);
        final int ssid = stalls.substreamId(slot);
        final long iova = stalls.iova(slot);
        final int perm = stalls.perm(slot);
        stalls.release(slot);
        arrive(requester, id, sid, ssid, iova, perm);
    }

    private void terminate(final int slot, final AccessResult how) {
        final Requester requester = stalls.requester(slot);
        final int id = stalls.id(slot);
        stalls.release(slot);
        requester.ended(id, how);
    }

    /** Ends every stalled transaction of one stream, or of all, with abort. IHI 0070, 4.6.2. */
    private void terminateStalls(final boolean allStreams, final int sid) {
        // All are taken out first: whoever hears of an end may issue accesses that stall anew, and
        // those are not meant.
        int slot = stalls.takeOut(allStreams, sid);
        while (slot != StallBuffer.NONE) {
            final int next = stalls.nextTakenOut(slot);
            observer.stallTerminated(stalls.requester(slot), stalls.id(slot));
            terminate(slot, AccessResult.ABORTED);
            slot = next;
        }
    }

    // ---- Commands -------------------------------------------------------------------------------

    /**
     * Consumes commands until the queue is empty, disabled or in error. IHI 0070, 4.1.3 and 7.1.
     */
    private void consumeCommands() {
        if (isConsuming) {
            return;
        }
        isConsuming = true;
        while ((cr0 & SmmuRegisters.CR0_CMDQEN) != 0
                && !errors.isActive(SmmuRegisters.GERROR_CMDQ_ERR)
                && !commandQueue.isEmpty()
                && commandQueue.isConsistent()) {
            final int at = commandQueue.cons();
            if (!consumeOne() && commandQueue.cons() == at) {
                // In error again where it already was, and acknowledged from within the interrupt:
                // trying on would never end. The next store tries again.
                break;
            }
        }
        isConsuming = false;
        recordHeld();
    }

    /** False if the command is in error. */
    private boolean consumeOne() {
        final long address = commandQueue.consAddress();
        if (!memory.contains(address, Commands.BYTES)) {
            commandError(CmdqOp.CERROR_ABT);
            return false;
        }
        final long word0 = memory.readLong(address);
        final long word1 = memory.readLong(address + 8);
        if (isIllegal(word0)) {
            commandError(CmdqOp.CERROR_ILL);
            return false;
        }
        final int opcode = Commands.opcode(word0);
        if (opcode == CmdqOp.RESUME) {
            resume(Commands.streamId(word0), Commands.stag(word1), Commands.resumeAction(word0));
        } else if (opcode == CmdqOp.STALL_TERM) {
            terminateStalls(false, Commands.streamId(word0));
        }
        // Prefetches and invalidations have nothing to do: no configuration or TLB entry is cached.
        commandQueue.advanceCons();
        if (opcode == CmdqOp.SYNC && Commands.syncSignal(word0) == Commands.SYNC_CS_IRQ) {
            syncInterrupt.pulse();
        }
        return true;
    }

    private boolean isIllegal(final long word0) {
        if ((word0 & Commands.SSEC) != 0) {
            return true;
        }
        return switch (Commands.opcode(word0)) {
            case CmdqOp.PREFETCH_CONFIG,
                    CmdqOp.PREFETCH_ADDR,
                    CmdqOp.CFGI_STE,
                    CmdqOp.CFGI_STE_RANGE,
                    CmdqOp.CFGI_CD,
                    CmdqOp.CFGI_CD_ALL,
                    CmdqOp.TLBI_NH_ALL,
                    CmdqOp.TLBI_NH_ASID,
                    CmdqOp.TLBI_NH_VA,
                    CmdqOp.TLBI_NH_VAA,
                    CmdqOp.TLBI_NSNH_ALL ->
                    false;
            case CmdqOp.RESUME, CmdqOp.STALL_TERM ->
                    config.stallModel() == SmmuV3Config.TERMINATE_ONLY;
            case CmdqOp.SYNC -> Commands.syncSignal(word0) == 3;
            default -> true;
        };
    }

    /** A command that matches no stalled transaction does nothing. IHI 0070, 4.6.1. */
    private void resume(final int sid, final int tag, final int action) {
        final int slot = stalls.find(sid, tag);
        if (slot == StallBuffer.NONE) {
            return;
        }
        stalls.freeTag(tag);
        observer.resumed(stalls.requester(slot), stalls.id(slot), action);
        if ((action & Commands.RESUME_RETRY) != 0) {
            retry(slot);
        } else if (action == Commands.RESUME_ABORT) {
            terminate(slot, AccessResult.ABORTED);
        } else {
            terminate(slot, AccessResult.RAZ_WI);
        }
    }

    /** The bad command stays at CONS until software has acknowledged. IHI 0070, 7.1. */
    private void commandError(final int code) {
        counters.commandErrors++;
        final int pointer = commandQueue.cons() & ~errorField(SmmuRegisters.CMDQ_CONS_ERR_MASK);
        commandQueue.setCons(pointer | errorField(code));
        raise(SmmuRegisters.GERROR_CMDQ_ERR);
    }

    private static int errorField(final int code) {
        return code << SmmuRegisters.CMDQ_CONS_ERR_SHIFT;
    }

    private void raise(final int error) {
        if (errors.raise(error) && (irqCtrl & SmmuRegisters.IRQ_CTRL_GERROR_IRQEN) != 0) {
            errorInterrupt.pulse();
        }
    }

    // ---- What the register pages set off --------------------------------------------------------

    int cr0() {
        return cr0;
    }

    /** CR0ACK always equals CR0: an update has taken effect when the store returns. */
    void writeCr0(final int value) {
        final int implemented =
                SmmuRegisters.CR0_SMMUEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_CMDQEN;
        final int before = cr0;
        cr0 = value & implemented;
        if ((before & ~cr0 & SmmuRegisters.CR0_SMMUEN) != 0) {
            terminateStalls(true, 0);
        }
        consumeCommands();
    }

    int irqCtrl() {
        return irqCtrl;
    }

    void writeIrqCtrl(final int value) {
        irqCtrl =
                value & (SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN | SmmuRegisters.IRQ_CTRL_GERROR_IRQEN);
    }

    GlobalErrors errors() {
        return errors;
    }

    void writeGerrorn(final int value) {
        errors.acknowledge(value);
        consumeCommands();
    }

    void setAbortsWhenDisabled(final boolean aborts) {
        abortsWhenDisabled = aborts;
    }

    void setStreamTable(final long base, final int cfg, final boolean recordBadStreams) {
        translator.setStreamTable(base, cfg, recordBadStreams);
    }

    Queue commandQueue() {
        return commandQueue;
    }

    Queue eventQueue() {
        return eventQueue;
    }

    void commandDoorbell(final int prod) {
        commandQueue.setProd(prod);
        consumeCommands();
    }

    void eventsConsumed(final int cons) {
        eventQueue.setCons(cons);
        recordHeld();
    }
}
