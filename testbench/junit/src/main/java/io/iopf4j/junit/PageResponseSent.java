// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.PcieBus;

/** What a PCIe device was told about its page request group, by PCIe's names. */
public enum PageResponseSent implements Expected {
    /** The pages are there. */
    SUCCESS,
    /** A page cannot be had. */
    INVALID_REQUEST,
    /** The interface is out of order. */
    RESPONSE_FAILURE;

    @Override
    public String entryName() {
        return name();
    }

    static Entry decode(
            final long timeNs, final int rid, final int pasid, final int code, final int group) {
        final PageResponseSent what =
                switch (code) {
                    case PcieBus.SUCCESS -> SUCCESS;
                    case PcieBus.INVALID_REQUEST -> INVALID_REQUEST;
                    default -> RESPONSE_FAILURE;
                };
        return new Entry(timeNs, what.name())
                .with("RID", rid)
                .withIf(pasid >= 0, "PASID", pasid)
                .with("PRGIndex", group);
    }
}
