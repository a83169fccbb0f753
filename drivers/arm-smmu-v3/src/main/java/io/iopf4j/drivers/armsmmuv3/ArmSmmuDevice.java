// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One SMMU under this driver: {@code struct arm_smmu_device} of Linux 6.12, its probe and reset.
 * Probe and remove on one thread; the operations as {@link ArmSmmuOps} says.
 */
public final class ArmSmmuDevice implements AutoCloseable {
    /** CR1: tables and queues inner shareable, write-back. */
    private static final int CR1_WRITE_BACK_ISH = 0xd75;

    private final PlatformDevice platform;
    private final Mmio mmio;
    private final Kernel kernel;
    private final ArmSmmuResources resources;
    private final ArmSmmuControl control;
    private final ArmSmmuFaultPath.Factory faultPaths;
    private ArmSmmuFeatures features;
    private ArmSmmuCommandQueue commandQueue;
    private final ReentrantLock eventsTaken = new ReentrantLock();
    private ArmSmmuFaultPath faultPath;
    private ArmSmmuPriThread priThread;
    private ArmSmmuGlobalErrors globalErrors;
    private ArmSmmuStreamTable streamTable;
    private ArmSmmuStreams streams;
    private ArmSmmuMasterTables tables;
    private ArmSmmuIds asids;
    private ArmSmmuIds vmids;
    private IopfQueue iopfQueue;
    private ArmSmmuOps ops;
    private FaultGeneration generation;
    private int error;

    private ArmSmmuDevice(
            final PlatformDevice platform,
            final Kernel kernel,
            final ArmSmmuFaultPath.Factory faultPaths) {
        this.platform = platform;
        this.mmio = platform.mmio();
        this.kernel = kernel;
        this.faultPaths = faultPaths;
        this.resources = new ArmSmmuResources(platform, kernel);
        this.control = new ArmSmmuControl(mmio, kernel, platform.name());
    }

    /**
     * Takes over an SMMU for a kernel at EL1, with this driver's own fault path.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @return the device; see {@link #probe(PlatformDevice, Kernel, IommuCore,
     *     ArmSmmuFaultPath.Factory, ArmSmmuOptions)}
     */
    public static ArmSmmuDevice probe(
            final PlatformDevice platform, final Kernel kernel, final IommuCore core) {
        return probe(platform, kernel, core, ArmSmmuFaultPath.inJava());
    }

    /**
     * Takes over an SMMU for a kernel at EL1, with any fault path.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @param faultPaths makes its fault path
     * @return the device; see {@link #probe(PlatformDevice, Kernel, IommuCore,
     *     ArmSmmuFaultPath.Factory, ArmSmmuOptions)}
     */
    public static ArmSmmuDevice probe(
            final PlatformDevice platform,
            final Kernel kernel,
            final IommuCore core,
            final ArmSmmuFaultPath.Factory faultPaths) {
        return probe(platform, kernel, core, faultPaths, ArmSmmuOptions.DEFAULT);
    }

    /**
     * Takes over an SMMU: {@code arm_smmu_device_probe()}. On return it translates, and every
     * stream aborts until a domain is attached. If probing fails, memory and interrupts are given
     * back; memory is not if the hardware does not acknowledge that it has let go of it.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @param faultPaths makes its fault path
     * @param options what else the driver is told
     * @return the device; {@link #error()} is 0, or the negative errno why probing failed ({@code
     *     -ENXIO} hardware that the driver cannot drive, {@code -ENOMEM}, {@code -ETIMEDOUT} it
     *     does not acknowledge, {@code -EOPNOTSUPP} a core whose rules the fault path does not
     *     know, or what the fault path refused with)
     */
    public static ArmSmmuDevice probe(
            final PlatformDevice platform,
            final Kernel kernel,
            final IommuCore core,
            final ArmSmmuFaultPath.Factory faultPaths,
            final ArmSmmuOptions options) {
        final ArmSmmuDevice smmu = new ArmSmmuDevice(platform, kernel, faultPaths);
        smmu.error = smmu.init(core, options);
        if (smmu.error == 0) {
            smmu.error = smmu.reset();
        }
        if (smmu.error != 0) {
            kernel.log().err(platform.name(), "probe failed: " + Errno.nameOf(smmu.error));
            smmu.letGo();
        }
        return smmu;
    }

    /**
     * How probing went.
     *
     * @return 0 or a negative errno
     */
    public int error() {
        return error;
    }

    /**
     * What it offers to the core.
     *
     * @return the operations, or null if probing failed
     */
    public IommuOps ops() {
        return error == 0 ? ops : null;
    }

    /**
     * Capacity of its stall buffer, IDR5.STALL_MAX: what a quota can be a fraction of.
     *
     * @return most stalled transactions, over all streams
     */
    public int maxStalls() {
        return features.maxStalls();
    }

    /**
     * Size of its event queue.
     *
     * @return entries
     */
    public int eventQueueEntries() {
        return 1 << features.eventQueueLog2();
    }

    /**
     * How often the hardware said that it had dropped events.
     *
     * @return a count since probing
     */
    public long eventsLostNotices() {
        return faultPath.lostNotices();
    }

    /**
     * How often the hardware said that it had dropped page requests.
     *
     * @return a count since probing; 0 without PRI
     */
    public long requestsLostNotices() {
        return priThread == null ? 0 : priThread.lostNotices();
    }

    /** Lets the hardware go: {@code arm_smmu_device_remove()}. All accesses then follow GBPA. */
    public void remove() {
        letGo();
        if (tables != null) {
            tables.close();
        }
    }

    /**
     * Gives back what the fault path holds and leaves the hardware as it is: for a machine that is
     * thrown away. Nothing may run any more. Closing it again does nothing.
     */
    @Override
    public void close() {
        if (faultPath != null) {
            faultPath.remove();
        }
    }

    private void letGo() {
        final boolean isOff = !control.isAnythingEnabled() || control.disable() == 0;
        resources.freeIrqs();
        if (commandQueue != null) {
            commandQueue.shutDown();
        }
        if (iopfQueue != null) {
            iopfQueue.free();
        }
        close();
        if (isOff) {
            if (streamTable != null) {
                streamTable.free();
            }
            resources.freeMemory();
        }
    }

    // ---- Probe ----------------------------------------------------------------------------------

    private int init(final IommuCore core, final ArmSmmuOptions options) {
        final int[] refusal = new int[1];
        features = ArmSmmuFeatures.read(platform, kernel.log(), options, refusal);
        if (features == null) {
            return refusal[0];
        }
        if (core.generation() != FaultGeneration.LINUX_6_12
                && !faultPaths.abilities().contains(ArmSmmuFaultPath.Ability.EARLIER_GENERATIONS)) {
            kernel.log().err(platform.name(), "the fault path knows the rules of 6.12 alone");
            return -Errno.EOPNOTSUPP;
        }
        int ret = initQueues(core);
        if (ret == 0) {
            ret = faultPath.probe();
        }
        if (ret != 0) {
            return ret;
        }
        streamTable =
                ArmSmmuStreamTable.alloc(
                        platform.dma(), features, commandQueue, kernel.log(), platform.name());
        if (streamTable == null) {
            return -Errno.ENOMEM;
        }
        tables =
                new ArmSmmuMasterTables(
                        features,
                        streamTable,
                        commandQueue,
                        platform.dma(),
                        kernel.log(),
                        platform.name());
        asids = new ArmSmmuIds(features.asidBits());
        vmids = new ArmSmmuIds(features.vmidBits());
        iopfQueue = core.iopfQueueAlloc(platform.name());
        generation = core.generation();
        ops = new ArmSmmuOps(this);
        return 0;
    }

    private int initQueues(final IommuCore core) {
        final DmaMemory commandMemory =
                resources.alloc(Commands.BYTES, features.commandQueueLog2());
        final DmaMemory eventMemory = resources.alloc(Events.BYTES, features.eventQueueLog2());
        final DmaMemory priMemory =
                features.pri() ? resources.alloc(PriEntry.BYTES, features.priQueueLog2()) : null;
        if (commandMemory == null || eventMemory == null || (features.pri() && priMemory == null)) {
            return -Errno.ENOMEM;
        }
        streams = new ArmSmmuStreams();
        commandQueue =
                new ArmSmmuCommandQueue(
                        mmio,
                        kernel,
                        platform.name(),
                        commandMemory,
                        features.commandQueueLog2(),
                        features.pollsMessages());
        faultPath =
                faultPaths.create(
                        new ArmSmmuFaultServices(
                                mmio,
                                eventMemory,
                                features.eventQueueLog2(),
                                platform.dma(),
                                kernel,
                                platform.name(),
                                core,
                                streams,
                                commandQueue::issue));
        if (features.pri()) {
            priThread =
                    new ArmSmmuPriThread(
                            mmio,
                            kernel,
                            platform.name(),
                            priMemory,
                            features.priQueueLog2(),
                            commandQueue);
        }
        globalErrors =
                new ArmSmmuGlobalErrors(mmio, kernel.log(), platform.name(), control, commandQueue);
        return 0;
    }

    // ---- Reset: arm_smmu_device_reset() ---------------------------------------------------------

    private int reset() {
        if (control.isTranslating()) {
            kernel.log().warn(platform.name(), "SMMU currently enabled! Resetting...");
            control.abortWhenDisabled();
        }
        int ret = control.disable();
        if (ret != 0) {
            return ret;
        }
        mmio.writel(CR1_WRITE_BACK_ISH, SmmuRegisters.CR1);
        mmio.writel(
                SmmuRegisters.CR2_PTM
                        | SmmuRegisters.CR2_RECINVSID
                        | (features.e2h() ? SmmuRegisters.CR2_E2H : 0),
                SmmuRegisters.CR2);
        streamTable.programRegisters(mmio);

        commandQueue.programRegisters();
        ret = control.enable(SmmuRegisters.CR0_CMDQEN);
        if (ret == 0) {
            ret = forgetEverything();
        }
        if (ret != 0) {
            return ret;
        }
        faultPath.programRegisters();
        ret = control.enable(SmmuRegisters.CR0_EVENTQEN);
        if (ret == 0 && features.pri()) {
            priThread.programRegisters();
            ret = control.enable(SmmuRegisters.CR0_PRIQEN);
        }
        if (ret == 0 && features.ats()) {
            ret = control.enable(SmmuRegisters.CR0_ATSCHK);
        }
        if (ret == 0) {
            ret = setupIrqs();
        }
        return ret == 0 ? control.enable(SmmuRegisters.CR0_SMMUEN) : ret;
    }

    /** Whatever a former owner left in caches must go before the first lookup. */
    private int forgetEverything() {
        int ret = commandQueue.issueWithSync(CmdqOp.CFGI_STE_RANGE, Commands.RANGE_ALL);
        if (ret == 0 && features.hyp()) {
            ret = commandQueue.issueWithSync(CmdqOp.TLBI_EL2_ALL, 0);
        }
        return ret == 0 ? commandQueue.issueWithSync(CmdqOp.TLBI_NSNH_ALL, 0) : ret;
    }

    /** {@code arm_smmu_setup_irqs()}; by wires alone, though the SMMU may know messages. */
    private int setupIrqs() {
        final int ret = control.enableIrqs(0);
        if (ret != 0) {
            return ret;
        }
        if (platform.interrupt("combined") != null) {
            resources.requestIrq("combined", this::handleCombined, this::runThreads);
        } else {
            forgetMessages();
            resources.requestIrq("eventq", null, this::handleEvents);
            resources.requestIrq("gerror", this::handleGlobalErrors, null);
            if (features.pri()) {
                resources.requestIrq("priq", null, priThread::run);
            }
        }
        return control.enableIrqs(
                SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN
                        | SmmuRegisters.IRQ_CTRL_GERROR_IRQEN
                        | (features.pri() ? SmmuRegisters.IRQ_CTRL_PRIQ_IRQEN : 0));
    }

    /** {@code arm_smmu_setup_msis()}: no message goes where a former owner wanted it. */
    private void forgetMessages() {
        mmio.writeq(0, SmmuRegisters.GERROR_IRQ_CFG0);
        mmio.writeq(0, SmmuRegisters.EVENTQ_IRQ_CFG0);
        if (features.pri()) {
            mmio.writeq(0, SmmuRegisters.PRIQ_IRQ_CFG0);
        }
    }

    private boolean handleGlobalErrors() {
        globalErrors.handle();
        return false;
    }

    private boolean handleCombined() {
        globalErrors.handle();
        return true;
    }

    private void runThreads() {
        handleEvents();
        if (features.pri()) {
            priThread.run();
        }
    }

    // ---- For the operations and domains of this package -----------------------------------------

    PlatformDevice platform() {
        return platform;
    }

    void warn(final String message) {
        kernel.log().warn(platform.name(), message);
    }

    ArmSmmuFeatures features() {
        return features;
    }

    ArmSmmuCommandQueue commandQueue() {
        return commandQueue;
    }

    ArmSmmuFaultPath faultPath() {
        return faultPath;
    }

    /** Whether the fault path says what it is reporting, so that stalls can be ended meanwhile. */
    boolean canDrain() {
        return faultPaths.abilities().contains(ArmSmmuFaultPath.Ability.DRAIN);
    }

    ArmSmmuStreamTable streamTable() {
        return streamTable;
    }

    ArmSmmuMasterTables tables() {
        return tables;
    }

    ArmSmmuStreams streams() {
        return streams;
    }

    ArmSmmuIds asids() {
        return asids;
    }

    ArmSmmuIds vmids() {
        return vmids;
    }

    FaultGeneration generation() {
        return generation;
    }

    IopfQueue iopfQueue() {
        return iopfQueue;
    }

    /**
     * The event queue's interrupt thread, whose place {@link #synchronizeEvents} may have taken.
     */
    private void handleEvents() {
        eventsTaken.lock();
        try {
            faultPath.handleEvents();
        } finally {
            eventsTaken.unlock();
        }
    }

    /** Whether the caller takes records off the event queue, further down on his stack. */
    boolean takesEvents() {
        return eventsTaken.isHeldByCurrentThread();
    }

    /**
     * Sees to it that the event queue's records up to now have been taken, also those whose
     * interrupt never came. Within a report it is the thread itself that goes on afterwards; once
     * the interrupts are given back nothing may be read any more.
     */
    void synchronizeEvents() {
        resources.synchronizeIrqs();
        if (!resources.hasIrqs() || takesEvents()) {
            return;
        }
        if (eventsTaken.tryLock()) {
            try {
                faultPath.handleEvents();
            } finally {
                eventsTaken.unlock();
            }
        } else {
            resources.synchronizeIrqs();
        }
    }
}
