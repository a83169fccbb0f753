// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.GroupResponder;
import java.util.HashMap;
import java.util.Map;

/**
 * One open {@code /dev/iommu}, one for each virtual machine: {@code struct iommufd_ctx} of Linux
 * 6.12. Gives its objects ids from 1 on and refuses to destroy what is in use. Thread-safe.
 */
public final class IommufdContext {
    private final GroupResponder responder;
    private final FaultObserver observer;
    private final Map<Integer, Object> objects = new HashMap<>();
    private final Map<IommuGroup, IommufdGroup> groups = new HashMap<>();
    private int error;

    /**
     * A context without objects.
     *
     * @param responder the semantics profile that answers groups
     * @param observer sees what is read and refused
     */
    public IommufdContext(final GroupResponder responder, final FaultObserver observer) {
        this.responder = responder;
        this.observer = observer;
    }

    /**
     * Takes a device ({@code iommufd_device_bind}).
     *
     * @param device a probed device in a group
     * @return the object
     */
    public IommufdDevice bind(final IommuDevice device) {
        return bind(device, false);
    }

    /**
     * Takes a device that may be a virtual function of SR-IOV, which cannot have faults.
     *
     * @param device a probed device in a group
     * @param isVirtualFunction what {@code pci_dev->is_virtfn} says
     * @return the object
     */
    public synchronized IommufdDevice bind(
            final IommuDevice device, final boolean isVirtualFunction) {
        final IommufdGroup group = groups.computeIfAbsent(IommuGroup.of(device), IommufdGroup::new);
        final IommufdDevice bound = new IommufdDevice(freeId(), device, group, isVirtualFunction);
        objects.put(bound.id(), bound);
        return bound;
    }

    /** The lowest id that is free, as the kernel's {@code xa_alloc} gives it. */
    private int freeId() {
        int id = 1;
        while (objects.containsKey(id)) {
            id++;
        }
        return id;
    }

    /**
     * Makes a fault queue, its file open ({@code IOMMU_FAULT_QUEUE_ALLOC}).
     *
     * @param flags must be 0
     * @return the queue's id, or {@code -EOPNOTSUPP} for other flags
     */
    public synchronized int faultQueueAlloc(final int flags) {
        if (flags != 0) {
            return -Errno.EOPNOTSUPP;
        }
        final int id = freeId();
        objects.put(id, new IommufdFaultQueue(responder, observer));
        return id;
    }

    /**
     * The fault queue of an id: what reading and writing its file reaches.
     *
     * @param id an object's id
     * @return the queue, or null if the id is none
     */
    public synchronized IommufdFaultQueue faultQueue(final int id) {
        return objects.get(id) instanceof IommufdFaultQueue queue ? queue : null;
    }

    /**
     * Makes a page table of a domain ({@code IOMMU_HWPT_ALLOC}).
     *
     * @param domain the domain, attached nowhere
     * @param faultId a fault queue, or 0 for none
     * @return the object, or null: {@link #lastError()} is {@code -EOPNOTSUPP} for a fault queue
     *     with a domain that is not nested, {@code -ENOENT} for an id that is no fault queue
     */
    public synchronized IommufdHwpt hwptAlloc(final IommuDomain domain, final int faultId) {
        return hwptAlloc(domain, faultId, null);
    }

    private IommufdHwpt hwptAlloc(
            final IommuDomain domain, final int faultId, final ViommuObject viommu) {
        IommufdFaultQueue queue = null;
        error = 0;
        if (faultId != 0) {
            if (domain.type() != DomainType.NESTED) {
                error = -Errno.EOPNOTSUPP;
                return null;
            }
            queue = faultQueue(faultId);
            if (queue == null) {
                error = -Errno.ENOENT;
                return null;
            }
            queue.addUser();
            domain.setIopfHandler(queue);
        }
        final IommufdHwpt hwpt = new IommufdHwpt(freeId(), domain, queue, viommu);
        domain.setFaultData(hwpt);
        objects.put(hwpt.id(), hwpt);
        if (viommu != null) {
            viommu.users++;
        }
        return hwpt;
    }

    /**
     * Makes a page table that the host owns ({@code IOMMU_HWPT_ALLOC} of an address space, {@code
     * iommufd_hwpt_paging_alloc}).
     *
     * @param device the device that it is made for
     * @param flags {@code HwptAlloc.FLAG_} bits: {@code FLAG_NEST_PARENT} for one that a viommu can
     *     stand on
     * @return the object, or null: {@link #lastError()} is {@code -EOPNOTSUPP}
     */
    public synchronized IommufdHwpt hwptAllocPaging(final IommufdDevice device, final int flags) {
        final IommuDomain domain =
                device.device().ops().domainAllocPagingFlags(device.device(), flags);
        if (domain == null) {
            error = -Errno.EOPNOTSUPP;
            return null;
        }
        return hwptAlloc(domain, 0, null);
    }

    /**
     * Makes a page table that a guest owns ({@code IOMMU_HWPT_ALLOC} of a viommu, {@code
     * iommufd_viommu_alloc_hwpt_nested}).
     *
     * @param viommuId what it is made on
     * @param data the guest's tables in the hardware's own format
     * @param faultId a fault queue, or 0 for none
     * @return the object, or null: {@link #lastError()} is {@code -ENOENT} for an id that is no
     *     viommu or no fault queue, {@code -EIO} for data that the driver refuses
     */
    public synchronized IommufdHwpt hwptAllocNested(
            final int viommuId, final IommuUserData data, final int faultId) {
        if (!(objects.get(viommuId) instanceof ViommuObject viommu)) {
            error = -Errno.ENOENT;
            return null;
        }
        final IommuDomain domain = viommu.viommu().allocDomainNested(data);
        if (domain == null) {
            error = -Errno.EIO;
            return null;
        }
        final IommufdHwpt hwpt = hwptAlloc(domain, faultId, viommu);
        if (hwpt == null) {
            domain.free();
        }
        return hwpt;
    }

    /**
     * Makes a page table that a guest owns on the second stage of its memory, where no viommu is
     * needed ({@code IOMMU_HWPT_ALLOC} of a page table, {@code iommufd_hwpt_nested_alloc}): VT-d.
     *
     * @param device the device that it is made for
     * @param parent a page table made with {@code FLAG_NEST_PARENT}, which stays in use until the
     *     result is destroyed
     * @param data the guest's tables in the hardware's own format
     * @param faultId a fault queue, or 0 for none
     * @return the object, or null: {@link #lastError()} is {@code -ENOENT} if the parent was
     *     destroyed or the id is no fault queue, {@code -EOPNOTSUPP} for data that the driver
     *     refuses
     */
    public synchronized IommufdHwpt hwptAllocNested(
            final IommufdDevice device,
            final IommufdHwpt parent,
            final IommuUserData data,
            final int faultId) {
        if (!parent.get()) {
            error = -Errno.ENOENT;
            return null;
        }
        final IommuDevice dev = device.device();
        final IommuDomain domain = dev.ops().domainAllocNested(dev, parent.domain(), data);
        if (domain == null) {
            parent.put();
            error = -Errno.EOPNOTSUPP;
            return null;
        }
        final IommufdHwpt hwpt = hwptAlloc(domain, faultId, null);
        if (hwpt == null) {
            domain.free();
            parent.put();
            return null;
        }
        hwpt.standOn(parent);
        return hwpt;
    }

    // ---- The machine's own part of the IOMMU ----------------------------------------------------

    /**
     * Makes a viommu ({@code IOMMU_VIOMMU_ALLOC}, {@code iommufd_viommu_alloc_ioctl()} of 6.13).
     *
     * @param type an {@code IOMMU_VIOMMU_TYPE_} number
     * @param device a device behind the IOMMU
     * @param parent the stage 2 that it stands on, which stays in use until it is destroyed
     * @return its id; {@code -ENOENT} if the parent was destroyed; {@code -EOPNOTSUPP} if the
     *     driver has no such viommu or the parent is not fit
     */
    public synchronized int viommuAlloc(
            final int type, final IommufdDevice device, final IommufdHwpt parent) {
        if (!parent.get()) {
            return -Errno.ENOENT;
        }
        final IommufdViommu viommu =
                device.device().ops().viommuAlloc(device.device(), parent.domain(), type);
        if (viommu == null) {
            parent.put();
            return -Errno.EOPNOTSUPP;
        }
        final int id = freeId();
        objects.put(id, new ViommuObject(viommu, parent, device.device().ops()));
        return id;
    }

    /**
     * The viommu of an id: where a guest's invalidations go ({@code IOMMU_HWPT_INVALIDATE}).
     *
     * @param id an object's id
     * @return the viommu, or null if the id is none
     */
    public synchronized IommufdViommu viommu(final int id) {
        return objects.get(id) instanceof ViommuObject viommu ? viommu.viommu() : null;
    }

    /**
     * Names a device to a viommu ({@code IOMMU_VDEVICE_ALLOC}, {@code
     * iommufd_vdevice_alloc_ioctl()} of 6.13). The name goes with the device, as from 6.17 on:
     * before, it outlived {@code IOMMU_DESTROY} of the device, and a guest's commands reached a
     * device that had been taken from it.
     *
     * @param viommuId whose guest calls the device so
     * @param device the device
     * @param virtId the name
     * @return the object's id; {@code -ENOENT} if the first id is no viommu; {@code -EINVAL} if the
     *     device is behind another IOMMU or the name has more than 32 bits; {@code -EEXIST} if the
     *     name is taken
     */
    public synchronized int vdeviceAlloc(
            final int viommuId, final IommufdDevice device, final long virtId) {
        if (!(objects.get(viommuId) instanceof ViommuObject viommu)) {
            return -Errno.ENOENT;
        }
        if (viommu.ops() != device.device().ops()) {
            return -Errno.EINVAL;
        }
        final int ret = viommu.viommu().vdeviceAlloc(virtId, device.device());
        if (ret != 0) {
            return ret;
        }
        final int id = freeId();
        objects.put(id, new VdeviceObject(viommu, device, virtId));
        viommu.users++;
        return id;
    }

    private void vdeviceDestroy(final VdeviceObject vdevice) {
        vdevice.viommu().viommu().vdeviceDestroy(vdevice.virtId());
        vdevice.viommu().users--;
    }

    /**
     * Why the last allocation failed.
     *
     * @return 0 or a negative errno
     */
    public synchronized int lastError() {
        return error;
    }

    /**
     * Destroys an object ({@code IOMMU_DESTROY}).
     *
     * @param id an object's id
     * @return 0; {@code -ENOENT} for an unknown id; {@code -EBUSY} for a page table or device that
     *     is attached, a page table or viommu that something was made on, or a fault queue that is
     *     open or referred to
     */
    public synchronized int destroy(final int id) {
        final Object object = objects.get(id);
        if (object == null) {
            return -Errno.ENOENT;
        }
        final int ret = destroyed(object);
        if (ret == 0) {
            objects.remove(id);
        }
        return ret;
    }

    private int destroyed(final Object object) {
        if (object instanceof IommufdFaultQueue queue) {
            return queue.destroy();
        }
        if (object instanceof IommufdHwpt hwpt) {
            return destroyed(hwpt);
        }
        if (object instanceof ViommuObject viommu) {
            if (viommu.users != 0) {
                return -Errno.EBUSY;
            }
            viommu.viommu().destroy();
            viommu.hwpt().put();
        } else if (object instanceof VdeviceObject vdevice) {
            vdeviceDestroy(vdevice);
        } else if (object instanceof IommufdDevice device) {
            if (device.isAttached()) {
                return -Errno.EBUSY;
            }
            forgetNames(device);
        }
        return 0;
    }

    private int destroyed(final IommufdHwpt hwpt) {
        if (!hwpt.destroy()) {
            return -Errno.EBUSY;
        }
        if (hwpt.faultQueue() != null) {
            hwpt.faultQueue().removeUser();
        }
        hwpt.domain().free();
        if (hwpt.viommu() != null) {
            hwpt.viommu().users--;
        }
        hwpt.leaveParent();
        return 0;
    }

    private void forgetNames(final IommufdDevice device) {
        objects.values()
                .removeIf(
                        object -> {
                            final boolean isIts =
                                    object instanceof VdeviceObject vdevice
                                            && vdevice.device() == device;
                            if (isIts) {
                                vdeviceDestroy((VdeviceObject) object);
                            }
                            return isIts;
                        });
    }
}
