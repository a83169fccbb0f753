// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.smmuv3.NotModelled;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Looks on at an SMMUv3: stores, commands as they are submitted, records as they appear. */
final class SmmuWatch implements Watch {
    private static final SmmuQueue COMMANDS =
            new SmmuQueue(
                    "CMDQ",
                    SmmuRegisters.CMDQ_BASE,
                    SmmuRegisters.CMDQ_PROD,
                    SmmuRegisters.CMDQ_CONS,
                    Commands.BYTES,
                    (timeNs, words) -> SmmuCommand.decode(timeNs, words[0], words[1]));
    private static final SmmuQueue EVENTS =
            new SmmuQueue(
                    "EVENTQ",
                    SmmuRegisters.EVENTQ_BASE,
                    SmmuRegisters.EVENTQ_PROD,
                    SmmuRegisters.EVENTQ_CONS,
                    Events.BYTES,
                    SmmuEvent::decode);
    private static final SmmuQueue REQUESTS =
            new SmmuQueue(
                    "PRIQ",
                    SmmuRegisters.PRIQ_BASE,
                    SmmuRegisters.PRIQ_PROD,
                    SmmuRegisters.PRIQ_CONS,
                    PriEntry.BYTES,
                    (timeNs, words) -> SmmuEvent.decodeRequest(timeNs, words[0], words[1]));

    private final SmmuV3 model;
    private final Mmio mmio;
    private final SharedMemory memory;
    private final Journal journal;
    private final Errors errors;
    private final SmmuState state;
    private final OutputTap events;
    private final OutputTap requests;
    private final Map<NotModelled, Long> uses = new EnumMap<>(NotModelled.class);
    private int activeErrors;
    private long commandErrors;
    private long eventOverflows;
    private long requestOverflows;

    SmmuWatch(
            final SmmuV3 model,
            final SharedMemory memory,
            final Journal journal,
            final Errors errors) {
        this.model = model;
        this.mmio = model.registerPages();
        this.memory = memory;
        this.journal = journal;
        this.errors = errors;
        state = new SmmuState(model, memory, List.of(COMMANDS, EVENTS, REQUESTS));
        events = new OutputTap(EVENTS, SmmuRegisters.CR0_EVENTQEN);
        requests = new OutputTap(REQUESTS, SmmuRegisters.CR0_PRIQEN);
    }

    @Override
    public void storing(final long offset, final int bytes, final long value) {
        look();
        journal.add(
                Topic.WRITE,
                new Entry(journal.nowNs(), SmmuRegister.nameAt(offset)).with("value", value));
        if (offset == SmmuRegisters.CMDQ_PROD && isEnabled(SmmuRegisters.CR0_CMDQEN)) {
            COMMANDS.entries(
                            mmio,
                            memory,
                            mmio.readl(SmmuRegisters.CMDQ_PROD),
                            (int) value,
                            journal.nowNs())
                    .forEach(command -> journal.add(Topic.COMMAND, command));
        }
    }

    private boolean isEnabled(final int bit) {
        return (mmio.readl(SmmuRegisters.CR0) & bit) != 0;
    }

    @Override
    public void look() {
        events.look();
        requests.look();
        lookForCommandErrors();
        lookForGlobalErrors();
        lookForOverflows();
        lookForNotModelled();
    }

    private void lookForCommandErrors() {
        if (model.counters().commandErrors() == commandErrors) {
            return;
        }
        commandErrors = model.counters().commandErrors();
        final int cons = mmio.readl(SmmuRegisters.CMDQ_CONS);
        final int code =
                cons >>> SmmuRegisters.CMDQ_CONS_ERR_SHIFT & SmmuRegisters.CMDQ_CONS_ERR_MASK;
        final Entry command = COMMANDS.entryAt(mmio, memory, cons, journal.nowNs());
        errors.add(
                "command error "
                        + nameOfCommandError(code)
                        + " at CMDQ_CONS "
                        + COMMANDS.pointer(mmio, cons)
                        + (command == null ? "" : ": " + command));
    }

    static String nameOfCommandError(final int code) {
        return switch (code) {
            case CmdqOp.CERROR_NONE -> "CERROR_NONE";
            case CmdqOp.CERROR_ILL -> "CERROR_ILL";
            case CmdqOp.CERROR_ABT -> "CERROR_ABT";
            case CmdqOp.CERROR_ATC_INV_SYNC -> "CERROR_ATC_INV_SYNC";
            default -> "0x" + Integer.toHexString(code);
        };
    }

    /** A command in error is told with its command. */
    private void lookForGlobalErrors() {
        final int active = SmmuState.activeErrors(mmio) & ~SmmuRegisters.GERROR_CMDQ_ERR;
        final int fresh = active & ~activeErrors;
        activeErrors = active;
        if (fresh != 0) {
            errors.add("GERROR " + SmmuState.globalErrors(fresh) + " became active");
        }
    }

    private void lookForOverflows() {
        if (model.counters().eventQueueOverflows() != eventOverflows) {
            eventOverflows = model.counters().eventQueueOverflows();
            errors.add("event queue overflow, " + eventOverflows + " records lost so far");
        }
        if (model.counters().priQueueOverflows() != requestOverflows) {
            requestOverflows = model.counters().priQueueOverflows();
            errors.add("PRI queue overflow, " + requestOverflows + " messages lost so far");
        }
    }

    private void lookForNotModelled() {
        for (final NotModelled what : NotModelled.values()) {
            final long count = model.counters().notModelled(what);
            if (count != uses.getOrDefault(what, 0L)) {
                uses.put(what, count);
                errors.add("not modelled: " + what + ": " + what.effect());
            }
        }
    }

    /** A record that the hardware could not write is told all the same. */
    void terminated(final int number, final boolean isRecorded) {
        if (!isRecorded && SmmuEvent.isOfTables(number)) {
            errors.add(SmmuEvent.nameOf(number) + ", and its record was lost");
        }
    }

    @Override
    public List<String> state() {
        return state.lines();
    }

    @Override
    public int openFaults() {
        return model.recordedStalls() + model.heldStalls();
    }

    /** Follows a queue that the hardware writes. */
    private final class OutputTap {
        private final SmmuQueue queue;
        private final int enable;
        private int seen;

        OutputTap(final SmmuQueue queue, final int enable) {
            this.queue = queue;
            this.enable = enable;
        }

        void look() {
            final int prod = queue.prod(mmio);
            if (isEnabled(enable)) {
                for (final Entry record :
                        queue.entries(mmio, memory, seen, prod, journal.nowNs())) {
                    journal.add(Topic.EVENT, record);
                    if (SmmuEvent.isOfTables(record.name())) {
                        errors.add("illegal table or stream: " + record);
                    }
                }
            }
            seen = prod & ~QueueIndex.OVERFLOW;
        }
    }
}
