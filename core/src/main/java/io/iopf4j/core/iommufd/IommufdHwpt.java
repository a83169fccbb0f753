// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuDomain;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hardware page table with its domain: {@code struct iommufd_hw_pagetable} of Linux 6.12. Devices
 * of several groups may attach it at the same time.
 */
public final class IommufdHwpt {
    private static final int DESTROYED = -1;

    private final int id;
    private final IommuDomain domain;
    private final IommufdFaultQueue faultQueue;
    private final ViommuObject viommu;
    private IommufdHwpt parent;
    private final AtomicInteger users = new AtomicInteger();

    IommufdHwpt(
            final int id,
            final IommuDomain domain,
            final IommufdFaultQueue faultQueue,
            final ViommuObject viommu) {
        this.id = id;
        this.domain = domain;
        this.faultQueue = faultQueue;
        this.viommu = viommu;
    }

    /**
     * Its object id.
     *
     * @return at least 1
     */
    public int id() {
        return id;
    }

    /**
     * Its domain.
     *
     * @return what is attached
     */
    public IommuDomain domain() {
        return domain;
    }

    /**
     * Where its faults go.
     *
     * @return the queue, or null
     */
    public IommufdFaultQueue faultQueue() {
        return faultQueue;
    }

    /** What a nested one was made on, or null. */
    ViommuObject viommu() {
        return viommu;
    }

    /** Its parent is in use as long as it is there. */
    void standOn(final IommufdHwpt itsParent) {
        parent = itsParent;
    }

    void leaveParent() {
        if (parent != null) {
            parent.put();
        }
    }

    /**
     * Takes a reference; false once it is destroyed. No lock: a context looks its devices' groups
     * up under its own, so that a group cannot ask the context.
     */
    boolean get() {
        for (int had = users.get(); had != DESTROYED; had = users.get()) {
            if (users.compareAndSet(had, had + 1)) {
                return true;
            }
        }
        return false;
    }

    void put() {
        users.decrementAndGet();
    }

    /** From now on nobody gets a reference; false while somebody has one. */
    boolean destroy() {
        return users.compareAndSet(0, DESTROYED);
    }
}
