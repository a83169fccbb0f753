// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.TlbInvalidateInfo;
import java.nio.ByteBuffer;

/**
 * A guest's invalidation of the newer generation, of the time of May 2018: {@code struct
 * tlb_invalidate_info}, {@code include/uapi/linux/iommu.h}, 48 bytes, with the numbers of {@code
 * enum iommu_inv_granularity} and the flags of that header.
 *
 * <pre>
 *  0         4      8             12      16     17    24         32      36    40     48
 * +---------+------+-------------+-------+------+-----+----------+-------+-----+------+
 * | version | type | granularity | flags | size | pad | nr_pages | pasid | pad | addr |
 * +---------+------+-------------+-------+------+-----+----------+-------+-----+------+
 * </pre>
 */
public final class TlbInvalidateInfo2018 {
    /** Bytes of the structure. */
    public static final int BYTES = 48;

    /** Number of cache types: DTLB, TLB and PASID ({@code IOMMU_INV_NR_TYPE}). */
    public static final int TYPES = 3;

    /** A domain with all PASIDs ({@code IOMMU_INV_GRANU_DOMAIN_ALL_PASID}). */
    public static final int GRANU_DOMAIN_ALL_PASID = 0;

    /** One PASID ({@code IOMMU_INV_GRANU_PASID_SEL}). */
    public static final int GRANU_PASID_SEL = 1;

    /** A range of pages in a PASID ({@code IOMMU_INV_GRANU_PAGE_PASID}). */
    public static final int GRANU_PAGE_PASID = 2;

    /** Number of granularities ({@code IOMMU_INV_NR_GRANU}). */
    public static final int GRANUS = 3;

    /** Leaf entries alone ({@code IOMMU_INVALIDATE_ADDR_LEAF}). */
    public static final int FLAG_ADDR_LEAF = 1;

    /** Global pages too ({@code IOMMU_INVALIDATE_GLOBAL_PAGE}). */
    public static final int FLAG_GLOBAL_PAGE = 1 << 1;

    private static final int TYPE = 4;
    private static final int GRANULARITY = 8;
    private static final int FLAGS = 12;
    private static final int SIZE = 16;
    private static final int PADDING = 17;
    private static final int NR_PAGES = 24;
    private static final int PASID = 32;
    private static final int PADDING2 = 36;
    private static final int ADDR = 40;

    private TlbInvalidateInfo2018() {}

    /**
     * Writes a request; padding becomes 0.
     *
     * @param buffer where to
     * @param at its first byte
     * @param info the request
     */
    public static void encode(final ByteBuffer buffer, final int at, final TlbInvalidateInfo info) {
        Bytes.putInt(buffer, at, info.version());
        Bytes.putInt(buffer, at + TYPE, info.type());
        Bytes.putInt(buffer, at + GRANULARITY, info.granularity());
        Bytes.putInt(buffer, at + FLAGS, info.flags());
        buffer.put(at + SIZE, (byte) info.size());
        Bytes.clear(buffer, at + PADDING, at + NR_PAGES);
        Bytes.putLong(buffer, at + NR_PAGES, info.nrPages());
        Bytes.putInt(buffer, at + PADDING2, 0);
        Bytes.putInt(buffer, at + PASID, info.pasid());
        Bytes.putLong(buffer, at + ADDR, info.addr());
    }

    /**
     * Reads a request. The series looks neither at the version nor at padding; what a driver makes
     * of the rest is its own affair, VT-d's in {@code api.vtd.VtdInvalidation}.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the request
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final TlbInvalidateInfo into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        into.set(
                        Bytes.getInt(buffer, at + TYPE),
                        Bytes.getInt(buffer, at + GRANULARITY),
                        Bytes.getInt(buffer, at + FLAGS),
                        Bytes.getInt(buffer, at + PASID))
                .version(Bytes.getInt(buffer, at))
                .pages(
                        Bytes.getLong(buffer, at + ADDR),
                        Byte.toUnsignedInt(buffer.get(at + SIZE)),
                        Bytes.getLong(buffer, at + NR_PAGES));
        return 0;
    }
}
