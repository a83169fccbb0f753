// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;

/**
 * A device that shares an address space: {@code struct iommu_sva}, {@code include/linux/iommu.h} of
 * Linux 6.12, or why it does not, where the kernel returns an {@code ERR_PTR}. Made and given up by
 * {@link IommuSva} alone.
 */
public final class SvaBond extends IommuAttachHandle {
    private final IommuDevice device;
    private final IommuGroup group;
    private final MmStruct mm;
    private final int pasid;
    private final int error;
    private IommuMm.Use use;
    private int users;

    SvaBond(final IommuDevice device, final IommuGroup group, final MmStruct mm, final int pasid) {
        this.device = device;
        this.group = group;
        this.mm = mm;
        this.pasid = pasid;
        this.error = 0;
    }

    private SvaBond(final int error) {
        this.device = null;
        this.group = null;
        this.mm = null;
        this.pasid = PasidSpace.INVALID;
        this.error = error;
    }

    static SvaBond failed(final int error) {
        return new SvaBond(error);
    }

    /**
     * How binding went.
     *
     * @return 0, or a negative errno and this is no bond
     */
    public int error() {
        return error;
    }

    /**
     * By which PASID the device reaches the address space ({@code iommu_sva_get_pasid}).
     *
     * @return at least 1; -1 if this is no bond
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Whose bond.
     *
     * @return the device, or null if this is no bond
     */
    public IommuDevice device() {
        return device;
    }

    /**
     * With whom.
     *
     * @return the address space, or null if this is no bond
     */
    public MmStruct mm() {
        return mm;
    }

    IommuGroup group() {
        return group;
    }

    IommuMm.Use use() {
        return use;
    }

    /** Binding is done: the first user's bond, by a domain. */
    void bound(final IommuMm.Use by) {
        use = by;
        by.users++;
        users = 1;
    }

    void get() {
        users++;
    }

    /** Drops a reference; true for the last one. */
    boolean put() {
        return --users == 0;
    }
}
