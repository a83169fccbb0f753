// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;

/**
 * A device in iommufd's hands: {@code struct iommufd_device}, with attach, detach and replace of
 * {@code drivers/iommu/iommufd/device.c} and {@code fault.c} of Linux 6.12; those at a PASID are of
 * 6.15. The first device of a group that attaches attaches the group, and its id is in every fault
 * record; the last one that detaches detaches it. Faults are enabled for the first and disabled for
 * the last, as in the kernel. Thread-safe: calls for one group are serialised.
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
     * What it is attached to for accesses without a PASID.
     *
     * @return the page table, or null
     */
    public IommufdHwpt hwpt() {
        synchronized (group) {
            final IommufdAttach at = group.at(IommuGroup.NO_PASID);
            return at.devices.contains(this) ? at.hwpt : null;
        }
    }

    /** Whether it is attached to anything. */
    boolean isAttached() {
        synchronized (group) {
            return group.hasAttached(this);
        }
    }

    /**
     * Attaches a page table for accesses without a PASID.
     *
     * @param to what to attach
     * @return as {@link #attach(IommufdHwpt, int)}
     */
    public int attach(final IommufdHwpt to) {
        return attach(to, IommuGroup.NO_PASID);
    }

    /**
     * Attaches a page table ({@code iommufd_hw_pagetable_attach}): faults are enabled first, so
     * that none is lost.
     *
     * @param to what to attach
     * @param pasid where, or {@link IommuGroup#NO_PASID} for accesses without
     * @return 0; {@code -EINVAL} if the device is attached there, its group to another page table,
     *     or it cannot have faults and the page table has a fault queue; {@code -ENOENT} if the
     *     page table was destroyed; or the driver's errno
     */
    public int attach(final IommufdHwpt to, final int pasid) {
        synchronized (group) {
            final IommufdAttach at = group.at(pasid);
            if (at.devices.contains(this) || (at.hwpt != null && at.hwpt != to)) {
                return -Errno.EINVAL;
            }
            if (!to.get()) {
                return -Errno.ENOENT;
            }
            final int ret = at.devices.isEmpty() ? attachGroup(at, to, pasid) : 0;
            if (ret == 0) {
                at.devices.add(this);
            } else {
                to.put();
            }
            return ret;
        }
    }

    private int attachGroup(final IommufdAttach at, final IommufdHwpt to, final int pasid) {
        int ret = to.faultQueue() == null ? 0 : enableIopf();
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret =
                pasid == IommuGroup.NO_PASID
                        ? group.group().attach(to.domain(), attaching)
                        : group.group().attachPasid(to.domain(), pasid, attaching);
        if (ret != 0) {
            if (to.faultQueue() != null) {
                disableIopf();
            }
            return ret;
        }
        at.become(to, attaching);
        return 0;
    }

    /**
     * Detaches what is attached for accesses without a PASID.
     *
     * @return as {@link #detach(int)}
     */
    public int detach() {
        return detach(IommuGroup.NO_PASID);
    }

    /**
     * Detaches ({@code iommufd_hw_pagetable_detach}): with the last device of its group first the
     * hardware, then INVALID to whatever is outstanding, then faults are disabled.
     *
     * @param pasid where, or {@link IommuGroup#NO_PASID} for accesses without
     * @return 0, or {@code -EINVAL} if the device is not attached there
     */
    public int detach(final int pasid) {
        synchronized (group) {
            final IommufdAttach at = group.at(pasid);
            if (!at.devices.remove(this)) {
                return -Errno.EINVAL;
            }
            final IommufdHwpt old = at.hwpt;
            if (at.devices.isEmpty()) {
                if (pasid == IommuGroup.NO_PASID) {
                    group.group().detach();
                } else {
                    group.group().detachPasid(pasid);
                }
                group.forget(pasid);
                if (old.faultQueue() != null) {
                    old.faultQueue().autoResponse(at.handle);
                    disableIopf();
                }
            }
            old.put();
            return 0;
        }
    }

    /**
     * Attaches another page table for accesses without a PASID in place of the old one.
     *
     * @param to what to attach
     * @return as {@link #replace(IommufdHwpt, int)}
     */
    public int replace(final IommufdHwpt to) {
        return replace(to, IommuGroup.NO_PASID);
    }

    /**
     * Attaches another page table in place of the old one ({@code
     * iommufd_fault_domain_replace_dev}), for the whole group. When it fails, nothing was answered
     * and the old one is attached still. In place of itself ({@code iommufd_device_do_replace})
     * nothing happens.
     *
     * @param to what to attach
     * @param pasid where, or {@link IommuGroup#NO_PASID} for accesses without
     * @return 0; {@code -EINVAL} if nothing is attached there or the device cannot have faults;
     *     {@code -ENOENT} if the page table was destroyed; or the driver's errno
     */
    public int replace(final IommufdHwpt to, final int pasid) {
        synchronized (group) {
            final IommufdAttach at = group.at(pasid);
            if (!at.devices.contains(this)) {
                return -Errno.EINVAL;
            }
            if (!to.get()) {
                return -Errno.ENOENT;
            }
            final int ret = to == at.hwpt ? 0 : replaceGroup(at, to, pasid);
            to.put();
            return ret;
        }
    }

    private int replaceGroup(final IommufdAttach at, final IommufdHwpt to, final int pasid) {
        final IommufdHwpt old = at.hwpt;
        final IommuAttachHandle oldHandle = at.handle;
        final boolean enabling = to.faultQueue() != null && old.faultQueue() == null;
        int ret = enabling ? enableIopf() : 0;
        if (ret != 0) {
            return ret;
        }
        final IommufdAttachHandle attaching = new IommufdAttachHandle(this);
        ret =
                pasid == IommuGroup.NO_PASID
                        ? group.group().replace(to.domain(), attaching)
                        : group.group().replacePasid(to.domain(), pasid, attaching);
        if (ret != 0) {
            if (enabling) {
                disableIopf();
            }
            return ret;
        }
        at.become(to, attaching);
        at.devices.forEach(
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
