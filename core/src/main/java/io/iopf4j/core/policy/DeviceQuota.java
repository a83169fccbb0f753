// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/**
 * {@code device-quota=N|half}: so many page request groups of one device may be outstanding; one
 * more is terminated at once, those that wait are left alone. Belongs into the IOMMU layer, which
 * sees every device; a virtual machine with fifteen devices defeats it (thread of December 2017).
 */
final class DeviceQuota implements FaultPolicy {
    static final String NAME = "device-quota";

    private final Quota quota;

    DeviceQuota(final String quota) {
        this.quota = Quota.parse(NAME, quota);
    }

    @Override
    public String name() {
        return quota.name();
    }

    @Override
    public void assigned(final IommuDevice dev, final Account device, final Account vm) {
        device.setQuota(quota.of(dev));
    }

    @Override
    public boolean admits(final FaultInfo request) {
        final Account device = request.device();
        return !request.opensGroup() || device.outstandingGroups() < device.quota();
    }
}
