// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * A domain that needs a stream table entry alone: {@code arm_smmu_identity_domain} or {@code
 * arm_smmu_blocked_domain} of Linux 6.12. Attached PASIDs go on; accesses without PASID then pass,
 * or are recorded as F_STREAM_DISABLED, where otherwise they abort in silence.
 */
final class ArmSmmuSteDomain extends IommuDomain {
    private final ArmSmmuDevice smmu;

    /** One of {@link DomainType#IDENTITY} and {@link DomainType#BLOCKED}. */
    ArmSmmuSteDomain(final ArmSmmuDevice smmu, final DomainType type) {
        super(type);
        this.smmu = smmu;
    }

    /** {@code arm_smmu_attach_dev_ste()}: the entry first, then CD 0 is not needed any more. */
    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final boolean isIdentity = type() == DomainType.IDENTITY;
        final boolean keepsAts = master.hasPasids() && master.canAts();
        if (master.hasPasids()) {
            smmu.tables()
                    .installCdTable(
                            master,
                            isIdentity
                                    ? StreamTableEntry.S1DSS_BYPASS
                                    : StreamTableEntry.S1DSS_TERMINATE);
        } else {
            final long[] ste = new long[ArmSmmuEntryWriter.WORDS];
            if (isIdentity) {
                ArmSmmuSte.makeBypass(ste, smmu.features());
            } else {
                ArmSmmuSte.makeAbort(ste);
            }
            smmu.tables().installSte(master, ste);
        }
        smmu.tables().commitWithoutContext(master, this, keepsAts);
        return 0;
    }

    /**
     * Attaching the blocking domain to a PASID is how a PASID is detached ({@code
     * arm_smmu_remove_dev_pasid}); no PASID bypasses.
     */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        if (type() != DomainType.BLOCKED) {
            return -Errno.EOPNOTSUPP;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final ArmSmmuStage1Domain domain = master.pasidDomain(pasid);
        if (domain != null) {
            domain.removeDevPasid(master, pasid);
            if (!master.hasPasids() && master.ridDomain() instanceof ArmSmmuSteDomain) {
                return master.ridDomain().attachDev(dev);
            }
        }
        return 0;
    }
}
