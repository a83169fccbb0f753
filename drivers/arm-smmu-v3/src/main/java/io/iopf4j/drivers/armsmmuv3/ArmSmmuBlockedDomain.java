// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * All accesses abort: {@code arm_smmu_blocked_domain} of Linux 6.12. Silently, unless PASIDs are
 * attached: then those go on, and accesses without PASID are recorded as F_STREAM_DISABLED.
 */
final class ArmSmmuBlockedDomain extends IommuDomain {
    private final ArmSmmuDevice smmu;

    ArmSmmuBlockedDomain(final ArmSmmuDevice smmu) {
        super(DomainType.BLOCKED);
        this.smmu = smmu;
    }

    /** {@code arm_smmu_attach_dev_ste()}: the entry first, then CD 0 is not needed any more. */
    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.hasPasids()) {
            smmu.installCdTable(master, StreamTableEntry.S1DSS_TERMINATE);
        } else {
            smmu.installSte(master, ArmSmmuStreamTable.ABORT, 0);
            master.setCdTableInSte(false);
        }
        if (master.cdTable() != null) {
            master.cdTable().clear(0, ArmSmmuContexts.invalidation(smmu, master));
        }
        master.setRidDomainType(type());
        return 0;
    }

    /** Attaching it to a PASID is how a PASID is detached ({@code arm_smmu_remove_dev_pasid}). */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.cdTable() != null && pasid < 1 << master.cdTable().log2Size()) {
            final ArmSmmuSvaDomain sva = master.svaDomain(pasid);
            if (sva != null) {
                sva.removeDevPasid(master, pasid);
            } else {
                master.cdTable().clear(pasid, ArmSmmuContexts.invalidation(smmu, master));
            }
            if (!master.hasPasids() && master.ridDomainType() == type()) {
                attachDev(dev);
            }
        }
        return 0;
    }
}
