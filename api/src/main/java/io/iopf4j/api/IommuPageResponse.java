// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * An answer on its way to the hardware: {@code struct iommu_page_response}, {@code
 * include/linux/iommu.h} of Linux 6.12. Mutable and reused by the core; a driver reads it during
 * the call and keeps nothing of it.
 */
public final class IommuPageResponse {
    private int pasid;
    private int grpid;
    private int code;

    /** An empty answer, to be filled by {@link #set}. */
    public IommuPageResponse() {}

    /**
     * Fills the answer.
     *
     * @param pasid the group's PASID, 20 bits
     * @param grpid the group's index
     * @param code a {@link PageResponseCode}, or whatever number somebody sent
     * @return this
     */
    public IommuPageResponse set(final int pasid, final int grpid, final int code) {
        this.pasid = pasid;
        this.grpid = grpid;
        this.code = code;
        return this;
    }

    /**
     * Process address space id.
     *
     * @return the PASID of the group that is answered
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Group index.
     *
     * @return the index of the group that is answered
     */
    public int grpid() {
        return grpid;
    }

    /**
     * Response code.
     *
     * @return a {@link PageResponseCode}, or whatever number somebody sent
     */
    public int code() {
        return code;
    }
}
