// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.kernel.MmuNotifier;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.iopgtable.IoPgtableFmt;

/**
 * A process's address space at PASIDs: {@code svm.c} of Linux 6.12. Differs in that the tables are
 * not the processor's, of which there is none, but the domain's own, kept by the address space's
 * notifications. All devices of one unit that share the address space share the domain.
 *
 * <p>Its monitor guards tables and attachments; it is taken under the core's group lock or the
 * address space's lock. Page requests are drained without it: their handlers take the address
 * space's lock.
 */
final class IntelSvaDomain extends IntelDomain implements MmuNotifier {
    private static final int ADDRESS_BITS = 48;

    private final AddressSpace mm;
    private final IoPgtable pgtable;
    private boolean isReleased;

    private IntelSvaDomain(final IntelIommu iommu, final AddressSpace mm, final IoPgtable pgtable) {
        super(DomainType.SVA, iommu, DeviceInfo.DEFAULT_DID, true);
        this.mm = mm;
        this.pgtable = pgtable;
    }

    /**
     * {@code intel_svm_domain_alloc()}: null without memory, if the unit cannot share address
     * spaces, or if the process has ended.
     */
    static IntelSvaDomain alloc(final IntelIommu iommu, final AddressSpace mm) {
        if (!iommu.supportsSva()) {
            return null;
        }
        final IoPgtable pgtable =
                IoPgtable.alloc(iommu.platform().dma(), IoPgtableFmt.X86_FIRST_STAGE, ADDRESS_BITS);
        if (pgtable == null) {
            return null;
        }
        final IntelSvaDomain domain = new IntelSvaDomain(iommu, mm, pgtable);
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

    /** What is there stays if the process has ended. */
    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        synchronized (this) {
            if (isReleased) {
                return -Errno.EINVAL;
            }
        }
        return super.setDevPasid(dev, pasid);
    }

    @Override
    Regime regime(final int id) {
        return Regime.first(pgtable.ttb(), false, Math.max(unitWidth(), PasidEntry.AW_48), id);
    }

    private int unitWidth() {
        return IntelWidths.aw(iommu().capabilities(), iommu().isScalable());
    }

    /** The process may have ended since it was asked. */
    @Override
    synchronized int enter(final DeviceInfo info, final int pasid, final int id) {
        return isReleased ? -Errno.EINVAL : super.enter(info, pasid, id);
    }

    /**
     * The entry goes under the lock: were the process to end in between, its pages would go while
     * the entry still led to them.
     */
    @Override
    synchronized int leave(final DeviceInfo info, final int pasid, final boolean ignoresFaults) {
        return super.leave(info, pasid, ignoresFaults);
    }

    /** {@code intel_svm_domain_free()}; every attachment was forgotten when it ended. */
    @Override
    public void free() {
        mm.unregister(this);
        synchronized (this) {
            if (isForgotten()) {
                pgtable.free();
            }
        }
    }

    // ---- The address space changes --------------------------------------------------------------

    /** Tables on the way that were linked for a while are used elsewhere next. */
    @Override
    public synchronized int populated(final long addr, final long paddr, final int perm) {
        final boolean isChange = pgtable.isMapped(addr);
        if (!pgtable.map(addr, paddr, perm)) {
            tags().flushAll();
            return -Errno.ENOMEM;
        }
        if (isChange) {
            final long page = addr & -IoPgtable.PAGE_BYTES;
            tags().flushRange(page, page + IoPgtable.PAGE_BYTES - 1, false);
        }
        return 0;
    }

    @Override
    public synchronized void cleared(final long addr) {
        pgtable.unmap(addr);
    }

    /** {@code intel_arch_invalidate_secondary_tlbs()}. */
    @Override
    public synchronized void invalidateSecondaryTlbs(final long start, final long end) {
        if (start != end) {
            tags().flushRange(start, end - 1, false);
        }
    }

    /**
     * {@code intel_mm_release()}: devices may be at work still; from now on their requests find
     * nothing, and the unit keeps quiet about it.
     */
    @Override
    public synchronized void released() {
        isReleased = true;
        tags().forEach((info, pasid) -> leave(info, pasid, true));
    }
}
