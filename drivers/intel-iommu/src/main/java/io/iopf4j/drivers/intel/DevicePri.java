// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;

/**
 * Lets a device ask for pages, and lets it no more: {@code intel_iommu_enable_iopf()} and {@code
 * intel_iommu_disable_iopf()} of Linux 6.12, and the part of {@code iommu_enable_pci_caps()} of
 * 6.1. Calls for one device are serialised.
 */
final class DevicePri {
    private final IntelIommu iommu;
    private final ContextEntries context;

    /** {@code context_flip_pri()}. */
    @FunctionalInterface
    interface ContextEntries {
        /**
         * Sets PRE of a device's context entry, then forgets what the unit and the device had
         * cached of it.
         *
         * @return 0; or a negative errno, and it is clear, though caches may not have forgotten
         */
        int setPre(DeviceInfo info, boolean enabled);
    }

    /** For the devices of a unit that has page requests. */
    DevicePri(final IntelIommu iommu, final ContextEntries context) {
        this.iommu = iommu;
        this.context = context;
    }

    /**
     * Enables page requests as 6.12 does.
     *
     * @param pci the device's
     * @return 0; {@code -ENODEV} without ATS enabled or without PRI; {@code -EBUSY} if it is on or
     *     the device has not stopped; {@code -EINVAL} if PASIDs are enabled and responses would not
     *     have them; or what the fault queue or the context entry says. What failed is undone
     */
    int enable(final DeviceInfo info, final PciFeatures pci) {
        if (!info.isAtsEnabled() || !info.isPriSupported()) {
            return -Errno.ENODEV;
        }
        if (info.isIopfEnabled()) {
            return -Errno.EBUSY;
        }
        if (info.isPasidEnabled() && !pci.responsesNeedPasid()) {
            return -Errno.EINVAL;
        }
        int ret = pci.resetPri();
        if (ret == 0) {
            ret = iommu.iopfQueue().addDevice(info.device());
        }
        if (ret != 0) {
            return ret;
        }
        ret = context.setPre(info, true);
        if (ret == 0) {
            ret = pci.enablePri(iommu.options().pageRequests());
            if (ret != 0) {
                context.setPre(info, false);
            }
        }
        if (ret != 0) {
            iommu.iopfQueue().removeDevice(info.device());
            return ret;
        }
        info.setPriEnabled(true);
        info.setIopfEnabled(true);
        return 0;
    }

    /**
     * Disables them: the core answers what is pending, while the device still listens. The device
     * itself may be off already, if it did not come back from a drain.
     *
     * @return 0, or {@code -EINVAL} if they are off
     */
    int disable(final DeviceInfo info, final PciFeatures pci) {
        if (!info.isIopfEnabled()) {
            return -Errno.EINVAL;
        }
        context.setPre(info, false);
        iommu.iopfQueue().removeDevice(info.device());
        info.setIopfEnabled(false);
        if (info.isPriEnabled()) {
            pci.disablePri();
            info.setPriEnabled(false);
        }
        return 0;
    }

    /**
     * Enables page requests on the device alone, as 6.1 and before do when it is attached, after
     * PASIDs and before ATS; the context entry has PRE from the start, and the fault queue comes
     * with SVA. What fails is silent: the device then asks for nothing.
     */
    void enableAtAttach(final DeviceInfo info, final PciFeatures pci) {
        if (info.isPriSupported()
                && (!info.isPasidEnabled() || pci.responsesNeedPasid())
                && pci.resetPri() == 0
                && pci.enablePri(iommu.options().pageRequests()) == 0) {
            info.setPriEnabled(true);
        }
    }

    /** Takes back {@link #enableAtAttach}. */
    void disableAtDetach(final DeviceInfo info, final PciFeatures pci) {
        if (info.isPriEnabled()) {
            pci.disablePri();
            info.setPriEnabled(false);
        }
    }
}
