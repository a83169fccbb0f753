// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * A translation that devices are attached to: {@code struct iommu_domain} with its {@code struct
 * iommu_domain_ops} of Linux 6.12. A driver extends it. Attaching is serialised by the core's group
 * lock.
 */
public abstract class IommuDomain {
    private final DomainType type;
    private volatile IopfHandler iopfHandler;
    private Object faultData;

    /**
     * A domain without a fault handler.
     *
     * @param type its kind
     */
    protected IommuDomain(final DomainType type) {
        this.type = type;
    }

    /**
     * Kind of domain.
     *
     * @return the type that it was made with
     */
    public final DomainType type() {
        return type;
    }

    /**
     * Who receives its faults ({@code domain->iopf_handler}).
     *
     * @return the handler, or null: faults of this domain are answered INVALID
     */
    public final IopfHandler iopfHandler() {
        return iopfHandler;
    }

    /**
     * Sets the receiver of faults; before the domain is attached.
     *
     * @param iopfHandler the handler, or null
     */
    public final void setIopfHandler(final IopfHandler iopfHandler) {
        this.iopfHandler = iopfHandler;
    }

    /**
     * The consumer's own data ({@code domain->fault_data}).
     *
     * @return what the consumer set
     */
    public final Object faultData() {
        return faultData;
    }

    /**
     * Sets the consumer's own data.
     *
     * @param faultData for example iommufd's page table object
     */
    public final void setFaultData(final Object faultData) {
        this.faultData = faultData;
    }

    /**
     * Makes this the device's translation ({@code domain_ops.attach_dev}), whatever was attached
     * before.
     *
     * @param dev a probed device
     * @return 0, or a negative errno and nothing has changed
     */
    public abstract int attachDev(IommuDevice dev);

    /**
     * Makes this the translation of one PASID ({@code domain_ops.set_dev_pasid}).
     *
     * @param dev a probed device
     * @param pasid at least 1
     * @return 0, or a negative errno and nothing has changed; here {@code -EOPNOTSUPP}
     */
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * Maps a range ({@code iommu_map}, {@code domain_ops.map_pages}), by the largest pages that
     * fit. When it fails, nothing of it is mapped.
     *
     * @param iova first input address, a multiple of the smallest page
     * @param paddr first output address, likewise
     * @param bytes how many, likewise, more than 0
     * @param perm {@code IommuFault.PERM_} bits that are allowed
     * @return 0, or a negative errno; here {@code -EOPNOTSUPP}
     */
    public int map(final long iova, final long paddr, final long bytes, final int perm) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * Unmaps a range and makes the hardware forget it ({@code iommu_unmap}, {@code
     * domain_ops.unmap_pages}).
     *
     * @param iova first input address, a multiple of the smallest page
     * @param bytes how many, likewise
     * @return how many bytes were unmapped; here 0
     */
    public long unmap(final long iova, final long bytes) {
        return 0;
    }

    /**
     * Makes a guest's PASID table the device's own ({@code iommu_ops.bind_pasid_table}), in the
     * 2017 and 2018 series alone, where a domain's operations are the driver's.
     *
     * @param dev a probed device that is attached to this domain
     * @param config the table; read during the call
     * @return 0, or a negative errno and nothing has changed; here {@code -ENODEV}: the driver has
     *     no such operation
     */
    public int bindPasidTable(final IommuDevice dev, final PasidTableConfig config) {
        return -Errno.ENODEV;
    }

    /**
     * Takes a guest's PASID table away again ({@code iommu_ops.unbind_pasid_table}). Neither drains
     * nor answers what is outstanding. Here nothing happens.
     *
     * @param dev a probed device
     */
    public void unbindPasidTable(final IommuDevice dev) {}

    /**
     * Invalidates what the IOMMU caches of a guest's tables ({@code iommu_ops.sva_invalidate}), in
     * the 2017 and 2018 series.
     *
     * @param dev a probed device with a guest's PASID table
     * @param info what to forget; read during the call
     * @return 0, or a negative errno and nothing was invalidated; here {@code -ENODEV}: the driver
     *     has no such operation
     */
    public int svaInvalidate(final IommuDevice dev, final TlbInvalidateInfo info) {
        return -Errno.ENODEV;
    }

    /**
     * Invalidates what the hardware caches of a guest's tables ({@code cache_invalidate_user}),
     * where no viommu does it. The kernel's operation takes an array of such requests.
     *
     * @param request what is to go, in the hardware's own format
     * @return 0; {@code -EOPNOTSUPP} if the domain has no such operation; {@code -EINVAL} or {@code
     *     -EOPNOTSUPP} for a request that is not acceptable
     */
    public int cacheInvalidateUser(final IommuUserData request) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * The same request by its words, for who invalidates often.
     *
     * @param type an {@code IOMMU_HWPT_INVALIDATE_DATA_} number
     * @param word0 the structure's first word
     * @param word1 its second
     * @param word2 its third
     * @return as {@link #cacheInvalidateUser(IommuUserData)}
     */
    public int cacheInvalidateUser(
            final int type, final long word0, final long word1, final long word2) {
        return cacheInvalidateUser(new IommuUserData(type, word0, word1, word2));
    }

    /** Gives up what the driver holds for it ({@code domain_ops.free}); nothing is attached. */
    public void free() {}
}
