// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * Consumes commands, in order and at once, each read from memory when its turn comes. A command in
 * error stays at CONS until software has acknowledged. IHI 0070, chapter 4 and 7.1.
 */
final class CommandProcessor {
    private static final int NOWHERE = -1;
    private static final int PAGE_SHIFT = 12;
    private static final int ADDRESS_BITS = 64;

    private final PhysicalMemory memory;
    private final Queue queue;
    private final CommandLegality legality;
    private final ControlRegisters control;
    private final GlobalErrors errors;
    private final Interrupts interrupts;
    private final Translator translator;
    private final StalledTransactions stalled;
    private final SmmuCounters counters;
    private final NotModelledUses<NotModelled> notModelled;
    private final boolean sendsEvents;
    private PcieBus bus = PcieBus.EMPTY;
    private boolean isConsuming;
    private boolean hasFailedInvalidation;

    CommandProcessor(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final Queue queue,
            final ControlRegisters control,
            final GlobalErrors errors,
            final Interrupts interrupts,
            final Translator translator,
            final StalledTransactions stalled,
            final SmmuCounters counters,
            final NotModelledUses<NotModelled> notModelled) {
        this.memory = memory;
        this.queue = queue;
        this.legality = new CommandLegality(config);
        this.control = control;
        this.errors = errors;
        this.interrupts = interrupts;
        this.translator = translator;
        this.stalled = stalled;
        this.counters = counters;
        this.notModelled = notModelled;
        this.sendsEvents = config.has(SmmuFeature.SEV);
    }

    void connect(final PcieBus devices) {
        bus = devices;
    }

    /**
     * Consumes until the queue is empty, disabled or in error. What is stored from within, by an
     * interrupt's listener or a device, adds to what is consumed here. Two queues' worth is the
     * most: a listener that answers each command with another would never end, and the next store
     * goes on.
     */
    void consume() {
        if (isConsuming) {
            return;
        }
        isConsuming = true;
        int errorAt = NOWHERE;
        for (int left = 2 << queue.log2Size(); left > 0 && canConsume(); left--) {
            final int at = queue.visibleCons() & ~errorField(SmmuRegisters.CMDQ_CONS_ERR_MASK);
            if (!consumeOne()) {
                // One that is in error again, acknowledged from within the interrupt, waits for the
                // next store.
                if (errorAt == at) {
                    break;
                }
                errorAt = at;
            }
        }
        isConsuming = false;
    }

    private boolean canConsume() {
        return control.isAnySet(SmmuRegisters.CR0_CMDQEN)
                && !errors.isActive(SmmuRegisters.GERROR_CMDQ_ERR)
                && !queue.isEmpty()
                && queue.isConsistent();
    }

    /** False if the command is in error. */
    private boolean consumeOne() {
        final long address = queue.consAddress();
        if (!memory.contains(address, Commands.BYTES)) {
            fail(CmdqOp.CERROR_ABT);
            return false;
        }
        final long word0 = memory.readLong(address);
        final long word1 = memory.readLong(address + 8);
        if (!legality.isLegal(word0, word1)) {
            if (legality.isNotModelled(word0)) {
                notModelled.report(NotModelled.LATER_COMMANDS);
            }
            fail(CmdqOp.CERROR_ILL);
            return false;
        }
        final boolean isSync = Commands.opcode(word0) == CmdqOp.SYNC;
        if (isSync && hasFailedInvalidation) {
            // The SYNC is not consumed; fetched again it has nothing left to wait for.
            hasFailedInvalidation = false;
            fail(CmdqOp.CERROR_ATC_INV_SYNC);
            return false;
        }
        final int at = queue.cons();
        execute(word0, word1);
        // Whoever heard of the effect may have disabled the queue and moved CONS.
        if (queue.cons() == at) {
            if (sendsEvents && queue.isFull()) {
                counters.processorEvents++;
            }
            queue.advanceCons();
        }
        if (isSync) {
            signal(word0, word1);
        }
        return true;
    }

    private void execute(final long word0, final long word1) {
        switch (Commands.opcode(word0)) {
            case CmdqOp.RESUME ->
                    stalled.resume(
                            Commands.streamId(word0),
                            Commands.stag(word1),
                            Commands.resumeAction(word0));
            case CmdqOp.STALL_TERM -> stalled.terminateAll(false, Commands.streamId(word0));
            case CmdqOp.ATC_INV -> invalidateDevice(word0, word1);
            case CmdqOp.PRI_RESP -> answerPageRequest(word0, word1);
            case CmdqOp.PREFETCH_CONFIG, CmdqOp.PREFETCH_ADDR, CmdqOp.SYNC -> {}
            default -> translator.invalidate(word0, word1);
        }
    }

    /** Effects and CONS come before the signal. IHI 0070, 4.7.3. */
    private void signal(final long word0, final long word1) {
        final int how = Commands.syncSignal(word0);
        if (how == Commands.SYNC_CS_IRQ) {
            interrupts.signalSync(Commands.syncMsiAddress(word1), Commands.syncMsiData(word0));
        } else if (how == Commands.SYNC_CS_SEV && sendsEvents) {
            counters.processorEvents++;
        }
    }

    /** IHI 0070, 4.5.1; the span is aligned, and a size beyond the address space is all of it. */
    private void invalidateDevice(final long word0, final long word1) {
        if (!control.isTranslating()) {
            return;
        }
        final boolean hasSubstream = (word0 & Commands.SSV) != 0;
        final int log2Bytes = Math.min(PAGE_SHIFT + Commands.atcSize(word1), ADDRESS_BITS);
        final long start =
                log2Bytes == ADDRESS_BITS ? 0 : Commands.address(word1) & -1L << log2Bytes;
        final boolean isDone =
                bus.invalidateTranslations(
                        Commands.streamId(word0),
                        substream(word0),
                        hasSubstream && Commands.isAtcGlobal(word0),
                        start,
                        log2Bytes);
        hasFailedInvalidation |= !isDone;
    }

    private void answerPageRequest(final long word0, final long word1) {
        if (!control.isTranslating()) {
            return;
        }
        final int code =
                switch (Commands.priResponse(word1)) {
                    case Commands.PRI_RESP_SUCCESS -> PcieBus.SUCCESS;
                    case Commands.PRI_RESP_INVALID -> PcieBus.INVALID_REQUEST;
                    default -> PcieBus.RESPONSE_FAILURE;
                };
        bus.pageRequestResponse(
                Commands.streamId(word0), substream(word0), code, Commands.priGroup(word1));
    }

    private static int substream(final long word0) {
        return (word0 & Commands.SSV) != 0 ? Commands.substreamId(word0) : IommuModel.NO_SUBSTREAM;
    }

    private void fail(final int code) {
        counters.commandErrors++;
        final int pointer = queue.cons() & ~errorField(SmmuRegisters.CMDQ_CONS_ERR_MASK);
        queue.setCons(pointer | errorField(code));
        interrupts.raise(SmmuRegisters.GERROR_CMDQ_ERR);
    }

    private static int errorField(final int code) {
        return code << SmmuRegisters.CMDQ_CONS_ERR_SHIFT;
    }
}
