// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import java.util.ArrayList;
import java.util.List;

/** An SMMU's registers and queues in lines for people. */
final class SmmuState {
    private static final int SHOWN = 8;

    private final SmmuV3 model;
    private final Mmio mmio;
    private final SharedMemory memory;
    private final List<SmmuQueue> queues;

    SmmuState(final SmmuV3 model, final SharedMemory memory, final List<SmmuQueue> queues) {
        this.model = model;
        this.mmio = model.registerPages();
        this.memory = memory;
        this.queues = queues;
    }

    List<String> lines() {
        final List<String> lines = new ArrayList<>();
        lines.add("CR0 " + enables(mmio.readl(SmmuRegisters.CR0)));
        lines.add("IRQ_CTRL " + interrupts(mmio.readl(SmmuRegisters.IRQ_CTRL)));
        lines.add(
                "GERROR "
                        + Entry.shown((long) mmio.readl(SmmuRegisters.GERROR))
                        + ", GERRORN "
                        + Entry.shown((long) mmio.readl(SmmuRegisters.GERRORN))
                        + ", active: "
                        + globalErrors(activeErrors(mmio)));
        lines.add(
                "STRTAB_BASE 0x"
                        + Long.toHexString(mmio.readq(SmmuRegisters.STRTAB_BASE))
                        + ", STRTAB_BASE_CFG 0x"
                        + Integer.toHexString(mmio.readl(SmmuRegisters.STRTAB_BASE_CFG)));
        queues.forEach(queue -> describe(queue, lines));
        lines.add(
                "stalls: "
                        + model.recordedStalls()
                        + " recorded, "
                        + model.heldStalls()
                        + " held, of "
                        + model.config().stallMax());
        return lines;
    }

    private void describe(final SmmuQueue queue, final List<String> lines) {
        if (mmio.readq(queue.base()) == 0) {
            lines.add(queue.name() + "_BASE 0: not set up");
            return;
        }
        final int prod = mmio.readl(queue.prod());
        final int cons = mmio.readl(queue.cons());
        final int code =
                cons >>> SmmuRegisters.CMDQ_CONS_ERR_SHIFT & SmmuRegisters.CMDQ_CONS_ERR_MASK;
        final boolean isCommands = queue.cons() == SmmuRegisters.CMDQ_CONS;
        lines.add(
                queue.name()
                        + "_PROD "
                        + queue.pointer(mmio, prod)
                        + flag(!isCommands && prod < 0, " OVFLG")
                        + ", CONS "
                        + queue.pointer(mmio, cons)
                        + flag(!isCommands && cons < 0, " OVACKFLG")
                        + flag(isCommands && code != 0, " " + SmmuWatch.nameOfCommandError(code))
                        + ", LOG2SIZE "
                        + queue.log2Size(mmio));
        final List<Entry> entries =
                queue.entries(
                        mmio, memory, cons & ~QueueIndex.OVERFLOW, prod & ~QueueIndex.OVERFLOW, 0);
        for (final Entry entry : entries.subList(0, Math.min(SHOWN, entries.size()))) {
            lines.add("  " + entry);
        }
        if (entries.size() > SHOWN) {
            lines.add("  ... " + (entries.size() - SHOWN) + " more");
        }
    }

    private static String flag(final boolean isSet, final String text) {
        return isSet ? text : "";
    }

    static int activeErrors(final Mmio mmio) {
        return mmio.readl(SmmuRegisters.GERROR) ^ mmio.readl(SmmuRegisters.GERRORN);
    }

    private static String enables(final int cr0) {
        return Bits.named(cr0, "SMMUEN", "PRIQEN", "EVENTQEN", "CMDQEN", "ATSCHK");
    }

    private static String interrupts(final int control) {
        return Bits.named(control, "GERROR_IRQEN", "PRIQ_IRQEN", "EVENTQ_IRQEN");
    }

    static String globalErrors(final int active) {
        return Bits.named(
                active,
                "CMDQ_ERR",
                "",
                "EVENTQ_ABT_ERR",
                "PRIQ_ABT_ERR",
                "MSI_CMDQ_ABT_ERR",
                "MSI_EVENTQ_ABT_ERR",
                "MSI_PRIQ_ABT_ERR",
                "MSI_GERROR_ABT_ERR",
                "SFM_ERR");
    }
}
