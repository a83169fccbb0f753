// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

/**
 * {@code credit=N}: a device has N credits; a page request takes one, the response to its group
 * returns those of all its requests. What PCIe's Outstanding Page Request Allocation promises of a
 * device (PCI Express 4.0, 10.5.2.3), kept by the host. Belongs into the IOMMU layer.
 */
final class Credit implements FaultPolicy {
    static final String NAME = "credit";

    private final int credits;

    Credit(final String credits) {
        this.credits = Words.number(NAME, credits, "N", "");
    }

    @Override
    public String name() {
        return NAME + "=" + credits;
    }

    @Override
    public int pageRequestAllocation() {
        return credits;
    }

    @Override
    public boolean admits(final FaultInfo request) {
        return request.device().outstandingRequests() < credits;
    }
}
