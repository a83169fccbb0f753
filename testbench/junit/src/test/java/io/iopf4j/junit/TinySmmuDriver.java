// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.List;

/** A driver that tests of the testbench bring: reports stalls, and resumes what it is told to. */
final class TinySmmuDriver implements AutoCloseable {
    static final int LOG2 = 4;
    static int closed;

    private final Mmio mmio;
    private final IommuCore core;
    private final DmaMemory commands;
    private final DmaMemory events;
    private int commandProd;
    private int eventCons;

    TinySmmuDriver(final PlatformDevice platform, final Kernel kernel, final IommuCore core) {
        this.mmio = platform.mmio();
        this.core = core;
        commands = platform.dma().allocCoherent((long) Commands.BYTES << LOG2);
        events = platform.dma().allocCoherent((long) Events.BYTES << LOG2);
        mmio.writeq(commands.dmaAddress() | LOG2, SmmuRegisters.CMDQ_BASE);
        mmio.writeq(events.dmaAddress() | LOG2, SmmuRegisters.EVENTQ_BASE);
        kernel.requestThreadedIrq(platform.interrupt("eventq"), null, this::takeEvents);
        mmio.writel(SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN, SmmuRegisters.IRQ_CTRL);
        mmio.writel(
                SmmuRegisters.CR0_CMDQEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_SMMUEN,
                SmmuRegisters.CR0);
    }

    private void takeEvents() {
        while (!QueueIndex.isEmpty(mmio.readl(SmmuRegisters.EVENTQ_PROD), eventCons, LOG2)) {
            final long at = (long) Events.BYTES * QueueIndex.index(eventCons, LOG2);
            final long word0 = events.getLong(at);
            final long word1 = events.getLong(at + 8);
            if ((word1 & Events.STALL) != 0) {
                report(Events.streamId(word0), Events.stag(word1), events.getLong(at + 16));
            }
            eventCons = QueueIndex.advance(eventCons, 1, LOG2);
            mmio.writel(eventCons, SmmuRegisters.EVENTQ_CONS);
        }
    }

    private void report(final int sid, final int stag, final long address) {
        final IommuDevice dev =
                new IommuDevice("dev-" + sid, null, new IommuFwspec(List.of(sid), true, 0));
        final IommuFault fault =
                new IommuFault()
                        .pageRequest(
                                IommuFault.FLAG_LAST_PAGE, 0, stag, IommuFault.PERM_READ, address);
        if (core.reportDeviceFault(dev, fault) != 0) {
            resume(sid, stag, Commands.RESUME_ABORT);
        }
    }

    void resume(final int sid, final int stag, final int action) {
        submit(Commands.resume(sid, action), stag);
    }

    void submit(final long word0, final long word1) {
        final long at = (long) Commands.BYTES * QueueIndex.index(commandProd, LOG2);
        commands.putLong(at, word0);
        commands.putLong(at + 8, word1);
        commandProd = QueueIndex.advance(commandProd, 1, LOG2);
        mmio.writel(commandProd, SmmuRegisters.CMDQ_PROD);
    }

    @Override
    public void close() {
        closed++;
    }
}
