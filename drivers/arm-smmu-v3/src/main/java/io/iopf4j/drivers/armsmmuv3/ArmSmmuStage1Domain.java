// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A stage 1 domain whose tables the host owns: what paging and SVA domains do alike, {@code
 * arm_smmu_set_pasid()} and {@code arm_smmu_remove_dev_pasid()} of Linux 6.12. The core's group
 * lock serialises attaching of one master.
 */
abstract class ArmSmmuStage1Domain extends IommuDomain implements ArmSmmuAttachable {
    /** Attribute 0 is normal, write-back memory, and pages name no other; Linux has it second. */
    private static final long MAIR_WRITE_BACK = 0xffL;

    /** Bytes of a page. */
    static final long PAGE_BYTES = 1L << ArmSmmuTlb.PAGE_SHIFT;

    private static final int TG_4K = 0;
    private static final int WRITE_BACK = 1;
    private static final int INNER_SHAREABLE = 3;

    private final ArmSmmuDevice smmu;
    private final IoPgtable pgtable;
    private final int asid;
    private final ArmSmmuTlb tlb;
    private final ArmSmmuAttachments attachments;

    ArmSmmuStage1Domain(
            final DomainType type,
            final ArmSmmuDevice smmu,
            final IoPgtable pgtable,
            final int asid) {
        super(type);
        this.smmu = smmu;
        this.pgtable = pgtable;
        this.asid = asid;
        this.tlb = new ArmSmmuTlb(smmu.features(), smmu.commandQueue());
        this.attachments = new ArmSmmuAttachments(smmu.commandQueue());
    }

    final ArmSmmuDevice smmu() {
        return smmu;
    }

    final IoPgtable pgtable() {
        return pgtable;
    }

    @Override
    public final ArmSmmuAttachments attachments() {
        return attachments;
    }

    final boolean isOfOtherSmmu(final IommuDevice dev) {
        return dev.ops() != smmu.ops();
    }

    final ArmSmmuCd.Walk walk() {
        return new ArmSmmuCd.Walk(
                pgtable.ttb(),
                smmu.features().oasField(),
                TG_4K,
                INNER_SHAREABLE,
                WRITE_BACK,
                WRITE_BACK,
                Long.SIZE - IoPgtable.ADDRESS_BITS,
                MAIR_WRITE_BACK);
    }

    final int asid() {
        return asid;
    }

    /** Enters an attachment and makes its context this domain's, or neither; 0 or -ENOMEM. */
    final int enter(final ArmSmmuMaster master, final int ssid, final int context) {
        final boolean isNew = attachments.add(master, ssid);
        final int ret = writeContext(master, context);
        if (ret != 0 && isNew) {
            attachments.remove(master, ssid);
        }
        return ret;
    }

    /** The table of contexts is allocated first. */
    private int writeContext(final ArmSmmuMaster master, final int ssid) {
        if (!smmu.tables().allocCdTable(master)) {
            return -Errno.ENOMEM;
        }
        final long[] cd = new long[ArmSmmuEntryWriter.WORDS];
        ArmSmmuCd.makeS1(cd, walk(), asid, master.isStallEnabled());
        return master.cdTable().write(ssid, cd, smmu.tables().contextInvalidation(master));
    }

    /**
     * {@code arm_smmu_set_pasid()}, {@code arm_smmu_update_ste()}: the entry changes only if it is
     * no table of contexts yet, or what it says of ATS is to change. 0, -EINVAL or -ENOMEM.
     */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        if (isOfOtherSmmu(dev)) {
            return -Errno.EINVAL;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (pasid < 1 || pasid >= 1 << master.ssidBits()) {
            return -Errno.EINVAL;
        }
        final DomainType rid = master.ridDomain().type();
        if (!master.isCdTableInSte() && rid != DomainType.BLOCKED && rid != DomainType.IDENTITY) {
            // A guest owns the contexts, or there is no stage 1.
            return -Errno.EINVAL;
        }
        final int ret = enter(master, pasid, pasid);
        if (ret != 0) {
            return ret;
        }
        if (!master.isCdTableInSte() || master.isAtsInSte() != master.canAts()) {
            smmu.tables()
                    .installCdTable(
                            master,
                            rid == DomainType.IDENTITY
                                    ? StreamTableEntry.S1DSS_BYPASS
                                    : StreamTableEntry.S1DSS_TERMINATE);
        }
        smmu.tables().commitAts(master, master.canAts(), pasid);
        final ArmSmmuStage1Domain before = master.pasidDomain(pasid);
        if (before != null && before != this) {
            before.attachments.remove(master, pasid);
        }
        master.setPasidDomain(pasid, this);
        return 0;
    }

    /** Ends an attachment at a PASID. */
    void removeDevPasid(final ArmSmmuMaster master, final int ssid) {
        master.cdTable().clear(ssid, smmu.tables().contextInvalidation(master));
        if (master.isAtsEnabled()) {
            smmu.tables().invalidateAtc(master, ssid);
        }
        attachments.remove(master, ssid);
        master.setPasidDomain(ssid, null);
    }

    /**
     * Maps one page. Linux refuses a page that is mapped; here its mapping changes, and the
     * hardware forgets the former.
     *
     * @return 0 or {@code -ENOMEM}
     */
    final int mapPage(final long iova, final long paddr, final int perm) {
        final boolean isChange = pgtable.isMapped(iova);
        if (!pgtable.map(iova, paddr, perm)) {
            // Tables on the way were linked for a while, and are used elsewhere next.
            invalidateAll();
            return -Errno.ENOMEM;
        }
        if (isChange) {
            invalidate(iova & -PAGE_BYTES, PAGE_BYTES);
        }
        return 0;
    }

    /** Makes the hardware, then the devices forget a range; tables may have gone with it. */
    final void invalidate(final long iova, final long size) {
        invalidate(iova, size, ArmSmmuTlb.PAGE_SHIFT);
    }

    /** The same for pages or blocks of 2^granuleLog2 bytes. */
    final void invalidate(final long iova, final long size, final int granuleLog2) {
        tlb.invalidateAsidRange(asid, iova, size, granuleLog2, false);
        attachments.invalidateAtc(iova, size);
    }

    /** Makes the hardware, then the devices forget everything. */
    final void invalidateAll() {
        tlb.invalidateAsid(asid);
        attachments.invalidateAtc(0, 0);
    }

    /**
     * The hardware forgets the tables before they go, and then the ASID is another's. If it does
     * not say that it has, both are lost, where Linux hands them on all the same.
     */
    final void freeTables() {
        if (tlb.invalidateAsid(asid) == -Errno.ETIMEDOUT) {
            smmu.warn("ASID " + asid + " is not forgotten, and not used again");
            return;
        }
        smmu.asids().free(asid);
        pgtable.free();
    }
}
