// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuFault;

/**
 * A page request that is owed an answer: {@code struct iommu_fault_event} as a list keeps it, 2018
 * to Linux 6.8. Pooled by the {@link PendingRecords} that it belongs to. As in the kernel's
 * structure the request is embedded: the record is the fault itself.
 */
public final class PendingRecord extends IommuFault {
    private long expireNs;
    boolean isPending;

    /** In the order of arrival; the pool is linked by next as well. */
    PendingRecord previous;

    PendingRecord next;

    /** Within its bucket, in the order of arrival. */
    PendingRecord chainPrevious;

    PendingRecord chainNext;

    PendingRecord() {}

    /**
     * The request.
     *
     * @return the core's copy, not to be changed
     */
    public IommuFault fault() {
        return this;
    }

    /**
     * When it should have been answered ({@code expire}), April and May 2018 alone.
     *
     * @return a time of {@code Kernel.nowNs()}
     */
    public long expireNs() {
        return expireNs;
    }

    /**
     * Says when it should have been answered.
     *
     * @param expireNs a time of {@code Kernel.nowNs()}
     */
    public void setExpireNs(final long expireNs) {
        this.expireNs = expireNs;
    }

    /**
     * The record that came next.
     *
     * @return the next younger one, or null
     */
    public PendingRecord next() {
        return next;
    }
}
