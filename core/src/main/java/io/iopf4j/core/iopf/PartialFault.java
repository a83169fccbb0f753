// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuFault;

/** A request that waits for the rest of its group: {@code struct iopf_fault} of Linux 6.12. */
public final class PartialFault {
    private final IommuFault fault = new IommuFault();
    PartialFault next;

    PartialFault() {}

    /**
     * The request.
     *
     * @return the core's copy
     */
    public IommuFault fault() {
        return fault;
    }
}
