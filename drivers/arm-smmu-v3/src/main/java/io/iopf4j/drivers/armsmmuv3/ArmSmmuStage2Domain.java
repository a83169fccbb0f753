// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.iopgtable.IoPgtableFmt;

/**
 * A stage 2 domain, whose tables the host owns: {@code arm_smmu_domain} with {@code
 * ARM_SMMU_DOMAIN_S2} of Linux 6.12. It translates by itself, or below what guests own ({@code
 * nest_parent} of 6.13). Its owner serialises mapping.
 */
final class ArmSmmuStage2Domain extends IommuDomain implements ArmSmmuAttachable {
    private static final int IR0_SHIFT = 8;
    private static final int OR0_SHIFT = 10;
    private static final int SH0_SHIFT = 12;
    private static final int SL0_SHIFT = 6;
    private static final int PS_SHIFT = 16;
    private static final int WRITE_BACK = 1;
    private static final int INNER_SHAREABLE = 3;
    private static final int SL0_OF_LEVEL_0 = 2;

    private final ArmSmmuDevice smmu;
    private final IoPgtable pgtable;
    private final int vmid;
    private final boolean isNestParent;
    private final ArmSmmuTlb tlb;
    private final ArmSmmuAttachments attachments;

    private ArmSmmuStage2Domain(
            final ArmSmmuDevice smmu,
            final IoPgtable pgtable,
            final int vmid,
            final boolean isNestParent) {
        super(DomainType.PAGING);
        this.smmu = smmu;
        this.pgtable = pgtable;
        this.vmid = vmid;
        this.isNestParent = isNestParent;
        this.tlb = new ArmSmmuTlb(smmu.features(), smmu.commandQueue());
        this.attachments = new ArmSmmuAttachments(smmu.commandQueue());
    }

    /** A domain, or null without stage 2, pages of 4 KiB, memory or VMID. */
    static ArmSmmuStage2Domain alloc(final ArmSmmuDevice smmu, final boolean isNestParent) {
        final ArmSmmuFeatures features = smmu.features();
        if (!features.stage2() || !features.granule4k()) {
            return null;
        }
        final IoPgtable pgtable =
                IoPgtable.alloc(
                        smmu.platform().dma(),
                        IoPgtableFmt.ARM_64_LPAE_S2,
                        Math.min(features.ias(), IoPgtable.ADDRESS_BITS));
        if (pgtable == null) {
            return null;
        }
        final int vmid = smmu.vmids().alloc();
        if (vmid == ArmSmmuIds.NONE) {
            pgtable.free();
            return null;
        }
        return new ArmSmmuStage2Domain(smmu, pgtable, vmid, isNestParent);
    }

    ArmSmmuDevice smmu() {
        return smmu;
    }

    int vmid() {
        return vmid;
    }

    /** Whether guests' tables may stand on it. */
    boolean isNestParent() {
        return isNestParent;
    }

    @Override
    public ArmSmmuAttachments attachments() {
        return attachments;
    }

    @Override
    public int map(final long iova, final long paddr, final long bytes, final int perm) {
        final int ret = pgtable.map(iova, paddr, bytes, perm);
        if (IoPgtable.mayHaveBeenSeen(ret)) {
            smmu.commandQueue().issueWithSync(Commands.tlbiS12Vmall(vmid), 0);
            attachments.invalidateAtc(0, 0);
        }
        return ret;
    }

    /**
     * {@code arm_smmu_tlb_inv_range_domain()}: with a guest's stage 1 above, what the hardware
     * knows of both stages together goes too, whatever the address, since it is known by the
     * guest's address alone.
     */
    @Override
    public long unmap(final long iova, final long bytes) {
        final long done = pgtable.unmap(iova, bytes, this::invalidate);
        if (done > 0 && isNestParent) {
            smmu.commandQueue().issueWithSync(Commands.tlbiNhAll(vmid), 0);
            // A device knows a guest's addresses, too.
            attachments.invalidateAtc(0, 0);
        } else if (done > 0) {
            attachments.invalidateAtc(iova, done);
        }
        return done;
    }

    private void invalidate(final long iova, final long size, final int leafLog2) {
        tlb.invalidateRange(Commands.tlbiS2Ipa(vmid), iova, size, leafLog2, false);
    }

    /** {@code arm_smmu_make_s2_domain_ste()} of this domain and a master. */
    void makeSte(final long[] ste, final ArmSmmuMaster master, final boolean ats) {
        ArmSmmuSte.makeS2Domain(
                ste, smmu.features(), vmid, vtcr(), pgtable.ttb(), master.isStallEnabled(), ats);
    }

    /**
     * Whether a master may have ATS over stage 2. Not one that stalls, which no PCIe device does:
     * the architecture knows no entry with both, and Linux would write an illegal one.
     */
    static boolean canAts(final ArmSmmuMaster master) {
        return master.canAts() && !master.isStallEnabled();
    }

    /** {@code arm_smmu_domain_finalise_s2()}: as {@code VTCR_EL2} has the fields. */
    private int vtcr() {
        return Long.SIZE - pgtable.addressBits()
                | (SL0_OF_LEVEL_0 - pgtable.startLevel()) << SL0_SHIFT
                | WRITE_BACK << IR0_SHIFT
                | WRITE_BACK << OR0_SHIFT
                | INNER_SHAREABLE << SH0_SHIFT
                | smmu.features().oasField() << PS_SHIFT;
    }

    /** {@code arm_smmu_attach_dev()}: the entry, then CD 0 is not needed any more. */
    @Override
    public int attachDev(final IommuDevice dev) {
        if (dev.ops() != smmu.ops()) {
            return -Errno.EINVAL;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.hasPasids()) {
            return -Errno.EBUSY;
        }
        final boolean ats = canAts(master);
        final long[] ste = new long[ArmSmmuEntryWriter.WORDS];
        makeSte(ste, master, ats);
        attachments.add(master, ArmSmmuAttachments.RID);
        smmu.tables().installSte(master, ste);
        smmu.tables().commitWithoutContext(master, this, ats);
        return 0;
    }

    /** There are no PASIDs without stage 1. */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        return -Errno.EINVAL;
    }

    /**
     * {@code arm_smmu_domain_free_paging()}: the hardware forgets the tables before they go. If it
     * does not say that it has, they and the VMID are lost, where Linux hands them on all the same.
     */
    @Override
    public void free() {
        if (smmu.commandQueue().issueWithSync(Commands.tlbiS12Vmall(vmid), 0) == -Errno.ETIMEDOUT) {
            smmu.warn("VMID " + vmid + " is not forgotten, and not used again");
            return;
        }
        smmu.vmids().free(vmid);
        pgtable.free();
    }
}
