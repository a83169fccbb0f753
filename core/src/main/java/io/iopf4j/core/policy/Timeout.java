// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/**
 * {@code timeout=D}, or {@code timeout} for what the driver says: a group that is not answered for
 * so long is ended by the host, and a later answer is refused. Belongs into the IOMMU layer; the
 * series of 2018 and 2019 had a timer there that only logged.
 */
final class Timeout implements FaultPolicy {
    static final String NAME = "timeout";

    private final String name;
    private final long delayNs;

    /** A delay as it is written, or null for the driver's. */
    Timeout(final String delay) {
        name = delay == null ? NAME : NAME + "=" + delay;
        delayNs = delay == null ? 0 : Words.timeNs(NAME, delay);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long timeoutNs(final IommuDevice dev) {
        return delayNs == 0 ? dev.ops().faultTimeoutNs(dev) : delayNs;
    }
}
