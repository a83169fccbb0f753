// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
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
        final IommufdHwpt hwpt = new IommufdHwpt(freeId(), domain, queue);
        domain.setFaultData(hwpt);
        objects.put(hwpt.id(), hwpt);
        return hwpt;
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
     *     is attached, or a fault queue that is open or referred to
     */
    public synchronized int destroy(final int id) {
        final Object object = objects.get(id);
        if (object == null) {
            return -Errno.ENOENT;
        }
        if (object instanceof IommufdFaultQueue queue) {
            final int ret = queue.destroy();
            if (ret != 0) {
                return ret;
            }
        } else if (object instanceof IommufdHwpt hwpt) {
            if (!hwpt.destroy()) {
                return -Errno.EBUSY;
            }
            if (hwpt.faultQueue() != null) {
                hwpt.faultQueue().removeUser();
            }
            hwpt.domain().free();
        } else if (object instanceof IommufdDevice device && device.hwpt() != null) {
            return -Errno.EBUSY;
        }
        objects.remove(id);
        return 0;
    }
}
