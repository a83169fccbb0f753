// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * What the driver offers to the core: {@code intel_iommu_ops} of Linux 6.12, with nested domains at
 * PASIDs of later releases, so that a guest's processes can have faults.
 */
final class IntelOps implements IommuOps {
    private static final int RID_MASK = 0xffff;

    private final IntelIommu iommu;
    private final Translations translations;
    private final DevicePri pri;
    private final DeviceDrain drain;
    private final IommuDomain blocked;
    private final IommuDomain identity;

    IntelOps(final IntelIommu iommu) {
        this.iommu = iommu;
        this.translations = Translations.of(iommu);
        this.pri = new DevicePri(iommu, translations);
        this.drain = new DeviceDrain(iommu);
        this.blocked = new IntelFixedDomain.Blocked(iommu);
        this.identity = new IntelFixedDomain.Identity(iommu);
    }

    Translations translations() {
        return translations;
    }

    /** The unit looks nothing up any more. */
    void freeTables() {
        translations.free();
    }

    private boolean is612() {
        return iommu.generation() == FaultGeneration.LINUX_6_12;
    }

    // ---- Devices --------------------------------------------------------------------------------

    /**
     * Follows {@code intel_iommu_probe_device()} and {@code iommu_enable_pci_caps()}: what a device
     * does if PASIDs are enabled after ATS is not defined, so they come first.
     *
     * @return 0; {@code -ENODEV} for what is no PCI function or has no id, or without the unit;
     *     {@code -EBUSY} if it, or another of its id, is probed; {@code -ENOMEM}
     */
    @Override
    public int probeDevice(final IommuDevice dev) {
        if (dev.driverData() != null) {
            return -Errno.EBUSY;
        }
        if (iommu.isGone() || dev.pci() == null || dev.fwspec().ids().isEmpty()) {
            return -Errno.ENODEV;
        }
        final int rid = dev.fwspec().ids().get(0) & RID_MASK;
        final boolean hasPfsid = iommu.capabilities().hasEcap(VtdCapabilities.DIT);
        final DeviceInfo info = new DeviceInfo(dev, rid, hasPfsid ? rid : 0);
        info.setPci(new PciFeatures(dev.pci(), null, iommu.kernel(), dev.name()));
        findFeatures(info);
        if (iommu.devices().add(info) != 0) {
            return -Errno.EBUSY;
        }
        final int ret = translations.add(info);
        if (ret != 0) {
            iommu.devices().remove(info);
            return ret;
        }
        enableFeatures(info);
        dev.setDriverData(info);
        return 0;
    }

    private void findFeatures(final DeviceInfo info) {
        final VtdCapabilities capabilities = iommu.capabilities();
        final PciFeatures pci = info.pci();
        final boolean ats = capabilities.hasEcap(VtdCapabilities.DT) && pci.isAtsPageAligned();
        final int maxPasids =
                pci.pasidFeatures() < 0 ? 0 : Math.min(iommu.maxPasids(), pci.maxPasids());
        final boolean pageRequests =
                ats
                        && iommu.pageRequestQueue() != null
                        && (iommu.isExtended() || capabilities.hasEcap(VtdCapabilities.PDS))
                        && pci.hasPri();
        info.setSupported(ats, maxPasids > 1, pageRequests);
        info.setMaxPasids(maxPasids > 1 ? maxPasids : 0);
        if (ats) {
            info.setAtsQueueDepth(pci.atsQueueDepth());
        }
    }

    private void enableFeatures(final DeviceInfo info) {
        final PciFeatures pci = info.pci();
        if (info.isPasidSupported() && pci.enablePasid(pci.pasidFeatures()) == 0) {
            info.setPasidEnabled(true);
        }
        if (is612()) {
            if (info.isPriSupported()) {
                pci.resetPri();
            }
        } else {
            pri.enableAtAttach(info, pci);
        }
        info.enableAts();
    }

    /**
     * Follows {@code intel_iommu_release_device()}. Nothing is reached any more and requests are
     * drained before the fault queue is left, which answers what is pending; the device hears it,
     * for its page request interface goes after that. Linux lets the core block the device first.
     */
    @Override
    public void releaseDevice(final IommuDevice dev) {
        final DeviceInfo info = DeviceInfo.of(dev);
        for (final int pasid : info.pasids()) {
            IntelDomain.detach(iommu, info, pasid);
        }
        IntelDomain.detach(iommu, info, DeviceInfo.NO_PASID);
        if (iommu.isGone()) {
            pri.disableAtDetach(info, info.pci());
        } else {
            iommu.prqDrain().drain(info, DeviceInfo.NO_PASID);
            disableFaults(info);
            translations.remove(info);
        }
        info.disableAts();
        if (info.isPasidEnabled()) {
            info.pci().disablePasid();
            info.setPasidEnabled(false);
        }
        iommu.devices().remove(info);
        dev.setDriverData(null);
    }

    private void disableFaults(final DeviceInfo info) {
        if (is612()) {
            pri.disable(info, info.pci());
            return;
        }
        if (info.isIopfEnabled()) {
            leaveFaultQueue(info);
        }
        if (iommu.responder() != null) {
            iommu.responder().endAll(info);
        }
        pri.disableAtDetach(info, info.pci());
    }

    // ---- Domains --------------------------------------------------------------------------------

    @Override
    public IommuDomain blockedDomain() {
        return blocked;
    }

    @Override
    public IommuDomain identityDomain() {
        return iommu.capabilities().hasEcap(VtdCapabilities.PT) ? identity : null;
    }

    @Override
    public IommuDomain domainAllocPagingFlags(final IommuDevice dev, final int flags) {
        return IntelPagingDomain.alloc(iommu, flags);
    }

    @Override
    public IommuDomain domainAllocNested(
            final IommuDevice dev, final IommuDomain parent, final IommuUserData data) {
        return IntelNestedDomain.alloc(iommu, parent, data);
    }

    @Override
    public IommuDomain domainAllocSva(final IommuDevice dev, final AddressSpace mm) {
        return IntelSvaDomain.alloc(iommu, mm);
    }

    @Override
    public int maxPasids(final IommuDevice dev) {
        final DeviceInfo info = DeviceInfo.of(dev);
        return info.isPasidEnabled() ? info.maxPasids() : 0;
    }

    // ---- Features -------------------------------------------------------------------------------

    /**
     * Follows {@code intel_iommu_dev_enable_feat()}. 6.1 joins the fault queue when SVA is enabled;
     * here, as in 6.12, when faults are, since a nested domain needs them without SVA.
     */
    @Override
    public int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
        final DeviceInfo info = DeviceInfo.of(dev);
        if (info == null || iommu.isGone()) {
            return -Errno.ENODEV;
        }
        return feature == DevFeature.SVA ? enableSva(info) : enableIopf(info);
    }

    /** {@code intel_iommu_enable_sva()}: a device without PRI handles faults by itself. */
    private int enableSva(final DeviceInfo info) {
        if (!iommu.supportsSva()) {
            return -Errno.ENODEV;
        }
        if (!info.isPasidEnabled() || !info.isAtsEnabled()) {
            return -Errno.EINVAL;
        }
        final boolean hasFaults = is612() ? info.isPriEnabled() : info.isIopfEnabled();
        return hasFaults || (is612() && !info.isPriSupported()) ? 0 : -Errno.EINVAL;
    }

    private int enableIopf(final DeviceInfo info) {
        if (is612()) {
            return pri.enable(info, info.pci());
        }
        if (!info.isPriEnabled()) {
            return -Errno.EINVAL;
        }
        if (info.isIopfEnabled()) {
            return -Errno.EBUSY;
        }
        final int ret = iommu.iopfQueue().addDevice(info.device());
        if (ret == 0) {
            info.setIopfEnabled(true);
        }
        return ret;
    }

    /** Follows {@code intel_iommu_dev_disable_feat()}. */
    @Override
    public int devDisableFeature(final IommuDevice dev, final DevFeature feature) {
        final DeviceInfo info = DeviceInfo.of(dev);
        if (info == null) {
            return -Errno.EINVAL;
        }
        if (feature == DevFeature.SVA) {
            return 0;
        }
        if (iommu.isGone()) {
            return -Errno.ENODEV;
        }
        if (is612()) {
            return pri.disable(info, info.pci());
        }
        if (!info.isIopfEnabled()) {
            return -Errno.EINVAL;
        }
        leaveFaultQueue(info);
        return 0;
    }

    /** The fault queue's work ends first: it holds groups that leaving would free. */
    private void leaveFaultQueue(final DeviceInfo info) {
        iommu.iopfQueue().flushDev(info.device());
        iommu.iopfQueue().removeDevice(info.device());
        info.setIopfEnabled(false);
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /**
     * Answers a page request.
     *
     * @return as {@link PageResponder#respond}; before 6.12 {@code -ENODEV} for a device that was
     *     released, or a unit without page requests
     */
    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        final DeviceInfo info = DeviceInfo.of(dev);
        final PageResponder responder = iommu.responder();
        if (info == null || responder == null) {
            return is612() ? 0 : -Errno.ENODEV;
        }
        return responder.respond(info, evt, msg);
    }

    @Override
    public int drainFaults(final IommuDevice dev) {
        return drain.drain(DeviceInfo.of(dev));
    }

    /** Requests of all devices lie in one queue, of which one entry stays free. */
    @Override
    public int sharedFaultCapacity(final IommuDevice dev) {
        return Math.max(0, iommu.pageRequestQueueEntries() - 1);
    }
}
