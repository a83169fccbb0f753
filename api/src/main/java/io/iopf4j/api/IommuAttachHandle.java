// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * One attachment of a domain to a group of devices at a PASID or at the RID: {@code struct
 * iommu_attach_handle} of Linux 6.12. A consumer extends it with what it must find again from a
 * fault, as iommufd does.
 */
public class IommuAttachHandle {
    private IommuDomain domain;

    /** A handle that is not attached yet. */
    public IommuAttachHandle() {}

    /**
     * The attached domain.
     *
     * @return the domain, or null while not attached
     */
    public final IommuDomain domain() {
        return domain;
    }

    /**
     * Sets the domain. For the core alone, while it attaches.
     *
     * @param domain the domain, or null
     */
    public final void setDomain(final IommuDomain domain) {
        this.domain = domain;
    }
}
