// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

import io.iopf4j.api.Errno;
import io.iopf4j.api.TlbInvalidateInfo;
import io.iopf4j.api.uapi.TlbInvalidateInfo2017;
import io.iopf4j.api.uapi.TlbInvalidateInfo2018;

/**
 * May a guest's invalidation be carried out: {@code intel_iommu_sva_invalidate()}, {@code
 * drivers/iommu/intel-iommu.c} of the 2017 and 2018 series, each with its own numbers. The version
 * is not looked at. Stateless; any thread.
 */
public final class VtdInvalidation {
    private static final int PAGE_SHIFT = 12;

    /** By type, the granularities without PASID_TAGGED, bit by bit. */
    private static final int[] UNTAGGED_2017 = {
        set(TlbInvalidateInfo2017.GRANU_GLOBAL),
        set(
                TlbInvalidateInfo2017.GRANU_GLOBAL,
                TlbInvalidateInfo2017.GRANU_DOMAIN,
                TlbInvalidateInfo2017.GRANU_DOMAIN_PAGE),
        set(),
        set(
                TlbInvalidateInfo2017.GRANU_GLOBAL,
                TlbInvalidateInfo2017.GRANU_DOMAIN,
                TlbInvalidateInfo2017.GRANU_DEVICE)
    };

    private static final int[] TAGGED_2017 = {
        set(TlbInvalidateInfo2017.GRANU_ALL_PASID, TlbInvalidateInfo2017.GRANU_PASID_SEL),
        set(
                TlbInvalidateInfo2017.GRANU_ALL_PASID,
                TlbInvalidateInfo2017.GRANU_NG_ALL_PASID,
                TlbInvalidateInfo2017.GRANU_NG_PASID,
                TlbInvalidateInfo2017.GRANU_PAGE_PASID),
        set(TlbInvalidateInfo2017.GRANU_ALL_PASID, TlbInvalidateInfo2017.GRANU_PASID_SEL),
        set()
    };

    private static final int[] ALL_2018 = {
        set(
                TlbInvalidateInfo2018.GRANU_DOMAIN_ALL_PASID,
                TlbInvalidateInfo2018.GRANU_PASID_SEL,
                TlbInvalidateInfo2018.GRANU_PAGE_PASID),
        set(
                TlbInvalidateInfo2018.GRANU_DOMAIN_ALL_PASID,
                TlbInvalidateInfo2018.GRANU_PASID_SEL,
                TlbInvalidateInfo2018.GRANU_PAGE_PASID),
        set(TlbInvalidateInfo2018.GRANU_DOMAIN_ALL_PASID, TlbInvalidateInfo2018.GRANU_PASID_SEL)
    };

    private VtdInvalidation() {}

    private static int set(final int... granularities) {
        int bits = 0;
        for (final int granularity : granularities) {
            bits |= 1 << granularity;
        }
        return bits;
    }

    /**
     * Whether the older generation knows a cache at a granularity.
     *
     * @param type a cache type, any number
     * @param granularity a {@code TlbInvalidateInfo2017.GRANU_} number, or any other
     * @param isPasidTagged whether {@code FLAG_PASID_TAGGED} is set
     * @return whether the combination is in the driver's table
     */
    public static boolean isValid2017(
            final int type, final int granularity, final boolean isPasidTagged) {
        return isIn(
                isPasidTagged ? TAGGED_2017 : UNTAGGED_2017,
                type,
                granularity,
                TlbInvalidateInfo2017.GRANUS);
    }

    /**
     * Whether the newer generation knows a cache at a granularity.
     *
     * @param type a cache type, any number
     * @param granularity a {@code TlbInvalidateInfo2018.GRANU_} number, or any other
     * @return whether the combination is in the driver's table
     */
    public static boolean isValid2018(final int type, final int granularity) {
        return isIn(ALL_2018, type, granularity, TlbInvalidateInfo2018.GRANUS);
    }

    private static boolean isIn(
            final int[] table, final int type, final int granularity, final int granularities) {
        return type >= 0
                && type < table.length
                && granularity >= 0
                && granularity < granularities
                && (table[type] & 1 << granularity) != 0;
    }

    /**
     * Checks a request of the older generation in the driver's order.
     *
     * @param hasDomain whether the device has a domain
     * @param hasIommu whether an IOMMU covers the device
     * @param isPci whether it is a PCI device
     * @param info the request, or null
     * @return 0; {@code -EINVAL} without request or domain; {@code -ENODEV} without IOMMU or for a
     *     device that is not PCI; {@code -EINVAL} for a combination that is not in the table;
     *     {@code -ERANGE} for the IOMMU's TLB and an address that is not aligned to a size other
     *     than 0; {@code -EINVAL} for the device's TLB: it is in the table, and then nothing is
     *     done for it
     */
    public static int check2017(
            final boolean hasDomain,
            final boolean hasIommu,
            final boolean isPci,
            final TlbInvalidateInfo info) {
        final int ret = checkDevice(hasDomain, hasIommu, isPci, info);
        if (ret != 0) {
            return ret;
        }
        final boolean isTagged = (info.flags() & TlbInvalidateInfo2017.FLAG_PASID_TAGGED) != 0;
        return isValid2017(info.type(), info.granularity(), isTagged)
                ? checkAction(info)
                : -Errno.EINVAL;
    }

    /**
     * Checks a request of the newer generation, likewise.
     *
     * @param hasDomain whether the device has a domain
     * @param hasIommu whether an IOMMU covers the device
     * @param isPci whether it is a PCI device
     * @param info the request, or null
     * @return as {@link #check2017}
     */
    public static int check2018(
            final boolean hasDomain,
            final boolean hasIommu,
            final boolean isPci,
            final TlbInvalidateInfo info) {
        final int ret = checkDevice(hasDomain, hasIommu, isPci, info);
        if (ret != 0) {
            return ret;
        }
        return isValid2018(info.type(), info.granularity()) ? checkAction(info) : -Errno.EINVAL;
    }

    private static int checkDevice(
            final boolean hasDomain,
            final boolean hasIommu,
            final boolean isPci,
            final TlbInvalidateInfo info) {
        if (info == null || !hasDomain) {
            return -Errno.EINVAL;
        }
        return hasIommu && isPci ? 0 : -Errno.ENODEV;
    }

    private static int checkAction(final TlbInvalidateInfo info) {
        if (info.type() == TlbInvalidateInfo.TYPE_DTLB) {
            return -Errno.EINVAL;
        }
        return info.type() == TlbInvalidateInfo.TYPE_TLB
                        && info.size() > 0
                        && !isAligned(info.addr(), PAGE_SHIFT + info.size())
                ? -Errno.ERANGE
                : 0;
    }

    /** A size beyond the address space leaves address 0 alone; C does not define that shift. */
    private static boolean isAligned(final long addr, final int shift) {
        return shift >= Long.SIZE ? addr == 0 : (addr & (1L << shift) - 1) == 0;
    }
}
