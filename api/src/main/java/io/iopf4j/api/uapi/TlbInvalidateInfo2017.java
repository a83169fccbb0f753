// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.TlbInvalidateInfo;
import java.nio.ByteBuffer;

/**
 * A guest's invalidation of the older generation, of the time of November 2017: {@code struct
 * tlb_invalidate_info}, {@code include/uapi/linux/iommu.h}, 32 bytes, with the numbers of {@code
 * enum iommu_inv_granularity} and the flags of that header.
 *
 * <pre>
 *  0         4      8             12      16     17    20      24     32
 * +---------+------+-------------+-------+------+-----+-------+------+
 * | version | type | granularity | flags | size | pad | pasid | addr |
 * +---------+------+-------------+-------+------+-----+-------+------+
 * </pre>
 */
public final class TlbInvalidateInfo2017 {
    /** Bytes of the structure. */
    public static final int BYTES = 32;

    /** Number of cache types: DTLB, TLB, PASID and CONTEXT ({@code IOMMU_INV_NR_TYPE}). */
    public static final int TYPES = 4;

    /** Everything; the header has no name for it. */
    public static final int GRANU_GLOBAL = 0;

    /** All entries of a domain ({@code IOMMU_INV_GRANU_DOMAIN}). */
    public static final int GRANU_DOMAIN = 1;

    /** What is tied to a device id ({@code IOMMU_INV_GRANU_DEVICE}). */
    public static final int GRANU_DEVICE = 2;

    /** A range of addresses in a domain ({@code IOMMU_INV_GRANU_DOMAIN_PAGE}). */
    public static final int GRANU_DOMAIN_PAGE = 3;

    /** All PASIDs ({@code IOMMU_INV_GRANU_ALL_PASID}). */
    public static final int GRANU_ALL_PASID = 4;

    /** One PASID ({@code IOMMU_INV_GRANU_PASID_SEL}). */
    public static final int GRANU_PASID_SEL = 5;

    /** What is not global, all PASIDs ({@code IOMMU_INV_GRANU_NG_ALL_PASID}). */
    public static final int GRANU_NG_ALL_PASID = 6;

    /** What is not global, one PASID ({@code IOMMU_INV_GRANU_NG_PASID}). */
    public static final int GRANU_NG_PASID = 7;

    /** A range of pages in a PASID ({@code IOMMU_INV_GRANU_PAGE_PASID}). */
    public static final int GRANU_PAGE_PASID = 8;

    /** Number of granularities ({@code IOMMU_INV_NR_GRANU}). */
    public static final int GRANUS = 9;

    /** Requests without PASID are meant ({@code IOMMU_INVALIDATE_NO_PASID}). */
    public static final int FLAG_NO_PASID = 1;

    /** Leaf entries alone ({@code IOMMU_INVALIDATE_ADDR_LEAF}). */
    public static final int FLAG_ADDR_LEAF = 1 << 1;

    /** Global pages too ({@code IOMMU_INVALIDATE_GLOBAL_PAGE}). */
    public static final int FLAG_GLOBAL_PAGE = 1 << 2;

    /** Entries with PASID are meant ({@code IOMMU_INVALIDATE_PASID_TAGGED}). */
    public static final int FLAG_PASID_TAGGED = 1 << 3;

    private static final int TYPE = 4;
    private static final int GRANULARITY = 8;
    private static final int FLAGS = 12;
    private static final int SIZE = 16;
    private static final int PADDING = 17;
    private static final int PASID = 20;
    private static final int ADDR = 24;

    private TlbInvalidateInfo2017() {}

    /**
     * Writes a request; padding becomes 0. The number of pages is lost.
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
        Bytes.clear(buffer, at + PADDING, at + PASID);
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
                        0);
        return 0;
    }
}
