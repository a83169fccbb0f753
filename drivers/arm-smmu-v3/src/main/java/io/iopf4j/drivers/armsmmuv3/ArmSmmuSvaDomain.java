// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.kernel.MmuNotifier;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * A process's address space at PASIDs: {@code arm-smmu-v3-sva.c} of Linux 6.12. Differs in that the
 * tables are not the processor's, of which there is none, but the domain's own, kept by the address
 * space's notifications. All devices of one SMMU that share the address space share the domain, and
 * so a page that one of them has faulted in is there for all.
 *
 * <p>Its monitor guards tables and attachments; it is taken under the core's group lock or the
 * address space's lock, and takes a table of contexts and the command queue.
 */
final class ArmSmmuSvaDomain extends IommuDomain implements MmuNotifier {
    /** {@code CMDQ_MAX_TLBI_OPS}: from so many pages on the whole address space is invalidated. */
    private static final long MAX_TLBI_OPS = 512;

    private static final int PAGE_SHIFT = 12;

    private record Attachment(ArmSmmuMaster master, int ssid) {}

    private final ArmSmmuDevice smmu;
    private final AddressSpace mm;
    private final IoPgtable pgtable;
    private final int asid;
    private final List<Attachment> attachments = new ArrayList<>();
    private boolean isReleased;

    private ArmSmmuSvaDomain(
            final ArmSmmuDevice smmu,
            final AddressSpace mm,
            final IoPgtable pgtable,
            final int asid) {
        super(DomainType.SVA);
        this.smmu = smmu;
        this.mm = mm;
        this.pgtable = pgtable;
        this.asid = asid;
    }

    /** {@code arm_smmu_domain_alloc_sva()}: null without memory, or if the process has ended. */
    static ArmSmmuSvaDomain alloc(final ArmSmmuDevice smmu, final AddressSpace mm) {
        final IoPgtable pgtable = IoPgtable.alloc(smmu.platform().dma());
        if (pgtable == null) {
            return null;
        }
        final ArmSmmuSvaDomain domain = new ArmSmmuSvaDomain(smmu, mm, pgtable, smmu.allocAsid());
        if (mm.register(domain) != 0) {
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
        if (isReleased || dev.ops() != smmu.ops()) {
            return -Errno.EINVAL;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final int ret = ArmSmmuContexts.setPasid(smmu, master, pasid, pgtable, asid);
        if (ret == 0) {
            attachments.add(new Attachment(master, pasid));
            master.addSvaDomain(pasid, this);
        }
        return ret;
    }

    /**
     * Ends an attachment ({@code arm_smmu_remove_dev_pasid}). The context goes under the lock: were
     * the process to end in between, its pages would go while the context still led to them.
     */
    synchronized void removeDevPasid(final ArmSmmuMaster master, final int ssid) {
        master.cdTable().clear(ssid, ArmSmmuContexts.invalidation(smmu, master));
        attachments.remove(new Attachment(master, ssid));
        master.removeSvaDomain(ssid);
    }

    /** {@code arm_smmu_sva_domain_free()}: the hardware forgets the tables before they go. */
    @Override
    public void free() {
        mm.unregister(this);
        synchronized (this) {
            invalidateAsid();
            pgtable.free();
        }
    }

    // ---- The address space changes --------------------------------------------------------------

    @Override
    public synchronized int populated(final long addr, final long paddr, final int perm) {
        return pgtable.map(addr, paddr, perm) ? 0 : -Errno.ENOMEM;
    }

    @Override
    public synchronized void cleared(final long addr) {
        pgtable.unmap(addr);
    }

    /** {@code arm_smmu_mm_arch_invalidate_secondary_tlbs()}. */
    @Override
    public synchronized void invalidateSecondaryTlbs(final long start, final long end) {
        if ((end - start) >>> PAGE_SHIFT >= MAX_TLBI_OPS) {
            invalidateAsid();
            return;
        }
        for (long addr = start; addr < end; addr += 1L << PAGE_SHIFT) {
            // Not the leaf alone: tables that became empty have been taken out as well.
            smmu.commandQueue()
                    .issue(Commands.tlbiNhVa(0, asid), Commands.tlbiAddress(addr, false));
        }
        smmu.commandQueue().sync();
    }

    /**
     * {@code arm_smmu_mm_release()}: the device may be at work still, so that its contexts stay
     * valid but lead nowhere, without a stall or a record.
     */
    @Override
    public synchronized void released() {
        isReleased = true;
        for (final Attachment attachment : attachments) {
            final ArmSmmuMaster master = attachment.master();
            master.cdTable()
                    .quiet(
                            attachment.ssid(),
                            ContextDescriptor.quiet(
                                    ArmSmmuContexts.word0(smmu, master, asid),
                                    smmu.features().stallForced()),
                            ArmSmmuContexts.invalidation(smmu, master));
        }
        invalidateAsid();
    }

    private void invalidateAsid() {
        smmu.commandQueue().issueWithSync(Commands.tlbiNhAsid(0, asid), 0);
    }
}
