// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * One remapping unit under this driver: {@code struct intel_iommu} of Linux 6.12, its bring-up
 * ({@code init_dmars()}) and its end. Probe and remove on one thread; the operations as {@code
 * IntelOps} says.
 *
 * <p>What of the hardware is used depends on the kernel whose contract the core keeps: 2017 knows
 * the extended tables of revision 2 and no scalable mode of its own, and is given 6.1's ways where
 * the hardware has scalable mode; all others do not know extended tables.
 */
public final class IntelIommu {
    private static final long ROOT_TABLE_BYTES = 4096;

    private final PlatformDevice platform;
    private final Mmio mmio;
    private final Kernel kernel;
    private final IommuCore core;
    private final IntelOptions options;
    private final IntelResources resources;
    private final IntelControl control;
    private final DeviceTable devices = new DeviceTable();
    private VtdCapabilities capabilities;
    private FaultGeneration generation;
    private boolean isScalable;
    private boolean isExtended;
    private DomainIds domainIds;
    private DmaMemory rootTable;
    private Qi qi;
    private QiFlush flush;
    private IntelFaultThread faultThread;
    private IntelInterrupt faultInterrupt;
    private PageRequestQueue pageRequestQueue;
    private IntelOps ops;
    private int error;
    private volatile boolean isGone;
    private volatile boolean isOff;

    private IntelIommu(
            final PlatformDevice platform,
            final Kernel kernel,
            final IommuCore core,
            final IntelOptions options) {
        this.platform = platform;
        this.mmio = platform.mmio();
        this.kernel = kernel;
        this.core = core;
        this.options = options;
        this.resources = new IntelResources(platform.dma());
        this.control = new IntelControl(mmio, kernel, platform.name());
    }

    /**
     * Takes over a unit as Linux 6.12 does by default.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @return the unit; see {@link #probe(PlatformDevice, Kernel, IommuCore, IntelOptions)}
     */
    public static IntelIommu probe(
            final PlatformDevice platform, final Kernel kernel, final IommuCore core) {
        return probe(platform, kernel, core, IntelOptions.DEFAULT);
    }

    /**
     * Takes over a unit: {@code init_dmars()}. On return it translates, and every requester is
     * refused until its device is probed. If probing fails, memory and interrupts are given back;
     * memory is not if the hardware does not acknowledge that it has let go of it.
     *
     * @param platform the hardware
     * @param kernel the kernel's services
     * @param core where faults are reported
     * @param options what else the driver is told
     * @return the unit; {@link #error()} is 0, or the negative errno why probing failed ({@code
     *     -ENXIO} hardware that the driver cannot drive, {@code -EINVAL} an interrupt is missing,
     *     {@code -EBUSY} one is taken, {@code -ENOMEM}, {@code -ETIMEDOUT} it does not acknowledge)
     */
    public static IntelIommu probe(
            final PlatformDevice platform,
            final Kernel kernel,
            final IommuCore core,
            final IntelOptions options) {
        final IntelIommu iommu = new IntelIommu(platform, kernel, core, options);
        iommu.error = iommu.init();
        if (iommu.error != 0) {
            kernel.log().err(platform.name(), "probe failed: " + Errno.nameOf(iommu.error));
            iommu.letGo();
        }
        return iommu;
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
     * Size of its page request queue.
     *
     * @return entries, of which one stays free; 0 without page requests
     */
    public int pageRequestQueueEntries() {
        return pageRequestQueue == null ? 0 : pageRequestQueue.entries();
    }

    /**
     * How often it found PRS.PRO set.
     *
     * @return a count since probing; 0 without page requests, and in 2017, which does not look
     */
    public long overflowNotices() {
        return pageRequestQueue == null ? 0 : pageRequestQueue.overflowNotices();
    }

    /**
     * Lets the hardware go. All accesses then pass untranslated. Devices and domains may be there
     * still: they can be detached, released and freed; for all else the unit is {@code -ENODEV}.
     */
    public void remove() {
        letGo();
    }

    // ---- Bring-up -------------------------------------------------------------------------------

    private int init() {
        int ret = readCapabilities();
        if (ret == 0) {
            ret = enableQueue();
        }
        if (ret == 0) {
            domainIds = new DomainIds(capabilities.domainIdBits());
            ret = stopFormerOwner();
        }
        if (ret == 0) {
            ret = setRootTable();
        }
        if (ret == 0 && hasPageRequests()) {
            pageRequestQueue = new PageRequestQueue(this);
            ret = pageRequestQueue.enable();
        }
        if (ret == 0) {
            ret = enableFaultInterrupt();
        }
        if (ret == 0) {
            ops = new IntelOps(this);
            ret = control.enable(VtdRegisters.TE);
        }
        if (ret == 0 && hasProtectedMemory()) {
            ret = control.disableProtectedMemory();
        }
        return ret;
    }

    private int readCapabilities() {
        capabilities =
                new VtdCapabilities(mmio.readq(VtdRegisters.CAP), mmio.readq(VtdRegisters.ECAP));
        final int version = mmio.readl(VtdRegisters.VER);
        if (capabilities.cap() == -1 && capabilities.ecap() == -1) {
            kernel.log().warn(platform.name(), "reads as all ones: no unit is there");
            return -Errno.ENXIO;
        }
        kernel.log()
                .info(
                        platform.name(),
                        "ver %d:%d cap %x ecap %x",
                        version >>> 4 & 0xf,
                        version & 0xf,
                        capabilities.cap(),
                        capabilities.ecap());
        if (mmio.sizeBytes() < capabilities.windowBytes()
                || !capabilities.hasEcap(VtdCapabilities.QI)) {
            // Linux falls back to invalidation by registers, which no unit with PASIDs needs.
            kernel.log().err(platform.name(), "registers or queued invalidation are missing");
            return -Errno.ENXIO;
        }
        generation = core.generation();
        isScalable = options.scalable() && capabilities.hasEcap(VtdCapabilities.SMTS);
        isExtended =
                generation == FaultGeneration.SERIES_2017
                        && capabilities.hasEcap(VtdCapabilities.ECS)
                        && !capabilities.hasEcap(VtdCapabilities.SMTS);
        control.mirror();
        return 0;
    }

    /** {@code intel_iommu_init_qi()}. */
    private int enableQueue() {
        faultThread = new IntelFaultThread(mmio, kernel, capabilities, new IntelRateLimit(kernel));
        faultThread.run();
        int ret = disableQueue();
        if (ret != 0) {
            return ret;
        }
        final boolean isWide = capabilities.hasEcap(VtdCapabilities.SMTS);
        final DmaMemory descriptors = resources.alloc(Qi.descriptorBytes(isWide));
        final DmaMemory statuses = resources.alloc(QiStatus.BYTES);
        if (descriptors == null || statuses == null) {
            return -Errno.ENOMEM;
        }
        qi =
                new Qi(
                        mmio,
                        kernel,
                        platform.name(),
                        descriptors,
                        statuses,
                        isWide,
                        this::isDevicePresent);
        flush = new QiFlush(qi, control, capabilities, generation);
        qi.programRegisters();
        ret = control.enable(VtdRegisters.QIE);
        return ret;
    }

    /** {@code dmar_disable_qi()}. */
    private int disableQueue() {
        if (!control.isOn(VtdRegisters.QIE)) {
            return 0;
        }
        Qi.awaitIdle(mmio, kernel);
        return control.disable(VtdRegisters.QIE);
    }

    /** Before 6.12 nobody asks whether a device is there still, and submits again without end. */
    private boolean isDevicePresent(final int sid) {
        return generation != FaultGeneration.LINUX_6_12 || devices.find(sid) != null;
    }

    private int stopFormerOwner() {
        if (!control.isTranslating()) {
            return 0;
        }
        kernel.log().info(platform.name(), "translation is on already, and is switched off");
        return control.disable(VtdRegisters.TE);
    }

    /** {@code iommu_alloc_root_entry()} and {@code iommu_set_root_entry()}. */
    private int setRootTable() {
        rootTable = resources.alloc(ROOT_TABLE_BYTES);
        if (rootTable == null) {
            return -Errno.ENOMEM;
        }
        int ret = 0;
        if (capabilities.hasCap(VtdCapabilities.RWBF)) {
            ret = control.flushWriteBuffer();
        }
        if (ret == 0) {
            ret = control.setRootTable(rootTable.dmaAddress() | tableMode());
        }
        if (ret != 0 || capabilities.hasCap(VtdCapabilities.ESRTPS)) {
            return ret;
        }
        ret = flush.flushContext(Invalidation.CC_GLOBAL, 0, 0, 0);
        if (ret == 0 && isScalable) {
            ret = flush.flushPasidCache(Invalidation.PC_GLOBAL, 0, 0);
        }
        return ret == 0 ? flush.flushIotlb(Invalidation.IOTLB_GLOBAL, 0, 0, 0) : ret;
    }

    private long tableMode() {
        if (isScalable) {
            return (long) VtdRegisters.TTM_SCALABLE << VtdRegisters.TTM_SHIFT;
        }
        return isExtended ? VtdRegisters.RTT : 0;
    }

    /** {@code dmar_set_interrupt()} and {@code enable_drhd_fault_handling()}. */
    private int enableFaultInterrupt() {
        faultInterrupt = new IntelInterrupt(mmio, kernel, VtdRegisters.FECTL);
        final int ret = faultInterrupt.request(platform, "fault", faultThread::run);
        if (ret == 0) {
            faultThread.run();
            mmio.writel(mmio.readl(VtdRegisters.FSTS), VtdRegisters.FSTS);
        }
        return ret;
    }

    private boolean hasPageRequests() {
        return supportsPasid() && capabilities.hasEcap(VtdCapabilities.PRS);
    }

    private boolean hasProtectedMemory() {
        return capabilities.hasCap(VtdCapabilities.PLMR)
                || capabilities.hasCap(VtdCapabilities.PHMR);
    }

    // ---- End ------------------------------------------------------------------------------------

    /** Each table and queue is given back once the hardware says that it does not use it. */
    private void letGo() {
        boolean obeys = !control.isTranslating() || control.disable(VtdRegisters.TE) == 0;
        if (pageRequestQueue != null) {
            pageRequestQueue.disable();
        }
        if (faultInterrupt != null) {
            faultInterrupt.free();
        }
        obeys &= disableQueue() == 0;
        isGone = true;
        isOff = obeys;
        if (qi != null) {
            qi.shutDown();
        }
        if (isOff) {
            if (ops != null) {
                ops.freeTables();
            }
            resources.freeMemory();
        }
    }

    // ---- For the other classes of this package --------------------------------------------------

    /** Whether it was let go: it has neither tables nor queues any more. */
    boolean isGone() {
        return isGone;
    }

    /** Whether it has said besides that it looks nothing up any more. */
    boolean isOff() {
        return isOff;
    }

    PlatformDevice platform() {
        return platform;
    }

    String name() {
        return platform.name();
    }

    Mmio mmio() {
        return mmio;
    }

    Kernel kernel() {
        return kernel;
    }

    IommuCore core() {
        return core;
    }

    IntelOptions options() {
        return options;
    }

    FaultGeneration generation() {
        return generation;
    }

    VtdCapabilities capabilities() {
        return capabilities;
    }

    IntelResources resources() {
        return resources;
    }

    IntelControl control() {
        return control;
    }

    /** {@code sm_supported()}: the tables are those of scalable mode. */
    boolean isScalable() {
        return isScalable;
    }

    /** {@code ecs_enabled()} of 2017: the tables are the extended ones of revision 2. */
    boolean isExtended() {
        return isExtended;
    }

    /** {@code pasid_supported()}. */
    boolean supportsPasid() {
        return (isScalable || isExtended) && capabilities.hasEcap(VtdCapabilities.PASID);
    }

    /**
     * {@code intel_svm_check()}: the processor of the simulation has 1 GiB pages and four levels.
     */
    boolean supportsSva() {
        return supportsPasid()
                && (isExtended
                        || (capabilities.hasEcap(VtdCapabilities.SMPWCS)
                                && capabilities.hasCap(VtdCapabilities.FS1GP)));
    }

    /** {@code iommu->max_pasids}: one more than the greatest PASID, or 0. */
    int maxPasids() {
        return supportsPasid() ? 1 << Math.min(capabilities.pasidBits(), 20) : 0;
    }

    /** The table that RTADDR points to, as {@code RootEntry} says. */
    DmaMemory rootTable() {
        return rootTable;
    }

    /** What it looks up for requests. */
    Translations translations() {
        return ops.translations();
    }

    DomainIds domainIds() {
        return domainIds;
    }

    DeviceTable devices() {
        return devices;
    }

    Qi qi() {
        return qi;
    }

    QiFlush flush() {
        return flush;
    }

    /** Its page request queue, or null without page requests. */
    PageRequestQueue pageRequestQueue() {
        return pageRequestQueue;
    }

    /** The core's fault queue, or null without page requests. */
    IopfQueue iopfQueue() {
        return pageRequestQueue == null ? null : pageRequestQueue.iopfQueue();
    }

    /** Drains page requests; does nothing without them. */
    PrqDrain prqDrain() {
        return pageRequestQueue == null ? PrqDrain.NOTHING : pageRequestQueue.drain();
    }

    /** Answers page requests, or null without them. */
    PageResponder responder() {
        return pageRequestQueue == null ? null : pageRequestQueue.responder();
    }
}
