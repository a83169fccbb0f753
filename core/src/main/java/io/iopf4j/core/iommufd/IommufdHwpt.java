// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuDomain;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hardware page table with its domain: {@code struct iommufd_hw_pagetable} of Linux 6.12. Devices
 * of several groups may attach it at the same time.
 */
public final class IommufdHwpt {
    private final int id;
    private final IommuDomain domain;
    private final IommufdFaultQueue faultQueue;
    private final AtomicInteger attachments = new AtomicInteger();

    IommufdHwpt(final int id, final IommuDomain domain, final IommufdFaultQueue faultQueue) {
        this.id = id;
        this.domain = domain;
        this.faultQueue = faultQueue;
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

    void attached() {
        attachments.incrementAndGet();
    }

    void detached() {
        attachments.decrementAndGet();
    }

    boolean isAttached() {
        return attachments.get() > 0;
    }
}
