// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import java.util.ArrayList;
import java.util.List;

/**
 * Devices that can only be attached together, and what is attached to them: {@code struct
 * iommu_group}, {@code drivers/iommu/iommu.c} of Linux 6.12. Without an attachment the driver's
 * blocked domain is in force. Attaching is serialised by the group's lock ({@code group->mutex});
 * {@link #attachHandle} takes none, and its caller must keep the attachment from going away.
 */
public final class IommuGroup {
    /** The PASID that stands for accesses without one ({@code IOMMU_NO_PASID}). */
    public static final int NO_PASID = 0;

    private final int id;
    private final List<IommuDevice> devices = new ArrayList<>();

    /** What is attached at the RID: most often all there is, and found without a search. */
    private volatile IommuAttachHandle ridHandle;

    private volatile AttachTable pasidHandles = AttachTable.EMPTY;

    /**
     * An empty group.
     *
     * @param id the group's number
     */
    public IommuGroup(final int id) {
        this.id = id;
    }

    /**
     * The group of a device.
     *
     * @param dev a device
     * @return {@code dev->iommu_group}, or null
     */
    public static IommuGroup of(final IommuDevice dev) {
        return (IommuGroup) dev.iommuGroup();
    }

    /**
     * The group's number.
     *
     * @return what it was made with
     */
    public int id() {
        return id;
    }

    /**
     * Its devices.
     *
     * @return a copy, in the order in which they joined
     */
    public synchronized List<IommuDevice> devices() {
        return List.copyOf(devices);
    }

    /**
     * Probes a device and takes it in ({@code iommu_probe_device}, {@code iommu_group_add_device}).
     * It follows what is attached to the group.
     *
     * @param dev a device in no group
     * @return 0; {@code -EBUSY} if it is in a group; or the driver's errno
     */
    public synchronized int addDevice(final IommuDevice dev) {
        if (dev.iommuGroup() != null) {
            return -Errno.EBUSY;
        }
        int ret = dev.ops().probeDevice(dev);
        if (ret != 0) {
            return ret;
        }
        // Known before the hardware translates: a fault that comes at once must find its handler.
        dev.setIommuGroup(this);
        ret = attachedDomain(dev).attachDev(dev);
        if (ret != 0) {
            dev.setIommuGroup(null);
            dev.ops().releaseDevice(dev);
            return ret;
        }
        devices.add(dev);
        return 0;
    }

    /**
     * Lets a device go ({@code iommu_release_device}): the driver takes it off its fault queue,
     * which answers what is pending. What the core keeps of the device is freed ({@code
     * dev_iommu_free}): until 6.8 the handler that is still registered, unanswered requests and
     * all, while the reference that the registration holds is never dropped.
     *
     * @param dev a device of this group
     */
    public synchronized void removeDevice(final IommuDevice dev) {
        devices.remove(dev);
        dev.setIommuGroup(null);
        dev.ops().releaseDevice(dev);
        dev.setFaultParam(null);
        dev.setIopfParam(null);
    }

    /**
     * Attaches a domain at the RID of every device ({@code iommu_attach_group_handle}). The handle
     * is in place before the hardware translates, so that no fault finds none.
     *
     * @param domain what to attach
     * @param handle the consumer's record of the attachment
     * @return 0; {@code -EBUSY} if one is attached; or the driver's errno, nothing being attached
     */
    public synchronized int attach(final IommuDomain domain, final IommuAttachHandle handle) {
        if (ridHandle != null) {
            return -Errno.EBUSY;
        }
        handle.setDomain(domain);
        ridHandle = handle;
        final int ret = setDomain(domain, null);
        if (ret != 0) {
            ridHandle = null;
        }
        return ret;
    }

    /**
     * Detaches what is attached at the RID ({@code iommu_detach_group_handle}). The handle stays
     * until the hardware is blocked: a last fault still comes in by it, and its consumer answers.
     */
    public synchronized void detach() {
        for (final IommuDevice dev : devices) {
            dev.ops().blockedDomain().attachDev(dev);
        }
        ridHandle = null;
    }

    /**
     * Attaches another domain in place of the one that is attached ({@code
     * iommu_replace_group_handle}). Faults come in by the old handle until all hardware has
     * changed, so that none ever came in by a handle whose attachment then failed.
     *
     * @param domain what to attach
     * @param handle the consumer's record of the new attachment
     * @return 0, or the driver's errno, the old domain being attached still
     */
    public synchronized int replace(final IommuDomain domain, final IommuAttachHandle handle) {
        final IommuAttachHandle old = ridHandle;
        handle.setDomain(domain);
        final int ret = setDomain(domain, old == null ? null : old.domain());
        if (ret == 0) {
            ridHandle = handle;
        }
        return ret;
    }

    /**
     * Attaches a domain at one PASID of every device ({@code iommu_attach_device_pasid}).
     *
     * @param domain what to attach
     * @param pasid at least 1
     * @param handle the consumer's record of the attachment
     * @return 0; {@code -EINVAL} for PASID 0; {@code -EBUSY} if one is attached there; or the
     *     driver's errno
     */
    public synchronized int attachPasid(
            final IommuDomain domain, final int pasid, final IommuAttachHandle handle) {
        if (pasid == NO_PASID) {
            return -Errno.EINVAL;
        }
        if (pasidHandles.get(pasid) != null) {
            return -Errno.EBUSY;
        }
        handle.setDomain(domain);
        pasidHandles = pasidHandles.with(pasid, handle);
        for (int i = 0; i < devices.size(); i++) {
            final int ret = domain.setDevPasid(devices.get(i), pasid);
            if (ret != 0) {
                pasidHandles = pasidHandles.without(pasid);
                while (--i >= 0) {
                    clearPasid(devices.get(i), pasid);
                }
                return ret;
            }
        }
        return 0;
    }

    /**
     * Attaches another domain at one PASID in place of the one that is attached ({@code
     * iommu_replace_device_pasid} of 6.15). Faults come in by the old handle until all hardware has
     * changed.
     *
     * @param domain what to attach
     * @param pasid at least 1
     * @param handle the consumer's record of the new attachment
     * @return 0; {@code -EINVAL} if nothing is attached there; or the driver's errno, the old
     *     domain being attached still
     */
    public synchronized int replacePasid(
            final IommuDomain domain, final int pasid, final IommuAttachHandle handle) {
        final IommuAttachHandle old = pasid == NO_PASID ? null : pasidHandles.get(pasid);
        if (old == null) {
            return -Errno.EINVAL;
        }
        handle.setDomain(domain);
        for (int i = 0; i < devices.size(); i++) {
            final int ret = domain.setDevPasid(devices.get(i), pasid);
            if (ret != 0) {
                while (--i >= 0) {
                    old.domain().setDevPasid(devices.get(i), pasid);
                }
                return ret;
            }
        }
        pasidHandles = pasidHandles.with(pasid, handle);
        return 0;
    }

    /**
     * Detaches what is attached at one PASID ({@code iommu_detach_device_pasid}).
     *
     * @param pasid at least 1
     */
    public synchronized void detachPasid(final int pasid) {
        for (final IommuDevice dev : devices) {
            clearPasid(dev, pasid);
        }
        pasidHandles = pasidHandles.without(pasid);
    }

    /**
     * The attachment at a PASID, of any type of domain ({@code iommu_attach_handle_get}).
     *
     * @param pasid {@link #NO_PASID} for the RID
     * @return the handle, or null where the kernel says {@code -ENOENT}
     */
    public IommuAttachHandle attachHandle(final int pasid) {
        if (pasid == NO_PASID) {
            return ridHandle;
        }
        final AttachTable others = pasidHandles;
        return others == AttachTable.EMPTY ? null : others.get(pasid);
    }

    /**
     * Whether the attachment at a PASID is of one type ({@code iommu_attach_handle_get} with a
     * type).
     *
     * @param pasid {@link #NO_PASID} for the RID
     * @param type the domain's type
     * @return 0; {@code -ENOENT} if nothing is attached; {@code -EBUSY} if another type is
     */
    public int checkAttachHandle(final int pasid, final DomainType type) {
        final IommuAttachHandle handle = attachHandle(pasid);
        if (handle == null) {
            return -Errno.ENOENT;
        }
        return handle.domain().type() == type ? 0 : -Errno.EBUSY;
    }

    /** {@code __iommu_group_set_domain()}: all devices, or all are back at old; null is blocked. */
    private int setDomain(final IommuDomain domain, final IommuDomain old) {
        for (int i = 0; i < devices.size(); i++) {
            final int ret = domain.attachDev(devices.get(i));
            if (ret != 0) {
                while (--i >= 0) {
                    final IommuDevice dev = devices.get(i);
                    (old == null ? dev.ops().blockedDomain() : old).attachDev(dev);
                }
                return ret;
            }
        }
        return 0;
    }

    private IommuDomain attachedDomain(final IommuDevice dev) {
        final IommuAttachHandle handle = ridHandle;
        return handle == null ? dev.ops().blockedDomain() : handle.domain();
    }

    private static void clearPasid(final IommuDevice dev, final int pasid) {
        dev.ops().blockedDomain().setDevPasid(dev, pasid);
    }
}
