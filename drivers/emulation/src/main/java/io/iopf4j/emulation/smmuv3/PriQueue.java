// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.AutomaticResponses;

/**
 * The PRI queue: page requests become entries, or the SMMU answers them itself. Unlike events,
 * nothing is written while an overflow is present. IHI 0070, chapter 8.
 */
final class PriQueue {
    private final PhysicalMemory memory;
    private final SmmuV3Config config;
    private final Queue queue;
    private final ControlRegisters control;
    private final GlobalErrors errors;
    private final Interrupts interrupts;
    private final Translator translator;
    private final SmmuCounters counters;
    private final AutomaticResponses responses = new AutomaticResponses();

    PriQueue(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final Queue queue,
            final ControlRegisters control,
            final GlobalErrors errors,
            final Interrupts interrupts,
            final Translator translator,
            final SmmuCounters counters) {
        this.memory = memory;
        this.config = config;
        this.queue = queue;
        this.control = control;
        this.errors = errors;
        this.interrupts = interrupts;
        this.translator = translator;
        this.counters = counters;
    }

    /** The answers that wait, and the devices that they go to. */
    AutomaticResponses responses() {
        return responses;
    }

    /** A page request; without a PASID there is no EXEC and no PRIV. */
    void request(
            final int sid,
            final int ssid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        long flags =
                ((perm & IommuFault.PERM_READ) != 0 ? PriEntry.READ : 0)
                        | ((perm & IommuFault.PERM_WRITE) != 0 ? PriEntry.WRITE : 0)
                        | (isLast ? PriEntry.LAST : 0);
        if (ssid >= 0) {
            flags |=
                    ((perm & IommuFault.PERM_EXEC) != 0 ? PriEntry.EXEC : 0)
                            | ((perm & IommuFault.PERM_PRIV) != 0 ? PriEntry.PRIV : 0);
        }
        message(PriEntry.word0(sid, ssid, flags), PriEntry.word1(address, group));
    }

    /** A stop marker; its entry has neither address nor group. */
    void stopMarker(final int sid, final int ssid) {
        message(PriEntry.word0(sid, ssid, PriEntry.LAST), 0);
    }

    private void message(final long word0, final long word1) {
        if (!control.takesPageRequests() || errors.isActive(SmmuRegisters.GERROR_PRIQ_ABT_ERR)) {
            fail(word0, word1);
            return;
        }
        if (!queue.isOverflowPresent() && !queue.isFull()) {
            write(word0, word1);
            return;
        }
        counters.priQueueOverflows++;
        queue.sayOverflow();
        final boolean isLast = (word0 & PriEntry.LAST) != 0;
        if (isLast && interrupts.isForEachLastRequest()) {
            interrupts.signalPageRequests();
        }
        if (isLast && !PriEntry.isStopMarker(word0)) {
            answerOverflow(word0, word1);
        }
    }

    private void write(final long word0, final long word1) {
        final long address = queue.prodAddress();
        if (!memory.contains(address, PriEntry.BYTES)) {
            interrupts.raise(SmmuRegisters.GERROR_PRIQ_ABT_ERR);
            fail(word0, word1);
            return;
        }
        final boolean wasEmpty = queue.isEmpty();
        memory.writeLong(address, word0);
        memory.writeLong(address + 8, word1);
        queue.advanceProd();
        counters.priQueueHighWater = Math.max(counters.priQueueHighWater, queue.used());
        if (interrupts.isForEachLastRequest() ? (word0 & PriEntry.LAST) != 0 : wasEmpty) {
            interrupts.signalPageRequests();
        }
    }

    /** Every page request, last or not, is answered without PASID. IHI 0070, 8.2. */
    private void fail(final long word0, final long word1) {
        if (!PriEntry.isStopMarker(word0)) {
            answer(word0, IommuModel.NO_SUBSTREAM, PcieBus.RESPONSE_FAILURE, word1);
        }
    }

    /** IHI 0070, 8.1. */
    private void answerOverflow(final long word0, final long word1) {
        final int ssid = PriEntry.substreamId(word0);
        if (ssid < 0 || config.ssidBits() == 0) {
            answer(word0, IommuModel.NO_SUBSTREAM, PcieBus.SUCCESS, word1);
            return;
        }
        final int withPasid =
                config.has(SmmuFeature.PRI_OVERFLOW_PASID)
                        ? 1
                        : translator.answersOverflowWithPasid(PriEntry.streamId(word0));
        if (withPasid < 0) {
            answer(word0, IommuModel.NO_SUBSTREAM, PcieBus.RESPONSE_FAILURE, word1);
        } else {
            answer(word0, withPasid == 1 ? ssid : IommuModel.NO_SUBSTREAM, PcieBus.SUCCESS, word1);
        }
    }

    private void answer(final long word0, final int ssid, final int code, final long word1) {
        responses.answer(PriEntry.streamId(word0), ssid, code, PriEntry.group(word1));
    }
}
