// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What an IOMMU driver offers to the core: {@code struct iommu_ops}, {@code include/linux/iommu.h}
 * of Linux 6.12. Calls for one device are serialised by the core, except {@link #pageResponse}.
 */
public interface IommuOps {
    /**
     * Takes a device in ({@code probe_device}).
     *
     * @param dev the device, its {@link IommuDevice#fwspec()} naming its ids
     * @return 0, or a negative errno and nothing is kept
     */
    int probeDevice(IommuDevice dev);

    /**
     * Lets a device go ({@code release_device}); nothing is attached any more.
     *
     * @param dev a probed device
     */
    void releaseDevice(IommuDevice dev);

    /**
     * The domain that refuses everything ({@code blocked_domain}).
     *
     * @return one domain for all devices
     */
    IommuDomain blockedDomain();

    /**
     * Makes a domain whose page tables the host owns ({@code domain_alloc_paging}).
     *
     * @param dev the device that it is made for
     * @return the domain, or null if there is no memory or the driver has no such domain
     */
    default IommuDomain domainAllocPaging(final IommuDevice dev) {
        return null;
    }

    /**
     * Makes a domain whose page tables a guest owns ({@code domain_alloc_user} with user data).
     *
     * @param dev the device that it is made for
     * @param data the guest's tables in the hardware's own format
     * @return the domain, or null if the data are not acceptable or the driver has no such domain
     */
    default IommuDomain domainAllocNested(final IommuDevice dev, final IommuUserData data) {
        return null;
    }

    /**
     * Switches a feature on ({@code dev_enable_feat}).
     *
     * @param dev a probed device
     * @param feature which
     * @return 0, {@code -ENODEV} if unknown, or the driver's errno
     */
    default int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
        return -Errno.ENODEV;
    }

    /**
     * Switches a feature off ({@code dev_disable_feat}).
     *
     * @param dev a probed device
     * @param feature which
     * @return 0, or the driver's errno
     */
    default int devDisableFeature(final IommuDevice dev, final DevFeature feature) {
        return -Errno.EBUSY;
    }

    /**
     * Whether {@link #pageResponse} exists. A driver without it cannot be on a fault queue.
     *
     * @return the {@code page_response} pointer is set
     */
    default boolean hasPageResponse() {
        return true;
    }

    /**
     * Answers a page request ({@code page_response}). Called with the device's fault lock held,
     * from any thread; must not call back into the core.
     *
     * @param dev the device that asked
     * @param evt the last request of its group
     * @param msg the answer
     */
    void pageResponse(IommuDevice dev, IommuFault evt, IommuPageResponse msg);

    /**
     * Whether a guest's tables cover every PASID of a device ({@code user_pasid_table}), so that a
     * fault of any PASID belongs to the nested domain at the RID.
     *
     * @return the {@code user_pasid_table} bit
     */
    default boolean userPasidTable() {
        return false;
    }
}
