// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;

/**
 * A device in iommufd's hands: {@code struct iommufd_device}, with attach, detach and replace of
 * {@code drivers/iommu/iommufd/device.c} and {@code fault.c} of Linux 6.12. The first device of a
 * group that attaches attaches the group, and its id is in every fault record; the last one that
 * detaches detaches it. Faults are enabled for the first and disabled for the last, as in the
 * kernel. Thread-safe: calls for one group are serialised.
 */
public final class IommufdDevice {
    private final int id;
    private final IommuDevice device;
    private final IommufdGroup group;
    private final boolean isVirtualFunction;
    private int iopfEnabled;

    IommufdDevice(
            final int id,
            final IommuDevice device,
            final IommufdGroup group,
            final boolean isVirtualFunction) {
        this.id = id;
        this.device = device;
        this.group = group;
        this.isVirtualFunction = isVirtualFunction;
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
    public IommufdHwpt hwpt() {
        synchronized (group) {
            return group.attached.contains(this) ? group.hwpt : null;
        }
    }

    /**
     * Attaches a page table ({@code iommufd_hw_pagetable_attach}): faults are enabled first, so
     * that none is lost.
     *
     * @param to what to attach
     * @return 0; {@code -EINVAL} if the device is attached, its group to another page table, or it
     *     cannot have faults and the page table has a fault queue; {@code -ENOENT} if the page
     *     table was destroyed; or the driver's errno
     */
    public int attach(final IommufdHwpt to) {
        synchronized (group) {
            if (group.attached.contains(this) || (group.hwpt != null && group.hwpt != to)) {
                return -Errno.EINVAL;
            }
            if (!to.get()) {
                return -Errno.ENOENT;
            }
            final int ret = group.attached.isEmpty() ? attachGroup(to) : 0;
            if (ret == 0) {
                group.attached.add(this);
            } else {
                to.put();
            }
            return ret;
        }
    }

    private int attachGroup(final IommufdHwpt to) {
        int ret = to.faultQueue() == null ? 0 : enableIopf();
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret = group.group().attach(to.domain(), attaching);
        if (ret != 0) {
            if (to.faultQueue() != null) {
                disableIopf();
            }
            return ret;
        }
        group.become(to, attaching);
        return 0;
    }

    /**
     * Detaches ({@code iommufd_hw_pagetable_detach}): with the last device of its group first the
     * hardware, then INVALID to whatever is outstanding, then faults are disabled.
     *
     * @return 0, or {@code -EINVAL} if the device is not attached
     */
    public int detach() {
        synchronized (group) {
            if (!group.attached.remove(this)) {
                return -Errno.EINVAL;
            }
            final IommufdHwpt old = group.hwpt;
            if (group.attached.isEmpty()) {
                final IommuAttachHandle oldHandle = group.handle;
                group.group().detach();
                group.become(null, null);
                if (old.faultQueue() != null) {
                    old.faultQueue().autoResponse(oldHandle);
                    disableIopf();
                }
            }
            old.put();
            return 0;
        }
    }

    /**
     * Attaches another page table in place of the old one ({@code
     * iommufd_fault_domain_replace_dev}), for the whole group. When it fails, nothing was answered
     * and the old one is attached still. In place of itself ({@code iommufd_device_do_replace})
     * nothing happens.
     *
     * @param to what to attach
     * @return 0; {@code -EINVAL} if nothing is attached or the device cannot have faults; {@code
     *     -ENOENT} if the page table was destroyed; or the driver's errno
     */
    public int replace(final IommufdHwpt to) {
        synchronized (group) {
            if (!group.attached.contains(this)) {
                return -Errno.EINVAL;
            }
            if (!to.get()) {
                return -Errno.ENOENT;
            }
            final int ret = to == group.hwpt ? 0 : replaceGroup(to);
            to.put();
            return ret;
        }
    }

    private int replaceGroup(final IommufdHwpt to) {
        final IommufdHwpt old = group.hwpt;
        final IommuAttachHandle oldHandle = group.handle;
        final boolean enabling = to.faultQueue() != null && old.faultQueue() == null;
        int ret = enabling ? enableIopf() : 0;
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret = group.group().replace(to.domain(), attaching);
        if (ret != 0) {
            if (enabling) {
                disableIopf();
            }
            return ret;
        }
        group.become(to, attaching);
        group.attached.forEach(
                moved -> {
                    to.get();
                    old.put();
                });
        if (old.faultQueue() != null) {
            old.faultQueue().autoResponse(oldHandle);
            if (to.faultQueue() == null) {
                disableIopf();
            }
        }
        return 0;
    }

    /**
     * {@code iommufd_fault_iopf_enable()}: the first user switches the feature on. A virtual
     * function shares its page request interface with its physical function and cannot have it.
     */
    private int enableIopf() {
        if (isVirtualFunction) {
            return -Errno.EINVAL;
        }
        if (iopfEnabled == 0) {
            final int ret = device.ops().devEnableFeature(device, DevFeature.IOPF);
            if (ret != 0) {
                return ret;
            }
        }
        iopfEnabled++;
        return 0;
    }

    /** {@code iommufd_fault_iopf_disable()}: the last user switches it off. */
    private void disableIopf() {
        if (iopfEnabled > 0 && --iopfEnabled == 0) {
            device.ops().devDisableFeature(device, DevFeature.IOPF);
        }
    }
}
