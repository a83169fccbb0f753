// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfQueue;

/**
 * The fault queue of a kernel that has none yet: before {@code drivers/iommu/io-pgfault.c} came
 * with Linux 5.13. A driver joins one when a device's faults are switched on, so every device is
 * taken and nothing is done with it: its faults go straight to its handler.
 */
public final class AbsentIopfQueue implements IopfQueue {
    /** The one instance: it has no state. */
    public static final AbsentIopfQueue INSTANCE = new AbsentIopfQueue();

    private AbsentIopfQueue() {}

    @Override
    public int addDevice(final IommuDevice dev) {
        return 0;
    }

    @Override
    public int removeDevice(final IommuDevice dev) {
        return 0;
    }

    @Override
    public int flushDev(final IommuDevice dev) {
        return 0;
    }

    @Override
    public int discardPartial() {
        return 0;
    }

    @Override
    public void free() {}
}
