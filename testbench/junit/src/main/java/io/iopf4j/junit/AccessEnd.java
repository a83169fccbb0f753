// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.AccessResult;

/** How accesses ended, in the order in which they did. */
public enum AccessEnd implements Expected {
    /** Translated and done. */
    DONE,
    /** Ended with an abort. */
    ABORTED,
    /** Read as zero, or its write was ignored. */
    RAZ_WI;

    @Override
    public String entryName() {
        return name();
    }

    static Entry decode(
            final long timeNs,
            final AccessResult result,
            final String device,
            final int pasid,
            final long address) {
        return new Entry(timeNs, result.name())
                .with("device", device)
                .withIf(pasid >= 0, "pasid", pasid)
                .with("addr", address);
    }
}
