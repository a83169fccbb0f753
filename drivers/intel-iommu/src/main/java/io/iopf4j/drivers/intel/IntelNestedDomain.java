// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A domain whose first stage a guest owns, in addresses that the second stage of its machine
 * translates: {@code nested.c} of Linux 6.12, with what 6.15 adds, to be attached at PASIDs. What
 * Linux refuses when it is attached is refused here when it is made.
 */
final class IntelNestedDomain extends IntelDomain {
    private static final int FLAGS =
            IommuUserData.VTD_S1_SRE | IommuUserData.VTD_S1_EAFE | IommuUserData.VTD_S1_WPE;
    private static final int FOUR_LEVELS = 48;
    private static final int FIVE_LEVELS = 57;
    private static final int PAGE_SHIFT = 12;
    private static final long ALL_PAGES = -1;

    private final IntelPagingDomain parent;
    private final long root;
    private final boolean isFiveLevels;
    private final long controls;

    private IntelNestedDomain(
            final IntelPagingDomain parent, final int did, final IommuUserData data) {
        super(DomainType.NESTED, parent.iommu(), did, true);
        this.parent = parent;
        this.root = data.word1();
        this.isFiveLevels = data.word2() == FIVE_LEVELS;
        this.controls = controls(data.word0());
    }

    /**
     * {@code intel_iommu_domain_alloc_nested()} and the checks of {@code
     * intel_pasid_setup_nested()}: null for other data, a parent that is no such domain of this
     * unit, unknown flags, what the unit cannot, or without domain id.
     */
    static IntelNestedDomain alloc(
            final IntelIommu iommu, final IommuDomain parent, final IommuUserData data) {
        if (data.type() != IommuUserData.VTD_S1
                || !(parent instanceof IntelPagingDomain second)
                || second.iommu() != iommu
                || !second.isNestParent()
                || !isAcceptable(iommu.capabilities(), data)) {
            return null;
        }
        final int did = iommu.domainIds().alloc();
        return did < 0 ? null : new IntelNestedDomain(second, did, data);
    }

    private static boolean isAcceptable(
            final VtdCapabilities capabilities, final IommuUserData data) {
        final boolean isWidth =
                data.word2() == FOUR_LEVELS
                        || (data.word2() == FIVE_LEVELS
                                && capabilities.hasCap(VtdCapabilities.FL5LP));
        return isWidth
                && (data.word0() & ~FLAGS) == 0
                && (data.word1() & (IoPgtable.PAGE_BYTES - 1)) == 0
                && isPossible(capabilities, data, IommuUserData.VTD_S1_SRE, VtdCapabilities.SRS)
                && isPossible(capabilities, data, IommuUserData.VTD_S1_EAFE, VtdCapabilities.EAFS);
    }

    private static boolean isPossible(
            final VtdCapabilities capabilities,
            final IommuUserData data,
            final int flag,
            final long feature) {
        return (data.word0() & flag) == 0 || capabilities.hasEcap(feature);
    }

    /** Write protection counts for supervisor requests alone. */
    private static long controls(final long flags) {
        final boolean isSupervisor = (flags & IommuUserData.VTD_S1_SRE) != 0;
        return (isSupervisor ? PasidEntry.SRE : 0)
                | (isSupervisor && (flags & IommuUserData.VTD_S1_WPE) != 0 ? PasidEntry.WPE : 0)
                | ((flags & IommuUserData.VTD_S1_EAFE) != 0 ? PasidEntry.EAFE : 0);
    }

    @Override
    Regime regime(final int id) {
        return Regime.nested(root, isFiveLevels, parent.root(), parent.aw(), id, controls);
    }

    @Override
    void assign(final DeviceInfo info, final int pasid, final int id) {
        super.assign(info, pasid, id);
        parent.tags().addNested(info, pasid, id);
    }

    @Override
    void unassign(final DeviceInfo info, final int pasid) {
        super.unassign(info, pasid);
        parent.tags().removeNested(info, pasid);
    }

    @Override
    public int cacheInvalidateUser(final IommuUserData request) {
        return cacheInvalidateUser(
                request.type(), request.word0(), request.word1(), request.word2());
    }

    /**
     * {@code intel_nested_cache_invalidate_user()}. More pages than there are mean all. Linux makes
     * a span of 2^52 pages of that, which no descriptor may name.
     */
    @Override
    public int cacheInvalidateUser(
            final int type, final long address, final long pages, final long flags) {
        if (type != IommuUserData.INVALIDATE_VTD_S1) {
            return -Errno.EINVAL;
        }
        if ((flags & ~IommuUserData.VTD_INVALIDATE_LEAF) != 0) {
            return -Errno.EOPNOTSUPP;
        }
        if ((address & (IoPgtable.PAGE_BYTES - 1)) != 0 || (pages == ALL_PAGES && address != 0)) {
            return -Errno.EINVAL;
        }
        final long most = (-1L >>> PAGE_SHIFT) - (address >>> PAGE_SHIFT);
        if (Long.compareUnsigned(pages, most) > 0) {
            return tags().flushAll();
        }
        final long last = address + (Math.max(pages, 1) << PAGE_SHIFT) - 1;
        return tags().flushRange(address, last, (flags & IommuUserData.VTD_INVALIDATE_LEAF) != 0);
    }

    /** The id is another's once the hardware has forgotten it. */
    @Override
    public void free() {
        if (forget()) {
            iommu().domainIds().free(did());
        }
    }
}
