// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import java.util.ArrayList;
import java.util.List;

/**
 * Where translations of a domain may be cached: {@code struct cache_tag} and {@code cache.c} of
 * Linux 6.12. What the unit knows goes first, then what devices know, which could fetch it again
 * otherwise; up to 16 descriptors go together. Thread-safe; allocates nothing to flush.
 */
final class CacheTags {
    private static final int PAGE_SHIFT = 12;

    /** log2 of so many pages is everything. */
    private static final int ALL_LOG2 = QiFlush.ALL_LOG2;

    /** One attachment; nested: it is of a guest's first stage on this second stage. */
    private record Tag(DeviceInfo info, int pasid, int did, boolean isNested) {}

    private final IntelIommu iommu;
    private final boolean isFirstStage;
    private final QiBatch batch;
    private final boolean isUniprocessor;

    /** In order of domain id and PASID, so that what the unit knows by the same is side by side. */
    private final List<Tag> tags = new ArrayList<>();

    /**
     * Of a domain.
     *
     * @param isFirstStage the unit knows its translations by PASID
     */
    CacheTags(final IntelIommu iommu, final boolean isFirstStage) {
        this.iommu = iommu;
        this.isUniprocessor = iommu.kernel().isUniprocessor();
        this.isFirstStage = isFirstStage;
        this.batch = new QiBatch(iommu.qi());
    }

    /** {@code cache_tag_assign_domain()}. */
    void add(final DeviceInfo info, final int pasid, final int did) {
        insert(new Tag(info, pasid, did, false));
    }

    /** {@code cache_tag_assign_parent_domain()}: of a domain that is nested on this one. */
    void addNested(final DeviceInfo info, final int pasid, final int did) {
        insert(new Tag(info, pasid, did, true));
    }

    private synchronized void insert(final Tag tag) {
        int at = tags.size();
        while (at > 0 && key(tags.get(at - 1)) > key(tag)) {
            at--;
        }
        tags.add(at, tag);
    }

    private static long key(final Tag tag) {
        return (long) tag.did << 32 | tag.pasid;
    }

    /** {@code cache_tag_unassign_domain()}; nothing is cached of it any more. */
    synchronized void remove(final DeviceInfo info, final int pasid) {
        tags.removeIf(tag -> tag.info == info && tag.pasid == pasid && !tag.isNested);
    }

    /** {@code cache_tag_unassign_parent_domain()}. */
    synchronized void removeNested(final DeviceInfo info, final int pasid) {
        tags.removeIf(tag -> tag.info == info && tag.pasid == pasid && tag.isNested);
    }

    /** What is done at each attachment. */
    @FunctionalInterface
    interface Action {
        void at(DeviceInfo info, int pasid);
    }

    void forEach(final Action action) {
        final List<Tag> copy;
        synchronized (this) {
            copy = List.copyOf(tags);
        }
        copy.forEach(tag -> action.at(tag.info, tag.pasid));
    }

    /**
     * Forgets a range: {@code cache_tag_flush_range()}.
     *
     * @param first first address
     * @param last last address, inclusive, not less as unsigned numbers
     * @param leavesOnly no table above the pages has changed
     * @return 0 or a negative errno
     */
    int flushRange(final long first, final long last, final boolean leavesOnly) {
        if (isUniprocessor) {
            return flushRangeLocked(first, last, leavesOnly);
        }
        synchronized (this) {
            return flushRangeLocked(first, last, leavesOnly);
        }
    }

    private int flushRangeLocked(final long first, final long last, final boolean leavesOnly) {
        final int log2 = spanLog2(first, last);
        addIotlb(first, log2, leavesOnly);
        addDeviceTlbs(first, log2);
        return batch.submit();
    }

    /** Forgets everything: {@code cache_tag_flush_all()}, by PASID where there is one. */
    synchronized int flushAll() {
        addIotlb(0, ALL_LOG2, false);
        addDeviceTlbs(0, ALL_LOG2);
        return batch.submit();
    }

    /**
     * New pages are there: {@code cache_tag_flush_range_np()}. What is absent is cached of a second
     * stage alone, and by no device.
     */
    synchronized int flushNew(final long first, final long last) {
        if (isFirstStage || !iommu.capabilities().hasCap(VtdCapabilities.CM)) {
            return iommu.capabilities().hasCap(VtdCapabilities.RWBF)
                    ? iommu.control().flushWriteBuffer()
                    : 0;
        }
        addIotlb(first, spanLog2(first, last), false);
        return batch.submit();
    }

    /** log2 of the pages of the smallest aligned span around: all if addresses differ on top. */
    private static int spanLog2(final long first, final long last) {
        final int log2 = Long.SIZE - Long.numberOfLeadingZeros((first ^ last) >>> PAGE_SHIFT);
        return Math.min(log2, ALL_LOG2);
    }

    /**
     * More pages than one descriptor may name are all pages. Linux does not look where translations
     * are known by PASID.
     */
    private void addIotlb(final long first, final int log2, final boolean leavesOnly) {
        final VtdCapabilities capabilities = iommu.capabilities();
        final boolean isByPages =
                capabilities.hasCap(VtdCapabilities.PSI) && log2 <= capabilities.maxAddressMask();
        final long range =
                isByPages
                        ? Invalidation.address(
                                alignedDown(first, log2), log2, leavesOnly ? Invalidation.IH : 0)
                        : 0;
        Tag before = null;
        for (int i = 0; i < tags.size(); i++) {
            final Tag tag = tags.get(i);
            final boolean isKnown =
                    before != null
                            && before.did == tag.did
                            && (!isFirstStage || before.pasid == tag.pasid);
            if (!isKnown) {
                batch.add(iotlb(tag, isByPages), range);
            }
            before = tag;
        }
    }

    private long iotlb(final Tag tag, final boolean isByPages) {
        if (isFirstStage) {
            return Invalidation.pasidIotlb(
                    isByPages ? Invalidation.PASID_IOTLB_PAGES : Invalidation.PASID_IOTLB_ALL,
                    tag.did,
                    tag.pasid);
        }
        return iommu.flush()
                .iotlb(isByPages ? Invalidation.IOTLB_PAGES : Invalidation.IOTLB_DOMAIN, tag.did);
    }

    /** Of a nested domain devices know a guest's addresses: all of them go. */
    private void addDeviceTlbs(final long first, final int log2) {
        if (iommu.flush().isDeferred()) {
            return;
        }
        for (int i = 0; i < tags.size(); i++) {
            final Tag tag = tags.get(i);
            if (tag.info.isAtsEnabled()) {
                addDeviceTlb(tag, first, tag.isNested ? ALL_LOG2 : log2);
            }
        }
    }

    private void addDeviceTlb(final Tag tag, final long first, final int log2) {
        final QiFlush flush = iommu.flush();
        if (tag.pasid == DeviceInfo.NO_PASID) {
            batch.add(flush.devTlb(tag.info), Invalidation.deviceRange(first, log2));
        } else {
            batch.add(
                    flush.devTlbPasid(tag.info, tag.pasid),
                    Invalidation.pasidDeviceRange(first, log2));
        }
    }

    private static long alignedDown(final long address, final int log2) {
        return log2 + PAGE_SHIFT >= Long.SIZE ? 0 : address & (-1L << (log2 + PAGE_SHIFT));
    }
}
