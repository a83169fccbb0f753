// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;

/**
 * A device in iommufd's hands: {@code struct iommufd_device}, with attach, detach and replace of
 * {@code drivers/iommu/iommufd/fault.c} of Linux 6.12. One device for each group. Calls for one
 * device are serialised by its monitor ({@code igroup->lock}).
 */
public final class IommufdDevice {
    private final int id;
    private final IommuDevice device;
    private IommufdHwpt hwpt;
    private IommuAttachHandle handle;
    private int iopfEnabled;

    IommufdDevice(final int id, final IommuDevice device) {
        this.id = id;
        this.device = device;
    }

    /**
     * Its object id: what a fault record calls it.
     *
     * @return at least 1
     */
    public int id() {
        return id;
    }

    /**
     * The device.
     *
     * @return the core's device
     */
    public IommuDevice device() {
        return device;
    }

    /**
     * What it is attached to.
     *
     * @return the page table, or null
     */
    public synchronized IommufdHwpt hwpt() {
        return hwpt;
    }

    /**
     * Attaches a page table ({@code iommufd_hw_pagetable_attach}): faults are enabled first, so
     * that none is lost.
     *
     * @param to what to attach
     * @return 0; {@code -EINVAL} if one is attached, or if the device cannot have faults and the
     *     page table has a fault queue; or the driver's errno
     */
    public synchronized int attach(final IommufdHwpt to) {
        if (hwpt != null) {
            return -Errno.EINVAL;
        }
        int ret = to.faultQueue() == null ? 0 : enableIopf();
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret = IommuGroup.of(device).attach(to.domain(), attaching);
        if (ret != 0) {
            if (to.faultQueue() != null) {
                disableIopf();
            }
            return ret;
        }
        become(to, attaching);
        return 0;
    }

    /**
     * Detaches ({@code iommufd_hw_pagetable_detach}): first the hardware, then INVALID to whatever
     * is outstanding, then faults are disabled.
     *
     * @return 0, or {@code -EINVAL} if nothing is attached
     */
    public synchronized int detach() {
        if (hwpt == null) {
            return -Errno.EINVAL;
        }
        final IommufdHwpt old = hwpt;
        final IommuAttachHandle oldHandle = handle;
        IommuGroup.of(device).detach();
        become(null, null);
        if (old.faultQueue() != null) {
            old.faultQueue().autoResponse(oldHandle);
            disableIopf();
        }
        return 0;
    }

    /**
     * Attaches another page table in place of the old one ({@code
     * iommufd_fault_domain_replace_dev}). When it fails, nothing was answered and the old one is
     * attached still. In place of itself ({@code iommufd_device_do_replace}) nothing happens.
     *
     * @param to what to attach
     * @return 0; {@code -EINVAL} if nothing is attached or the device cannot have faults; or the
     *     driver's errno
     */
    public synchronized int replace(final IommufdHwpt to) {
        if (hwpt == null) {
            return -Errno.EINVAL;
        }
        if (to == hwpt) {
            return 0;
        }
        final IommufdHwpt old = hwpt;
        final IommuAttachHandle oldHandle = handle;
        final boolean enabling = to.faultQueue() != null && old.faultQueue() == null;
        int ret = enabling ? enableIopf() : 0;
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret = IommuGroup.of(device).replace(to.domain(), attaching);
        if (ret != 0) {
            if (enabling) {
                disableIopf();
            }
            return ret;
        }
        become(to, attaching);
        if (old.faultQueue() != null) {
            old.faultQueue().autoResponse(oldHandle);
            if (to.faultQueue() == null) {
                disableIopf();
            }
        }
        return 0;
    }

    private void become(final IommufdHwpt to, final IommuAttachHandle by) {
        if (hwpt != null) {
            hwpt.detached();
        }
        hwpt = to;
        handle = by;
        if (to != null) {
            to.attached();
        }
    }

    /** {@code iommufd_fault_iopf_enable()}: the first user switches the feature on. */
    private int enableIopf() {
        if (iopfEnabled > 0) {
            iopfEnabled++;
            return 0;
        }
        final int ret = device.ops().devEnableFeature(device, DevFeature.IOPF);
        if (ret == 0) {
            iopfEnabled = 1;
        }
        return ret;
    }

    /** {@code iommufd_fault_iopf_disable()}: the last user switches it off. */
    private void disableIopf() {
        if (--iopfEnabled == 0) {
            device.ops().devDisableFeature(device, DevFeature.IOPF);
        }
    }
}
