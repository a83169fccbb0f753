// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * Which descriptors there are, and which of their bits must be zero. A granularity that there is
 * not, and more pages than CAP.MAMV allows, count as a reserved field that is set. VT-d
 * specification, 6.5.2, and of revision 2.5, 7.8.
 */
final class DescriptorRules {
    private static final long ALL = -1;
    private static final long CONTEXT_0 = 0xfffc_0000_0000_f1c0L;
    private static final long IOTLB_0 = 0xffff_ffff_0000_f100L;
    private static final long IOTLB_1 = 0xf80;
    private static final long DEVICE_0 = 0x000f_0000_ffe0_01f0L;
    private static final long DEVICE_1 = 0xffe;
    private static final long INTERRUPT_0 = 0xffff_0000_07ff_f1e0L;
    private static final long WAIT_0 = 0xffff_f100L;
    private static final long WAIT_1 = 3;
    private static final long PASID_0 = 0xfff0_0000_0000_f1c0L;
    private static final long PASID_DEVICE_1 = 0x7fe;
    private static final long RESPONSE_0 = 0xfff0_0000_0000_01c0L;
    private static final long RESPONSE_1 = 0xffff_ffff_ffff_f003L;
    private static final long REV2_RESPONSE_0 = 0xfff0_0000_0000_f1e0L;
    private static final long REV2_RESPONSE_1 = 0xffff_fff0L;

    /** Doubleword 1 bit 7 of revision 2's PASID IOTLB: global translations too. */
    private static final long REV2_GLOBAL = 0x80;

    private static final int REV2_TYPE = 0xf;
    private static final int GRANULARITY = 3;
    private static final int ALL_GRANULARITIES = 0xf;
    private static final int TYPES = 1 << 7;
    private static final int MASK_BITS = 0x3f;
    private static final int FIRST_VERSION_WITHOUT_PRIVATE_DATA = 0x40;

    private final VtdCapabilities capabilities;
    private final boolean isRevision2;
    private final boolean hasPrivateData;
    private final boolean hasPasids;

    // What the rules come to for each type: a descriptor is checked without a decision per rule.

    private final boolean[] isNarrow = new boolean[TYPES];
    private final boolean[] isWide = new boolean[TYPES];
    private final long[] reserved0 = new long[TYPES];
    private final long[] reserved1 = new long[TYPES];

    /** Bit n: granularity n exists. */
    private final int[] granularities = new int[TYPES];

    DescriptorRules(final VtdConfig config) {
        capabilities = config.capabilities();
        isRevision2 = config.isRevision2();
        hasPrivateData = config.version() < FIRST_VERSION_WITHOUT_PRIVATE_DATA;
        hasPasids = isRevision2 && capabilities.hasEcap(VtdCapabilities.PASID);
        for (int type = 0; type < TYPES; type++) {
            isNarrow[type] = exists(type, false);
            isWide[type] = exists(type, true);
            reserved0[type] = reserved0(type);
            reserved1[type] = reserved1(type);
            granularities[type] = granularities(type);
        }
    }

    /** A descriptor's type; in that of a stream's response part of the PASID is in the way. */
    int type(final long qw0) {
        return isRevision2 && (qw0 & REV2_TYPE) == Invalidation.PAGE_STREAM_RESPONSE
                ? Invalidation.PAGE_STREAM_RESPONSE
                : Invalidation.type(qw0);
    }

    /**
     * Looks at a descriptor.
     *
     * @param has256Bits it does; otherwise its upper two doublewords are given as zero
     * @return a {@code VtdRegisters.IQEI_}, of which {@code IQEI_NONE} is that it is sound
     */
    int check(
            final boolean has256Bits,
            final long qw0,
            final long qw1,
            final long qw2,
            final long qw3) {
        final int type = type(qw0);
        if (!(has256Bits ? isWide : isNarrow)[type]) {
            return VtdRegisters.IQEI_TYPE;
        }
        final boolean mayBePrivate =
                type == Invalidation.PAGE_GROUP_RESPONSE && (qw0 & PageResponse.PDP) != 0;
        final boolean isSound =
                (qw0 & reserved0[type]) == 0
                        && (qw1 & reserved1[type]) == 0
                        && ((qw2 | qw3) == 0 || mayBePrivate)
                        && (granularities[type] >>> granularity(qw0) & 1) != 0
                        && fitsMask(type, qw0, qw1);
        return isSound ? VtdRegisters.IQEI_NONE : VtdRegisters.IQEI_RESERVED;
    }

    private boolean exists(final int type, final boolean isWide) {
        return switch (type) {
            case Invalidation.CONTEXT_CACHE,
                    Invalidation.IOTLB,
                    Invalidation.INTERRUPT_ENTRY_CACHE,
                    Invalidation.WAIT ->
                    true;
            case Invalidation.DEVICE_TLB -> capabilities.hasEcap(VtdCapabilities.DT);
            case Invalidation.PASID_IOTLB, Invalidation.PASID_CACHE -> isWide || hasPasids;
            case Invalidation.PASID_DEVICE_TLB ->
                    (isWide || hasPasids) && capabilities.hasEcap(VtdCapabilities.DT);
            case Invalidation.PAGE_GROUP_RESPONSE ->
                    (isWide || isRevision2) && capabilities.hasEcap(VtdCapabilities.PRS);
            case Invalidation.PAGE_STREAM_RESPONSE ->
                    isRevision2 && capabilities.hasEcap(VtdCapabilities.PRS);
            default -> false;
        };
    }

    private long reserved0(final int type) {
        return switch (type) {
            case Invalidation.CONTEXT_CACHE -> CONTEXT_0;
            case Invalidation.IOTLB -> IOTLB_0;
            case Invalidation.DEVICE_TLB -> DEVICE_0;
            case Invalidation.INTERRUPT_ENTRY_CACHE -> INTERRUPT_0;
            case Invalidation.WAIT ->
                    capabilities.hasEcap(VtdCapabilities.PDS)
                            ? WAIT_0
                            : WAIT_0 | Invalidation.WAIT_PD;
            case Invalidation.PASID_IOTLB, Invalidation.PASID_CACHE -> PASID_0;
            case Invalidation.PAGE_GROUP_RESPONSE -> {
                if (isRevision2) {
                    yield REV2_RESPONSE_0;
                }
                yield hasPrivateData ? RESPONSE_0 : RESPONSE_0 | PageResponse.PDP;
            }
            default -> 0;
        };
    }

    private long reserved1(final int type) {
        return switch (type) {
            case Invalidation.CONTEXT_CACHE,
                    Invalidation.INTERRUPT_ENTRY_CACHE,
                    Invalidation.PASID_CACHE ->
                    ALL;
            case Invalidation.IOTLB -> IOTLB_1;
            case Invalidation.PASID_IOTLB -> isRevision2 ? IOTLB_1 & ~REV2_GLOBAL : IOTLB_1;
            case Invalidation.DEVICE_TLB -> DEVICE_1;
            case Invalidation.PASID_DEVICE_TLB -> PASID_DEVICE_1;
            case Invalidation.WAIT -> WAIT_1;
            case Invalidation.PAGE_GROUP_RESPONSE -> isRevision2 ? REV2_RESPONSE_1 : RESPONSE_1;
            default -> 0;
        };
    }

    static int granularity(final long qw0) {
        return (int) (qw0 >>> Invalidation.GRANULARITY_SHIFT) & GRANULARITY;
    }

    /** Log2 of the pages that an IOTLB or PASID IOTLB invalidation names. */
    static int mask(final long qw1) {
        return (int) qw1 & MASK_BITS;
    }

    private int granularities(final int type) {
        return switch (type) {
            case Invalidation.CONTEXT_CACHE, Invalidation.IOTLB -> ALL_GRANULARITIES & ~1;
            case Invalidation.PASID_IOTLB ->
                    isRevision2
                            ? ALL_GRANULARITIES
                            : 1 << Invalidation.PASID_IOTLB_ALL
                                    | 1 << Invalidation.PASID_IOTLB_PAGES;
            case Invalidation.PASID_CACHE ->
                    1 << Invalidation.PC_DOMAIN
                            | 1 << Invalidation.PC_PASID
                            | 1 << Invalidation.PC_GLOBAL;
            default -> ALL_GRANULARITIES;
        };
    }

    private boolean fitsMask(final int type, final long qw0, final long qw1) {
        final int granularity = granularity(qw0);
        final boolean namesPages =
                (type == Invalidation.IOTLB && granularity == Invalidation.IOTLB_PAGES)
                        || (type == Invalidation.PASID_IOTLB
                                && granularity == Invalidation.PASID_IOTLB_PAGES);
        return !namesPages || mask(qw1) <= capabilities.maxAddressMask();
    }
}
