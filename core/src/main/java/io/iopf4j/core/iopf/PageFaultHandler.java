// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;

/**
 * Brings one page in: {@code iopf_handle_single()}, {@code drivers/iommu/io-pgfault.c} of Linux
 * 5.13 to 6.1. Whoever shares address spaces with devices implements it.
 */
@FunctionalInterface
public interface PageFaultHandler {
    /** Knows no address space, and so no PASID. */
    PageFaultHandler NONE = (dev, fault) -> PageResponseCode.INVALID;

    /**
     * Handles one request. Called from the queue's work, with no lock of the core held.
     *
     * @param dev the device
     * @param fault the request, with a PASID; not to be changed or kept
     * @return {@link PageResponseCode#SUCCESS}, or {@link PageResponseCode#INVALID} if the PASID is
     *     unknown, nothing is mapped at the address, or the access is not permitted there
     */
    int handle(IommuDevice dev, IommuFault fault);
}
