// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;

/** A driver without hardware: accepts everything and counts the answers that it is to pass on. */
final class SilentDriver implements IommuOps {
    private final IopfQueue queue;
    private final IommuDomain blocked = new SilentDomain(DomainType.BLOCKED);
    private int responses;

    SilentDriver(final IopfQueue queue) {
        this.queue = queue;
    }

    int responses() {
        return responses;
    }

    IommuDomain nestedDomain() {
        return new SilentDomain(DomainType.NESTED);
    }

    @Override
    public int probeDevice(final IommuDevice dev) {
        return 0;
    }

    @Override
    public void releaseDevice(final IommuDevice dev) {}

    @Override
    public IommuDomain blockedDomain() {
        return blocked;
    }

    @Override
    public int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
        return queue.addDevice(dev);
    }

    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        responses++;
        return 0;
    }

    @Override
    public boolean userPasidTable() {
        return true;
    }

    private static final class SilentDomain extends IommuDomain {
        SilentDomain(final DomainType type) {
            super(type);
        }

        @Override
        public int attachDev(final IommuDevice dev) {
            return 0;
        }
    }
}
