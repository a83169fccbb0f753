// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * One SMMU under this driver: {@code struct arm_smmu_device} of Linux 6.12, its probe and reset.
 * Probe and remove on one thread; the operations as {@link ArmSmmuOps} says.
 */
public final class ArmSmmuDevice {
    /** CR1: tables and queues inner shareable, write-back. */
    private static final int CR1_WRITE_BACK_ISH = 0xd75;

    private static final String EVENT_IRQ = "eventq";
    private static final long ACK_TIMEOUT_US = 1_000_000;
    private static final int GERROR_HANDLED = 0x1fd;

    private final PlatformDevice platform;
    private final Mmio mmio;
    private final Kernel kernel;
    private ArmSmmuFeatures features;
    private ArmSmmuCommandQueue commandQueue;
    private ArmSmmuEventThread eventThread;
    private ArmSmmuStreamTable streamTable;
    private ArmSmmuStreams streams;
    private IopfQueue iopfQueue;
    private ArmSmmuOps ops;
    private FaultGeneration generation;
    private int lastAsid;
    private int error;

    private ArmSmmuDevice(final PlatformDevice platform, final Kernel kernel) {
        this.platform = platform;
        this.mmio = platform.mmio();
        this.kernel = kernel;
    }

    /**
     * Takes over an SMMU: {@code arm_smmu_device_probe()}. On return it translates, and every
     * stream aborts until a domain is attached.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @return the device; {@link #error()} is 0, or the negative errno why probing failed ({@code
     *     -ENXIO} hardware that the driver cannot drive, {@code -ENOMEM}, {@code -ETIMEDOUT} it
     *     does not acknowledge)
     */
    public static ArmSmmuDevice probe(
            final PlatformDevice platform, final Kernel kernel, final IommuCore core) {
        final ArmSmmuDevice smmu = new ArmSmmuDevice(platform, kernel);
        smmu.error = smmu.init(core);
        if (smmu.error == 0) {
            smmu.error = smmu.reset();
        }
        if (smmu.error != 0) {
            kernel.log().err(platform.name(), "probe failed: " + Errno.nameOf(smmu.error));
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
        return eventThread.lostNotices();
    }

    /** Lets the hardware go: {@code arm_smmu_device_remove()}. All accesses then follow GBPA. */
    public void remove() {
        writeAcknowledged(0, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        freeIrq(EVENT_IRQ);
        freeIrq("gerror");
        iopfQueue.free();
    }

    // ---- Probe ----------------------------------------------------------------------------------

    private int init(final IommuCore core) {
        final int[] refusal = new int[1];
        features = ArmSmmuFeatures.read(mmio, refusal);
        if (features == null) {
            return refusal[0];
        }
        final DmaMemory commandMemory = queueMemory(Commands.BYTES, features.commandQueueLog2());
        final DmaMemory eventMemory = queueMemory(Events.BYTES, features.eventQueueLog2());
        final DmaMemory tableMemory = queueMemory(StreamTableEntry.BYTES, features.sidBits());
        if (commandMemory == null || eventMemory == null || tableMemory == null) {
            return -Errno.ENOMEM;
        }
        streams = new ArmSmmuStreams(features.sidBits());
        commandQueue =
                new ArmSmmuCommandQueue(
                        mmio, kernel, platform.name(), commandMemory, features.commandQueueLog2());
        eventThread =
                new ArmSmmuEventThread(
                        mmio,
                        kernel.log(),
                        platform.name(),
                        eventMemory,
                        features.eventQueueLog2(),
                        streams,
                        core);
        streamTable = new ArmSmmuStreamTable(tableMemory, features.sidBits(), commandQueue);
        iopfQueue = core.iopfQueueAlloc(platform.name());
        generation = core.generation();
        ops = new ArmSmmuOps(this);
        return 0;
    }

    private DmaMemory queueMemory(final int entryBytes, final int log2Size) {
        return platform.dma().allocCoherent((long) entryBytes << log2Size);
    }

    // ---- Reset: arm_smmu_device_reset() ---------------------------------------------------------

    private int reset() {
        if ((mmio.readl(SmmuRegisters.CR0) & SmmuRegisters.CR0_SMMUEN) != 0) {
            kernel.log().warn(platform.name(), "SMMU currently enabled! Resetting...");
            updateGbpa(SmmuRegisters.GBPA_ABORT);
        }
        int ret = writeAcknowledged(0, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        if (ret != 0) {
            return ret;
        }
        mmio.writel(CR1_WRITE_BACK_ISH, SmmuRegisters.CR1);
        mmio.writel(SmmuRegisters.CR2_PTM | SmmuRegisters.CR2_RECINVSID, SmmuRegisters.CR2);
        streamTable.programRegisters(mmio);

        commandQueue.programRegisters();
        int enables = SmmuRegisters.CR0_CMDQEN;
        ret = writeAcknowledged(enables, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        if (ret == 0) {
            ret = forgetEverything();
        }
        if (ret != 0) {
            return ret;
        }
        eventThread.programRegisters();
        enables |= SmmuRegisters.CR0_EVENTQEN;
        ret = writeAcknowledged(enables, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        if (ret == 0) {
            ret = setupIrqs();
        }
        if (ret != 0) {
            return ret;
        }
        enables |= SmmuRegisters.CR0_SMMUEN;
        return writeAcknowledged(enables, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
    }

    /** Whatever a former owner left in caches must go before the first lookup. */
    private int forgetEverything() {
        int ret = commandQueue.issueWithSync(CmdqOp.CFGI_STE_RANGE, Commands.RANGE_ALL);
        if (ret == 0 && features.hyp()) {
            ret = commandQueue.issueWithSync(CmdqOp.TLBI_EL2_ALL, 0);
        }
        return ret == 0 ? commandQueue.issueWithSync(CmdqOp.TLBI_NSNH_ALL, 0) : ret;
    }

    private int setupIrqs() {
        int ret = writeAcknowledged(0, SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK);
        if (ret != 0) {
            return ret;
        }
        ret = requestIrq(EVENT_IRQ, false);
        if (ret == 0) {
            ret = requestIrq("gerror", true);
        }
        return ret != 0
                ? ret
                : writeAcknowledged(
                        SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN | SmmuRegisters.IRQ_CTRL_GERROR_IRQEN,
                        SmmuRegisters.IRQ_CTRL,
                        SmmuRegisters.IRQ_CTRLACK);
    }

    private int requestIrq(final String name, final boolean isHard) {
        final InterruptLine line = platform.interrupt(name);
        if (line == null) {
            kernel.log().warn(platform.name(), "no " + name + " irq");
            return 0;
        }
        return isHard
                ? kernel.requestThreadedIrq(line, this::handleGlobalErrors, null)
                : kernel.requestThreadedIrq(line, null, eventThread::run);
    }

    private void freeIrq(final String name) {
        final InterruptLine line = platform.interrupt(name);
        if (line != null) {
            kernel.freeIrq(line);
        }
    }

    /** {@code arm_smmu_write_reg_sync()}: the update has taken effect once ACK shows it. */
    private int writeAcknowledged(final int value, final int register, final int ack) {
        mmio.writel(value, register);
        for (long waitedUs = 0; waitedUs <= ACK_TIMEOUT_US; waitedUs++) {
            if (mmio.readl(ack) == value) {
                return 0;
            }
            kernel.udelay(1);
        }
        return -Errno.ETIMEDOUT;
    }

    /** {@code arm_smmu_update_gbpa()}: a store while Update reads 1 would be ignored. */
    private void updateGbpa(final int set) {
        if (isGbpaUpdated()) {
            mmio.writel(
                    mmio.readl(SmmuRegisters.GBPA) | set | SmmuRegisters.GBPA_UPDATE,
                    SmmuRegisters.GBPA);
            if (isGbpaUpdated()) {
                return;
            }
        }
        kernel.log().err(platform.name(), "GBPA not responding to update");
    }

    private boolean isGbpaUpdated() {
        for (long waitedUs = 0; waitedUs <= ACK_TIMEOUT_US; waitedUs++) {
            if ((mmio.readl(SmmuRegisters.GBPA) & SmmuRegisters.GBPA_UPDATE) == 0) {
                return true;
            }
            kernel.udelay(1);
        }
        return false;
    }

    // ---- Global errors: arm_smmu_gerror_handler() -----------------------------------------------

    private boolean handleGlobalErrors() {
        final int gerror = mmio.readl(SmmuRegisters.GERROR);
        final int active = (gerror ^ mmio.readl(SmmuRegisters.GERRORN)) & GERROR_HANDLED;
        if (active == 0) {
            return false;
        }
        kernel.log()
                .warn(
                        platform.name(),
                        "unexpected global error reported (0x"
                                + Integer.toHexString(active)
                                + "), this could be serious");
        if ((active & SmmuRegisters.GERROR_SFM_ERR) != 0) {
            kernel.log().err(platform.name(), "device has entered Service Failure Mode!");
            writeAcknowledged(0, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        }
        if ((active & SmmuRegisters.GERROR_EVENTQ_ABT_ERR) != 0) {
            kernel.log().err(platform.name(), "EVTQ write aborted -- events may have been lost");
        }
        if ((active & SmmuRegisters.GERROR_CMDQ_ERR) != 0) {
            commandQueue.skipError();
        }
        mmio.writel(gerror, SmmuRegisters.GERRORN);
        return false;
    }

    // ---- For the operations and domains of this package -----------------------------------------

    PlatformDevice platform() {
        return platform;
    }

    Kernel kernel() {
        return kernel;
    }

    ArmSmmuFeatures features() {
        return features;
    }

    ArmSmmuCommandQueue commandQueue() {
        return commandQueue;
    }

    ArmSmmuStreamTable streamTable() {
        return streamTable;
    }

    ArmSmmuStreams streams() {
        return streams;
    }

    FaultGeneration generation() {
        return generation;
    }

    /** Waits until the event queue's records up to now have been taken. */
    void synchronizeEvents() {
        kernel.synchronizeIrq(platform.interrupt(EVENT_IRQ));
    }

    IopfQueue iopfQueue() {
        return iopfQueue;
    }

    /** ASIDs count from 1; there are as many domains in a bench as fit into 16 bits. */
    synchronized int allocAsid() {
        return ++lastAsid & 0xffff;
    }

    /** Writes every stream table entry of a master. */
    void installSte(final ArmSmmuMaster master, final long word0, final long word1) {
        for (final int sid : master.streamIds()) {
            streamTable.write(sid, word0, word1);
        }
    }

    /**
     * Makes a master's streams use its table of contexts ({@code arm_smmu_make_cdtable_ste}).
     *
     * @param s1Dss what becomes of accesses without SubstreamID, an {@code S1DSS_} value
     */
    void installCdTable(final ArmSmmuMaster master, final int s1Dss) {
        installSte(
                master,
                StreamTableEntry.word0(
                        StreamTableEntry.CONFIG_S1,
                        master.cdTable().dmaAddress(),
                        master.ssidBits()),
                s1Dss | StreamTableEntry.S1C_WRITE_BACK_ISH | stallDisable(master));
        master.setCdTableInSte(true);
    }

    /** S1STALLD keeps a context that could stall from doing so where the device must not. */
    long stallDisable(final ArmSmmuMaster master) {
        return features.stalls() && !features.stallForced() && !master.isStallEnabled()
                ? StreamTableEntry.S1STALLD
                : 0;
    }
}
