// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * A stage 1 domain whose tables the host owns, at the RID or at PASIDs: {@code arm_smmu_domain}
 * with {@code ARM_SMMU_DOMAIN_S1} of Linux 6.12.
 */
public final class ArmSmmuPagingDomain extends IommuDomain {
    private final ArmSmmuDevice smmu;
    private final IoPgtable pgtable;
    private final int asid;

    private ArmSmmuPagingDomain(final ArmSmmuDevice smmu, final IoPgtable pgtable, final int asid) {
        super(DomainType.PAGING);
        this.smmu = smmu;
        this.pgtable = pgtable;
        this.asid = asid;
    }

    static ArmSmmuPagingDomain alloc(final ArmSmmuDevice smmu) {
        final IoPgtable pgtable = IoPgtable.alloc(smmu.platform().dma());
        return pgtable == null ? null : new ArmSmmuPagingDomain(smmu, pgtable, smmu.allocAsid());
    }

    /**
     * Maps one page of 4 KiB ({@code iommu_map}).
     *
     * @param iova any address in the page
     * @param paddr physical address of the page
     * @param perm {@code IommuFault.PERM_} bits that are allowed
     * @return 0, or {@code -ENOMEM}
     */
    public int map(final long iova, final long paddr, final int perm) {
        return pgtable.map(iova, paddr, perm) ? 0 : -Errno.ENOMEM;
    }

    /**
     * Unmaps one page and makes the hardware forget it ({@code iommu_unmap}).
     *
     * @param iova any address in the page
     * @return false if it was not mapped
     */
    public boolean unmap(final long iova) {
        if (!pgtable.unmap(iova)) {
            return false;
        }
        // Not the leaf alone: tables that became empty have been taken out as well.
        smmu.commandQueue()
                .issueWithSync(Commands.tlbiNhVa(0, asid), Commands.tlbiAddress(iova, false));
        return true;
    }

    /** CD 0 first, then the entry that leads to it: {@code arm_smmu_attach_dev()}. */
    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final int ret = ArmSmmuContexts.write(smmu, master, 0, pgtable, asid);
        if (ret == 0) {
            smmu.installCdTable(master, StreamTableEntry.S1DSS_SSID0);
            master.setRidDomainType(type());
        }
        return ret;
    }

    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        return ArmSmmuContexts.setPasid(smmu, ArmSmmuMaster.of(dev), pasid, pgtable, asid);
    }

    /** {@code arm_smmu_domain_free_paging()}: the hardware forgets the tables before they go. */
    @Override
    public void free() {
        smmu.commandQueue().issueWithSync(Commands.tlbiNhAsid(0, asid), 0);
        pgtable.free();
    }
}
