// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.kernel.MmuNotifier;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A process's address space at PASIDs: {@code arm-smmu-v3-sva.c} of Linux 6.12. Differs in that the
 * tables are not the processor's, of which there is none, but the domain's own, kept by the address
 * space's notifications. All devices of one SMMU that share the address space share the domain, and
 * so a page that one of them has faulted in is there for all.
 *
 * <p>Its monitor guards tables and attachments; it is taken under the core's group lock or the
 * address space's lock, and takes a table of contexts and the command queue.
 */
final class ArmSmmuSvaDomain extends ArmSmmuStage1Domain implements MmuNotifier {
    /** {@code CMDQ_MAX_TLBI_OPS}: from so many pages on the whole address space is invalidated. */
    private static final long MAX_TLBI_OPS = 512;

    private final AddressSpace mm;
    private boolean isReleased;

    private ArmSmmuSvaDomain(
            final ArmSmmuDevice smmu,
            final AddressSpace mm,
            final IoPgtable pgtable,
            final int asid) {
        super(DomainType.SVA, smmu, pgtable, asid);
        this.mm = mm;
    }

    /**
     * {@code arm_smmu_domain_alloc_sva()}: null without memory or ASID, if the SMMU cannot share
     * address spaces, or if the process has ended.
     */
    static ArmSmmuSvaDomain alloc(final ArmSmmuDevice smmu, final AddressSpace mm) {
        if (!smmu.features().sva()) {
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
        final ArmSmmuSvaDomain domain = new ArmSmmuSvaDomain(smmu, mm, pgtable, asid);
        if (mm.register(domain) != 0) {
            smmu.asids().free(asid);
            pgtable.free();
            return null;
        }
        return domain;
    }

    /** There is no such operation: an address space is attached at PASIDs alone. */
    @Override
    public int attachDev(final IommuDevice dev) {
        return -Errno.ENODEV;
    }

    /** {@code arm_smmu_sva_set_dev_pasid()}. */
    @Override
    public synchronized int setDevPasid(final IommuDevice dev, final int pasid) {
        return isReleased ? -Errno.EINVAL : super.setDevPasid(dev, pasid);
    }

    /**
     * The context goes under the lock: were the process to end in between, its pages would go while
     * the context still led to them.
     */
    @Override
    synchronized void removeDevPasid(final ArmSmmuMaster master, final int ssid) {
        super.removeDevPasid(master, ssid);
    }

    /** {@code arm_smmu_sva_domain_free()}. */
    @Override
    public void free() {
        mm.unregister(this);
        synchronized (this) {
            freeTables();
        }
    }

    // ---- The address space changes --------------------------------------------------------------

    @Override
    public synchronized int populated(final long addr, final long paddr, final int perm) {
        return mapPage(addr, paddr, perm);
    }

    @Override
    public synchronized void cleared(final long addr) {
        pgtable().unmap(addr);
    }

    /** {@code arm_smmu_mm_arch_invalidate_secondary_tlbs()}. */
    @Override
    public synchronized void invalidateSecondaryTlbs(final long start, final long end) {
        final long size = end - start;
        if (!smmu().features().rangeInvalidation()
                && size >>> ArmSmmuTlb.PAGE_SHIFT >= MAX_TLBI_OPS) {
            invalidateAll();
        } else {
            invalidate(start, size);
        }
    }

    /**
     * {@code arm_smmu_mm_release()}: the device may be at work still, so that its contexts stay
     * valid but lead nowhere, without a stall or a record.
     */
    @Override
    public synchronized void released() {
        isReleased = true;
        final long[] cd = new long[ArmSmmuEntryWriter.WORDS];
        for (final ArmSmmuAttachments.Attachment attachment : attachments().all()) {
            final ArmSmmuMaster master = attachment.master();
            ArmSmmuCd.makeSvaReleased(
                    cd, walk(), asid(), master.isStallEnabled(), smmu().features().stallForced());
            master.cdTable()
                    .write(attachment.ssid(), cd, smmu().tables().contextInvalidation(master));
        }
        invalidateAll();
    }
}
