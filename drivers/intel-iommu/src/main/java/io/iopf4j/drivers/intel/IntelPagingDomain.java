// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.iopgtable.IoPgtableFmt;

/**
 * A domain whose tables the host owns, at the RID or at PASIDs: {@code struct dmar_domain} of Linux
 * 6.12. It has a first stage where the unit has one, and a second stage where guests' tables are to
 * stand on it. Its domain id is its own from the start, where Linux takes one while it is attached.
 * Its owner serialises mapping.
 */
final class IntelPagingDomain extends IntelDomain {
    private static final long PAGE_BYTES = 1L << 12;
    private static final long BLOCK_2M = 1L << 21;

    private final IoPgtable pgtable;
    private final boolean isFirstStage;
    private final boolean isNestParent;
    private final int aw;
    private final int addressBits;
    private final long largestPage;

    private IntelPagingDomain(
            final IntelIommu iommu,
            final int did,
            final IoPgtable pgtable,
            final boolean isFirstStage,
            final boolean isNestParent,
            final int aw) {
        super(DomainType.PAGING, iommu, did, isFirstStage);
        this.pgtable = pgtable;
        this.isFirstStage = isFirstStage;
        this.isNestParent = isNestParent;
        this.aw = aw;
        // The upper half of a first stage is for addresses whose sign is set.
        this.addressBits =
                Math.min(
                        IntelWidths.bits(aw) - (isFirstStage ? 1 : 0),
                        iommu.capabilities().addressBits());
        this.largestPage = largestPage(iommu.capabilities(), isFirstStage);
    }

    /**
     * {@code paging_domain_alloc()}: a domain, or null for other flags, without memory or domain
     * id, or if the unit has no such stage.
     *
     * @param flags bits of {@code IOMMU_HWPT_ALLOC}
     */
    static IntelPagingDomain alloc(final IntelIommu iommu, final int flags) {
        final VtdCapabilities capabilities = iommu.capabilities();
        final boolean isNestParent = flags == HwptAlloc.FLAG_NEST_PARENT;
        if ((flags != 0 && !isNestParent) || (isNestParent && !canNest(iommu))) {
            return null;
        }
        final boolean isFirstStage =
                !isNestParent && iommu.isScalable() && capabilities.hasEcap(VtdCapabilities.FLTS);
        final int aw = IntelWidths.aw(capabilities, iommu.isScalable());
        if (aw == 0
                || (!isFirstStage
                        && iommu.isScalable()
                        && !capabilities.hasEcap(VtdCapabilities.SLTS))) {
            return null;
        }
        final IoPgtable pgtable =
                IoPgtable.alloc(
                        iommu.platform().dma(),
                        isFirstStage ? IoPgtableFmt.X86_FIRST_STAGE : IoPgtableFmt.VTD_SECOND_STAGE,
                        IntelWidths.bits(aw));
        if (pgtable == null) {
            return null;
        }
        final int did = iommu.domainIds().alloc();
        if (did < 0) {
            pgtable.free();
            return null;
        }
        return new IntelPagingDomain(iommu, did, pgtable, isFirstStage, isNestParent, aw);
    }

    /** {@code nested_supported()}. */
    static boolean canNest(final IntelIommu iommu) {
        return (iommu.isScalable() || iommu.isExtended())
                && iommu.capabilities().hasEcap(VtdCapabilities.NEST);
    }

    private static long largestPage(
            final VtdCapabilities capabilities, final boolean isFirstStage) {
        if (isFirstStage) {
            return capabilities.hasCap(VtdCapabilities.FS1GP) ? Long.MAX_VALUE : BLOCK_2M;
        }
        if (!capabilities.secondStage2M()) {
            return PAGE_BYTES;
        }
        return capabilities.secondStage1G() ? Long.MAX_VALUE : BLOCK_2M;
    }

    @Override
    boolean isNestParent() {
        return isNestParent;
    }

    /** Root of its tables. */
    long root() {
        return pgtable.ttb();
    }

    /** Width of its tables. */
    int aw() {
        return aw;
    }

    @Override
    Regime regime(final int id) {
        return isFirstStage
                ? Regime.first(root(), aw == PasidEntry.AW_57, aw, id)
                : Regime.second(root(), aw, id);
    }

    // ---- Pages ----------------------------------------------------------------------------------

    @Override
    public int map(final long iova, final long paddr, final long bytes, final int perm) {
        if (iova < 0 || bytes <= 0 || bytes > (1L << addressBits) - iova) {
            return bytes <= 0 ? -Errno.EINVAL : -Errno.ERANGE;
        }
        int ret = 0;
        long done = 0;
        while (done < bytes && ret == 0) {
            final long piece = pieceOf(iova + done, bytes - done);
            ret = pgtable.map(iova + done, paddr + done, piece, perm);
            done += ret == 0 ? piece : 0;
        }
        if (ret != 0) {
            pgtable.unmap(iova, done);
            if (done > 0 || IoPgtable.mayHaveBeenSeen(ret)) {
                tags().flushAll();
            }
            return ret;
        }
        tags().flushNew(iova, iova + bytes - 1);
        return 0;
    }

    /** A part that is mapped by pages which the unit has, up to the next border of the largest. */
    private long pieceOf(final long iova, final long bytes) {
        return largestPage == Long.MAX_VALUE
                ? bytes
                : Math.min(bytes, largestPage - (iova & (largestPage - 1)));
    }

    @Override
    public long unmap(final long iova, final long bytes) {
        final long done = pgtable.unmap(iova, bytes);
        if (done > 0) {
            tags().flushRange(iova, iova + done - 1, false);
        }
        return done;
    }

    /**
     * The hardware forgets the tables before they go, and then the id is another's. If it does not
     * say that it has, both are lost, where Linux hands them on all the same.
     */
    @Override
    public void free() {
        if (!forget()) {
            iommu().kernel()
                    .log()
                    .warn(
                            iommu().name(),
                            "domain id " + did() + " is not forgotten, and not used again");
            return;
        }
        iommu().domainIds().free(did());
        pgtable.free();
    }
}
