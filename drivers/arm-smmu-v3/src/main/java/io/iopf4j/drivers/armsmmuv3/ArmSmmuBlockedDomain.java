// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;

/** All accesses abort, silently: {@code arm_smmu_blocked_domain} of Linux 6.12. */
final class ArmSmmuBlockedDomain extends IommuDomain {
    private final ArmSmmuDevice smmu;

    ArmSmmuBlockedDomain(final ArmSmmuDevice smmu) {
        super(DomainType.BLOCKED);
        this.smmu = smmu;
    }

    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        smmu.installSte(master, ArmSmmuStreamTable.ABORT, 0);
        master.setCdTableInSte(false);
        return 0;
    }

    /** Attaching it to a PASID is how a PASID is detached ({@code arm_smmu_remove_dev_pasid}). */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.cdTable() != null && pasid < 1 << master.cdTable().log2Size()) {
            master.cdTable()
                    .clear(pasid, ArmSmmuPagingDomain.invalidation(smmu, master));
        }
        return 0;
    }
}
