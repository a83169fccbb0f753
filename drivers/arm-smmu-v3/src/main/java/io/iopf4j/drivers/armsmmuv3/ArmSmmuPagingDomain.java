// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A stage 1 domain whose tables the host owns, at the RID or at PASIDs: {@code arm_smmu_domain}
 * with {@code ARM_SMMU_DOMAIN_S1} of Linux 6.12. Its owner serialises mapping.
 */
public final class ArmSmmuPagingDomain extends ArmSmmuStage1Domain {
    private ArmSmmuPagingDomain(final ArmSmmuDevice smmu, final IoPgtable pgtable, final int asid) {
        super(DomainType.PAGING, smmu, pgtable, asid);
    }

    /** A domain, or null without memory, ASID, stage 1 or pages of 4 KiB. */
    static ArmSmmuPagingDomain alloc(final ArmSmmuDevice smmu) {
        if (!smmu.features().stage1() || !smmu.features().granule4k()) {
            return null;
        }
        final IoPgtable pgtable = IoPgtable.alloc(smmu.platform().dma());
        if (pgtable == null) {
            return null;
        }
        final int asid = smmu.asids().alloc();
        if (asid == ArmSmmuIds.NONE) {
            pgtable.free();
            return null;
        }
        return new ArmSmmuPagingDomain(smmu, pgtable, asid);
    }

    /**
     * Maps one page of 4 KiB ({@code iommu_map}), or changes its mapping.
     *
     * @param iova any address in the page
     * @param paddr physical address of the page
     * @param perm {@code IommuFault.PERM_} bits that are allowed
     * @return 0, or {@code -ENOMEM}
     */
    public int map(final long iova, final long paddr, final int perm) {
        return mapPage(iova, paddr, perm);
    }

    @Override
    public int map(final long iova, final long paddr, final long bytes, final int perm) {
        final int ret = pgtable().map(iova, paddr, bytes, perm);
        if (IoPgtable.mayHaveBeenSeen(ret)) {
            invalidateAll();
        }
        return ret;
    }

    @Override
    public long unmap(final long iova, final long bytes) {
        return pgtable().unmap(iova, bytes, this::invalidate);
    }

    /**
     * Unmaps one page and makes the hardware forget it ({@code iommu_unmap}).
     *
     * @param iova any address in the page
     * @return false if it was not mapped
     */
    public boolean unmap(final long iova) {
        if (!pgtable().unmap(iova)) {
            return false;
        }
        invalidate(iova & -PAGE_BYTES, PAGE_BYTES);
        return true;
    }

    /** CD 0 first, then the entry that leads to it: {@code arm_smmu_attach_dev()}. */
    @Override
    public int attachDev(final IommuDevice dev) {
        if (isOfOtherSmmu(dev)) {
            return -Errno.EINVAL;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final int ret = enter(master, ArmSmmuAttachments.RID, 0);
        if (ret == 0) {
            smmu().tables().installCdTable(master, StreamTableEntry.S1DSS_SSID0);
            smmu().tables().commitAts(master, master.canAts(), ArmSmmuAttachments.RID);
            master.setRidDomain(this);
        }
        return ret;
    }

    /** {@code arm_smmu_domain_free_paging()}. */
    @Override
    public void free() {
        freeTables();
    }
}
