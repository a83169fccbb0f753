// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.WiredInterrupt;

/**
 * The four sources of interrupts and IRQ_CTRL. A source with a message address writes the message
 * and pulses its wire as well. Interrupts are edges: what happens while a source is not enabled is
 * never signalled. Whoever signals has made visible before what is signalled. IHI 0070, 3.18 and
 * 6.3.16.
 */
final class Interrupts {
    private static final int ATTRIBUTE_BITS = 0x3f;

    private final GlobalErrors errors;
    private final int irqCtrlBits;
    private final boolean hasPri;
    private final InterruptSource events;
    private final InterruptSource pageRequests;
    private final InterruptSource globalErrors;
    private final InterruptSource sync;
    private int irqCtrl;

    Interrupts(final PhysicalMemory memory, final SmmuV3Config config, final GlobalErrors errors) {
        this.errors = errors;
        hasPri = config.has(SmmuFeature.PRI);
        irqCtrlBits =
                SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN
                        | SmmuRegisters.IRQ_CTRL_GERROR_IRQEN
                        | (hasPri ? SmmuRegisters.IRQ_CTRL_PRIQ_IRQEN : 0);
        final boolean hasMessages = config.has(SmmuFeature.MSI);
        final int cfg2 = hasMessages ? ATTRIBUTE_BITS : 0;
        final int priCfg2 = hasPri ? cfg2 | SmmuRegisters.PRIQ_IRQ_CFG2_LO : 0;
        events = new InterruptSource(memory, "eventq", hasMessages, cfg2);
        pageRequests = new InterruptSource(memory, "priq", hasMessages && hasPri, priCfg2);
        globalErrors = new InterruptSource(memory, "gerror", hasMessages, cfg2);
        sync = new InterruptSource(memory, "cmdq-sync", hasMessages, 0);
    }

    /** The wire of that name, or null. */
    WiredInterrupt wire(final String name) {
        return switch (name) {
            case "eventq" -> events.wire();
            case "priq" -> pageRequests.wire();
            case "cmdq-sync" -> sync.wire();
            case "gerror" -> globalErrors.wire();
            default -> null;
        };
    }

    int irqCtrl() {
        return irqCtrl;
    }

    void writeIrqCtrl(final int value) {
        irqCtrl = value & irqCtrlBits;
    }

    /** Whether any of some IRQ_CTRL bits is set. */
    boolean isAnyEnabled(final int bits) {
        return (irqCtrl & bits) != 0;
    }

    InterruptSource events() {
        return events;
    }

    InterruptSource pageRequests() {
        return pageRequests;
    }

    InterruptSource globalErrors() {
        return globalErrors;
    }

    /** PRIQ_IRQ_CFG2.LO: an interrupt for each last request of a group. */
    boolean isForEachLastRequest() {
        return (pageRequests.cfg2() & SmmuRegisters.PRIQ_IRQ_CFG2_LO) != 0;
    }

    /** The event queue is no longer empty. */
    void signalEvents() {
        if (isAnyEnabled(SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN)) {
            if (!events.sendMessage()) {
                raise(SmmuRegisters.GERROR_MSI_EVENTQ_ABT_ERR);
            }
            events.pulse();
        }
    }

    /** The PRI queue is no longer empty, or the last request of a group has come. */
    void signalPageRequests() {
        if (isAnyEnabled(SmmuRegisters.IRQ_CTRL_PRIQ_IRQEN)) {
            if (!pageRequests.sendMessage()) {
                raise(SmmuRegisters.GERROR_MSI_PRIQ_ABT_ERR);
            }
            pageRequests.pulse();
        }
    }

    /** A SYNC that asks for it has completed; IRQ_CTRL does not gate it. IHI 0070, 4.7.3. */
    void signalSync(final long address, final int data) {
        if (!sync.sendMessage(address, data)) {
            raise(SmmuRegisters.GERROR_MSI_CMDQ_ABT_ERR);
        }
        sync.pulse();
    }

    /**
     * Makes an error active. One that is active already is neither logged nor signalled; the abort
     * of this source's own message is logged and never signalled. IHI 0070, 7.5.
     */
    void raise(final int error) {
        if (errors.raise(error) && isAnyEnabled(SmmuRegisters.IRQ_CTRL_GERROR_IRQEN)) {
            if (!globalErrors.sendMessage()) {
                errors.raise(SmmuRegisters.GERROR_MSI_GERROR_ABT_ERR);
            }
            globalErrors.pulse();
        }
    }
}
