// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/** A bench with an enabled PRI queue and devices on its bus. */
final class PriBench {
    static final long PAGE_REQUESTS = SmmuBench.MEMORY + 0x38_0000;
    static final int PRI_LOG2 = 2;
    static final int ENTRIES = 1 << PRI_LOG2;
    static final int WITH_PRI = SmmuBench.ALL_ENABLED | SmmuRegisters.CR0_PRIQEN;

    final SmmuBench bench;
    final SmmuV3 smmu;
    final SmmuRegisterPages regs;
    final PcieDevices devices = new PcieDevices();
    private int cons;

    PriBench() {
        this(SmmuBench.CONFIG);
    }

    PriBench(final SmmuV3Config config) {
        bench = new SmmuBench(config);
        smmu = bench.smmu;
        regs = bench.regs;
        smmu.connect(devices);
        regs.writeq(PAGE_REQUESTS | PRI_LOG2, SmmuRegisters.PRIQ_BASE);
        regs.writel(7, SmmuRegisters.IRQ_CTRL);
        regs.writel(WITH_PRI, SmmuRegisters.CR0);
    }

    /** A read of a page, last of its group, with PASID. */
    void request(final int group) {
        smmu.pageRequest(SmmuBench.SID, SmmuBench.SSID, 0x7000, SmmuBench.READ, group, true);
    }

    void fill() {
        for (int group = 0; group < ENTRIES; group++) {
            request(group);
        }
    }

    int pending() {
        return QueueIndex.used(
                regs.readl(SmmuRegisters.PRIQ_PROD), regs.readl(SmmuRegisters.PRIQ_CONS), PRI_LOG2);
    }

    boolean isOverflowPresent() {
        final int differing =
                regs.readl(SmmuRegisters.PRIQ_PROD) ^ regs.readl(SmmuRegisters.PRIQ_CONS);
        return (differing & QueueIndex.OVERFLOW) != 0;
    }

    /** Takes the oldest entry and leaves an overflow as it is. */
    long[] take() {
        final long at = PAGE_REQUESTS + (long) QueueIndex.index(cons, PRI_LOG2) * PriEntry.BYTES;
        final long[] entry = {bench.memory.readLong(at), bench.memory.readLong(at + 8)};
        cons = QueueIndex.advance(cons, 1, PRI_LOG2);
        regs.writel(cons, SmmuRegisters.PRIQ_CONS);
        return entry;
    }

    void acknowledgeOverflow() {
        cons =
                (cons & ~QueueIndex.OVERFLOW)
                        | (regs.readl(SmmuRegisters.PRIQ_PROD) & QueueIndex.OVERFLOW);
        regs.writel(cons, SmmuRegisters.PRIQ_CONS);
    }

    long pulses() {
        return smmu.interrupt("priq").pulses();
    }
}
