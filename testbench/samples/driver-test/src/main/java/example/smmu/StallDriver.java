// SPDX-License-Identifier: Apache-2.0
package example.smmu;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.HashMap;
import java.util.Map;

/**
 * The part of an SMMUv3 driver that deals with stalls: it reports each, and resumes it when it is
 * answered. Somebody else makes the stream table.
 */
public final class StallDriver implements AutoCloseable {
    private static final int LOG2 = 4;

    private final PlatformDevice platform;
    private final Kernel kernel;
    private final IommuCore core;
    private final Mmio mmio;
    private final InterruptLine line;
    private final DmaMemory commands;
    private final DmaMemory events;
    private final Map<Integer, IommuDevice> devices = new HashMap<>();
    private int commandProd;
    private int eventCons;

    /**
     * Sets the queues up and lets the SMMU translate.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where stalls are reported
     */
    public StallDriver(final PlatformDevice platform, final Kernel kernel, final IommuCore core) {
        this.platform = platform;
        this.kernel = kernel;
        this.core = core;
        mmio = platform.mmio();
        commands = platform.dma().allocCoherent((long) Commands.BYTES << LOG2);
        events = platform.dma().allocCoherent((long) Events.BYTES << LOG2);
        mmio.writeq(commands.dmaAddress() | LOG2, SmmuRegisters.CMDQ_BASE);
        mmio.writel(0, SmmuRegisters.CMDQ_PROD);
        mmio.writel(0, SmmuRegisters.CMDQ_CONS);
        mmio.writeq(events.dmaAddress() | LOG2, SmmuRegisters.EVENTQ_BASE);
        mmio.writel(0, SmmuRegisters.EVENTQ_PROD);
        mmio.writel(0, SmmuRegisters.EVENTQ_CONS);
        line = platform.interrupt("eventq");
        kernel.requestThreadedIrq(line, null, this::takeEvents);
        mmio.writel(SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN, SmmuRegisters.IRQ_CTRL);
        mmio.writel(
                SmmuRegisters.CR0_CMDQEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_SMMUEN,
                SmmuRegisters.CR0);
    }

    /**
     * Lets a device's stalls be reported.
     *
     * @param device the device, of one StreamID
     */
    public void add(final IommuDevice device) {
        devices.put(device.fwspec().ids().get(0), device);
    }

    /**
     * Answers a stall.
     *
     * @param device the device that stalls
     * @param stag the stall's tag, which was reported as the group
     * @param code a {@link PageResponseCode}
     */
    public void respond(final IommuDevice device, final int stag, final int code) {
        resume(
                device.fwspec().ids().get(0),
                stag,
                code == PageResponseCode.SUCCESS ? Commands.RESUME_RETRY : Commands.RESUME_ABORT);
    }

    /** The event queue's interrupt thread: until the queue is empty, as it may fill meanwhile. */
    private void takeEvents() {
        int prod = mmio.readl(SmmuRegisters.EVENTQ_PROD);
        while (!QueueIndex.isEmpty(prod, eventCons, LOG2)) {
            final long at = (long) Events.BYTES * QueueIndex.index(eventCons, LOG2);
            takeEvent(events.getLong(at), events.getLong(at + 8), events.getLong(at + 16));
            // The overflow flag goes back as it came: that acknowledges it.
            eventCons =
                    QueueIndex.advance(eventCons, 1, LOG2) & ~QueueIndex.OVERFLOW
                            | prod & QueueIndex.OVERFLOW;
            mmio.writel(eventCons, SmmuRegisters.EVENTQ_CONS);
            prod = mmio.readl(SmmuRegisters.EVENTQ_PROD);
        }
    }

    private void takeEvent(final long word0, final long word1, final long address) {
        final int sid = Events.streamId(word0);
        if ((word1 & Events.STALL) == 0) {
            kernel.log().err(platform.name(), "event " + Events.number(word0) + " of " + sid);
        } else if (report(devices.get(sid), word1, address) != 0) {
            resume(sid, Events.stag(word1), Commands.RESUME_ABORT);
        }
    }

    private int report(final IommuDevice device, final long word1, final long address) {
        if (device == null) {
            return -Errno.ENODEV;
        }
        final int perm = (word1 & Events.RNW) != 0 ? IommuFault.PERM_READ : IommuFault.PERM_WRITE;
        return core.reportDeviceFault(
                device,
                new IommuFault()
                        .pageRequest(
                                IommuFault.FLAG_LAST_PAGE, 0, Events.stag(word1), perm, address));
    }

    /** No wait for room: a command is consumed before the doorbell's store returns. */
    private void resume(final int sid, final int stag, final int action) {
        final long at = (long) Commands.BYTES * QueueIndex.index(commandProd, LOG2);
        commands.putLong(at, Commands.resume(sid, action));
        commands.putLong(at + 8, stag);
        commandProd = QueueIndex.advance(commandProd, 1, LOG2);
        mmio.writel(commandProd, SmmuRegisters.CMDQ_PROD);
    }

    /** Turns the SMMU off; it ends what still stalls. */
    @Override
    public void close() {
        mmio.writel(0, SmmuRegisters.CR0);
        kernel.freeIrq(line);
        platform.dma().freeCoherent(events);
        platform.dma().freeCoherent(commands);
    }
}
