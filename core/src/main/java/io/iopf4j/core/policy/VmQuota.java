// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/**
 * {@code vm-quota=N|half}: so many page request groups of all devices of one virtual machine may be
 * outstanding; one more is terminated at once, those that wait are left alone. {@code half} is half
 * of the hardware queue that machines share, a number that the IOMMU driver offers; of several
 * IOMMUs behind one machine the smallest counts. Belongs into VFIO, which alone knows the devices
 * of a machine (thread of December 2017). The host's own devices have no limit.
 */
final class VmQuota implements FaultPolicy {
    static final String NAME = "vm-quota";

    private final Quota quota;

    VmQuota(final String quota) {
        this.quota = Quota.parse(NAME, quota);
    }

    @Override
    public String name() {
        return quota.name();
    }

    @Override
    public void assigned(final IommuDevice dev, final Account device, final Account vm) {
        if (!vm.isHost()) {
            final int known = vm.quota();
            final int ofDevice = quota.of(dev);
            vm.setQuota(known == 0 ? ofDevice : Math.min(known, ofDevice));
        }
    }

    @Override
    public boolean admits(final FaultInfo request) {
        final Account vm = request.vm();
        return !request.opensGroup() || vm.isHost() || vm.outstandingGroups() < vm.quota();
    }
}
