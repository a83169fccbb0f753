// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import io.iopf4j.api.kernel.AddressSpace;

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
     * The domain that lets addresses pass untranslated ({@code identity_domain}).
     *
     * @return one domain for all devices, or null if the driver has no such domain
     */
    default IommuDomain identityDomain() {
        return null;
    }

    /**
     * Makes a domain whose page tables the host owns ({@code domain_alloc_paging}).
     *
     * @param dev the device that it is made for
     * @return the domain, or null if there is no memory or the driver has no such domain
     */
    default IommuDomain domainAllocPaging(final IommuDevice dev) {
        return domainAllocPagingFlags(dev, 0);
    }

    /**
     * The same for a user that says what it will be for ({@code domain_alloc_paging_flags} of
     * 6.13).
     *
     * @param dev the device that it is made for
     * @param flags bits of {@code IOMMU_HWPT_ALLOC}: {@code NEST_PARENT} for one that {@link
     *     #viommuAlloc} can stand on
     * @return the domain, or null if there is no memory, or the driver has no such domain or knows
     *     a flag not
     */
    default IommuDomain domainAllocPagingFlags(final IommuDevice dev, final int flags) {
        return null;
    }

    /**
     * Makes a domain whose page tables a guest owns, on the second stage of its memory, where no
     * viommu is needed ({@code domain_alloc_nested} of 6.13): VT-d.
     *
     * @param dev the device that it is made for
     * @param parent a domain made with {@code NEST_PARENT}; stays as long as the result
     * @param data the guest's tables in the hardware's own format
     * @return the domain, or null where the kernel says {@code -EOPNOTSUPP} or {@code -EINVAL}:
     *     other data, hardware without nesting, or a parent that is no such domain
     */
    default IommuDomain domainAllocNested(
            final IommuDevice dev, final IommuDomain parent, final IommuUserData data) {
        return null;
    }

    /**
     * Makes a virtual machine's own part of the IOMMU ({@code viommu_alloc} of 6.13).
     *
     * @param dev the device that it is made for; others of the same IOMMU may use it
     * @param parent a domain made with {@code NEST_PARENT}; stays as long as the result
     * @param type an {@code IOMMU_VIOMMU_TYPE_} number
     * @return the viommu, or null where the kernel says {@code -EOPNOTSUPP} or {@code -EINVAL}:
     *     another type, hardware without nesting, or a parent that is no such domain of this IOMMU
     */
    default IommufdViommu viommuAlloc(
            final IommuDevice dev, final IommuDomain parent, final int type) {
        return null;
    }

    /**
     * Makes a domain of a process's address space ({@code domain_alloc_sva}), to be attached at
     * PASIDs. It follows the address space until it is freed.
     *
     * @param dev the device that it is made for; others of the same IOMMU may share it
     * @param mm the address space, alive
     * @return the domain, or null if there is no memory or the driver has no such domain
     */
    default IommuDomain domainAllocSva(final IommuDevice dev, final AddressSpace mm) {
        return null;
    }

    /**
     * How many PASIDs device and IOMMU can use ({@code dev->iommu->max_pasids}).
     *
     * @param dev a probed device
     * @return one more than the greatest PASID, 0 without PASIDs; here what the device can
     */
    default int maxPasids(final IommuDevice dev) {
        final int bits = dev.fwspec().pasidNumBits();
        return bits == 0 ? 0 : 1 << bits;
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
     * from any thread; must not call back into the core. 6.12 looks at no result, its operation
     * returns nothing; 5.x and before hand it on to whoever answered.
     *
     * @param dev the device that asked
     * @param evt the last request of its group; null where the semantics keep none (2017)
     * @param msg the answer
     * @return 0, or a negative errno and nothing was sent
     */
    int pageResponse(IommuDevice dev, IommuFault evt, IommuPageResponse msg);

    /**
     * Ends every fault of a device in the hardware, whatever its PASID, by the model's own means
     * (SMMUv3: {@code CMD_STALL_TERM}; VT-d: drain per PASID and RID), and returns when records of
     * them can no longer be reported. Proposed in December 2017, never written; not in {@code
     * struct iommu_ops}.
     *
     * @param dev a probed device whose domain has changed already, so that it raises no new faults
     * @return 0, or {@code -EOPNOTSUPP} and nothing has happened
     */
    default int drainFaults(final IommuDevice dev) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * How many faults may be outstanding over all devices that share this one's hardware queue: the
     * number that quotas are a part of. Proposed in December 2017, never written.
     *
     * @param dev a probed device
     * @return faults; 0 if the hardware does not say
     */
    default int sharedFaultCapacity(final IommuDevice dev) {
        return 0;
    }

    /**
     * How long a device of this model may wait for an answer, where a timeout rule names no time.
     *
     * @param dev a probed device
     * @return nanoseconds, more than 0; 10 s unless the model says otherwise, as in the 2018 series
     */
    default long faultTimeoutNs(final IommuDevice dev) {
        return 10_000_000_000L;
    }

    /**
     * The answer by which the host itself ends a fault of this model.
     *
     * @param dev a probed device
     * @return a {@link PageResponseCode}
     */
    default int terminationCode(final IommuDevice dev) {
        return PageResponseCode.INVALID;
    }

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
