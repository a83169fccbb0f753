// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What a guest wants the IOMMU to forget: {@code struct tlb_invalidate_info} with its {@code struct
 * tlb_invalidate_hdr} of the 2017 and 2018 series. Granularities and flags are the generation's own
 * numbers, since the two enumerations share no order: {@code api.uapi.TlbInvalidateInfo2017} and
 * {@code TlbInvalidateInfo2018} have them. Mutable and reused; whoever is handed one reads it
 * during the call and keeps nothing of it. Not thread-safe.
 */
public final class TlbInvalidateInfo {
    /** The only version ({@code TLB_INV_HDR_VERSION_1}). */
    public static final int VERSION = 1;

    /** The device's own TLB ({@code IOMMU_INV_TYPE_DTLB}). */
    public static final int TYPE_DTLB = 0;

    /** The IOMMU's TLB ({@code IOMMU_INV_TYPE_TLB}). */
    public static final int TYPE_TLB = 1;

    /** The PASID cache ({@code IOMMU_INV_TYPE_PASID}). */
    public static final int TYPE_PASID = 2;

    /** The context cache ({@code IOMMU_INV_TYPE_CONTEXT}), 2017 alone. */
    public static final int TYPE_CONTEXT = 3;

    private int version;
    private int type;
    private int granularity;
    private int flags;
    private int size;
    private long nrPages;
    private int pasid;
    private long addr;

    /** An empty request, to be filled by {@link #set}. */
    public TlbInvalidateInfo() {}

    /**
     * Fills it: a request of {@link #VERSION} for no page.
     *
     * @param type which cache, a {@code TYPE_} number or whatever somebody sent
     * @param granularity how much of it, a number of the generation
     * @param flags bits of the generation
     * @param pasid process address space id, 20 bits
     * @return this
     */
    public TlbInvalidateInfo set(
            final int type, final int granularity, final int flags, final int pasid) {
        this.version = VERSION;
        this.type = type;
        this.granularity = granularity;
        this.flags = flags;
        this.pasid = pasid;
        this.size = 0;
        this.nrPages = 0;
        this.addr = 0;
        return this;
    }

    /**
     * Says which pages are meant.
     *
     * @param addr address of the first in bytes
     * @param size log2 of a page's size in units of 4 KiB, in [0, 255]: 0 is 4 KiB, 9 is 2 MiB
     * @param nrPages number of pages, 2018 alone
     * @return this
     */
    public TlbInvalidateInfo pages(final long addr, final int size, final long nrPages) {
        this.addr = addr;
        this.size = size;
        this.nrPages = nrPages;
        return this;
    }

    /**
     * Sets the version, which neither series ever looked at.
     *
     * @param version {@link #VERSION}, or whatever number somebody sent
     * @return this
     */
    public TlbInvalidateInfo version(final int version) {
        this.version = version;
        return this;
    }

    /**
     * Version.
     *
     * @return {@link #VERSION}, or whatever number somebody sent
     */
    public int version() {
        return version;
    }

    /**
     * Which cache.
     *
     * @return a {@code TYPE_} number, or whatever somebody sent
     */
    public int type() {
        return type;
    }

    /**
     * How much of it.
     *
     * @return a number of the generation
     */
    public int granularity() {
        return granularity;
    }

    /**
     * Flags.
     *
     * @return bits of the generation
     */
    public int flags() {
        return flags;
    }

    /**
     * Size of a page.
     *
     * @return log2 of the size in units of 4 KiB, in [0, 255]
     */
    public int size() {
        return size;
    }

    /**
     * Number of pages, 2018.
     *
     * @return 0 in 2017, which has one range of 2^size pages
     */
    public long nrPages() {
        return nrPages;
    }

    /**
     * Process address space id.
     *
     * @return 20 bits
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Address of the first page.
     *
     * @return bytes
     */
    public long addr() {
        return addr;
    }

    @Override
    public String toString() {
        return String.format(
                "TlbInvalidateInfo[type=%d granularity=%d flags=0x%x size=%d pages=%d pasid=%d"
                        + " addr=0x%x]",
                type, granularity, flags, size, nrPages, pasid, addr);
    }
}
