// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * Invalidations, one at a time: {@code qi_flush_context()}, {@code qi_flush_iotlb()} and their
 * siblings in {@code dmar.c} of Linux 6.12. Each returns once the hardware has obeyed. Any thread.
 * Results are those of {@link Qi#submitSync}.
 */
final class QiFlush {
    /** As a number of pages: all. */
    static final long ALL_PAGES = -1;

    /** As log2 of a number of pages: all. */
    static final int ALL_LOG2 = Long.SIZE - 12;

    private static final int PAGE_SHIFT = 12;

    private final Qi qi;
    private final IntelControl control;
    private final FaultGeneration generation;
    private final long drains;

    QiFlush(
            final Qi qi,
            final IntelControl control,
            final VtdCapabilities capabilities,
            final FaultGeneration generation) {
        this.qi = qi;
        this.control = control;
        this.generation = generation;
        this.drains =
                (capabilities.hasCap(VtdCapabilities.DWD) ? Invalidation.IOTLB_DW : 0)
                        | (capabilities.hasCap(VtdCapabilities.DRD) ? Invalidation.IOTLB_DR : 0);
    }

    /**
     * Follows {@code qi_flush_context()}.
     *
     * @param granularity a {@code CC_} of {@link Invalidation}
     */
    int flushContext(final int granularity, final int did, final int sid, final int fm) {
        return qi.submitOne(Invalidation.contextCache(granularity, did, sid, fm), 0, 0, 0);
    }

    /**
     * Follows {@code qi_flush_iotlb()}.
     *
     * @param granularity an {@code IOTLB_} of {@link Invalidation}
     * @param address of the first page; 0 unless by pages
     * @param mask log2 of the pages; 0 unless by pages
     */
    int flushIotlb(final int granularity, final int did, final long address, final int mask) {
        return qi.submitOne(iotlb(granularity, did), Invalidation.address(address, mask, 0), 0, 0);
    }

    /** Doubleword 0 of an IOTLB invalidation, with the drains that the unit knows. */
    long iotlb(final int granularity, final int did) {
        return Invalidation.iotlb(granularity, did, drains);
    }

    /**
     * Follows {@code qi_flush_pasid_cache()}.
     *
     * @param granularity a {@code PC_} of {@link Invalidation}
     */
    int flushPasidCache(final int granularity, final int did, final int pasid) {
        return qi.submitOne(Invalidation.pasidCache(granularity, did, pasid), 0, 0, 0);
    }

    /**
     * Follows {@code qi_flush_piotlb()}.
     *
     * @param address of the first page
     * @param pages at least 1, rounded up to a power of two to which the address is rounded down;
     *     or {@link #ALL_PAGES}
     * @param ih no table above the pages has changed
     */
    int flushPasidIotlb(
            final int did,
            final int pasid,
            final long address,
            final long pages,
            final boolean ih) {
        final long qw0 =
                Invalidation.pasidIotlb(
                        pages == ALL_PAGES
                                ? Invalidation.PASID_IOTLB_ALL
                                : Invalidation.PASID_IOTLB_PAGES,
                        did,
                        pasid);
        return qi.submitOne(qw0, pasidIotlbRange(address, pages, ih), 0, 0);
    }

    /** Doubleword 1 of a PASID IOTLB invalidation of pages, or of {@link #ALL_PAGES}. */
    static long pasidIotlbRange(final long address, final long pages, final boolean ih) {
        if (pages == ALL_PAGES) {
            return 0;
        }
        final int mask = Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
        return Invalidation.address(
                address & -1L << Math.min(PAGE_SHIFT + mask, Long.SIZE - 1),
                mask,
                ih ? Invalidation.IH : 0);
    }

    /**
     * Follows {@code qi_flush_dev_iotlb()}. In 6.12 nothing is sent while nothing is translated.
     *
     * @param log2Pages log2 of the pages, to whose size the address is rounded down; {@link
     *     #ALL_LOG2}: everything
     */
    int flushDevTlb(final DeviceInfo info, final long address, final int log2Pages) {
        return isDeferred()
                ? 0
                : qi.submitOne(devTlb(info), Invalidation.deviceRange(address, log2Pages), 0, 0);
    }

    /**
     * Follows {@code qi_flush_dev_iotlb_pasid()}, of that PASID alone.
     *
     * @param log2Pages as for {@link #flushDevTlb}
     */
    int flushDevTlbPasid(
            final DeviceInfo info, final int pasid, final long address, final int log2Pages) {
        return isDeferred()
                ? 0
                : qi.submitOne(
                        devTlbPasid(info, pasid),
                        Invalidation.pasidDeviceRange(address, log2Pages),
                        0,
                        0);
    }

    /** Whether device TLB invalidations are not to be sent for now. */
    boolean isDeferred() {
        return generation == FaultGeneration.LINUX_6_12 && !control.isTranslating();
    }

    /** Doubleword 0 of a device TLB invalidation. */
    long devTlb(final DeviceInfo info) {
        return Invalidation.deviceTlb(info.rid(), info.pfsid(), info.atsQueueDepth());
    }

    /** Doubleword 0 of a PASID device TLB invalidation. */
    long devTlbPasid(final DeviceInfo info, final int pasid) {
        return Invalidation.pasidDeviceTlb(info.rid(), pasid, info.pfsid(), info.atsQueueDepth());
    }
}
