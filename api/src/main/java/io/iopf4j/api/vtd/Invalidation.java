// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * Descriptors of the invalidation queue, 16 bytes, or 32 of which the upper 16 are zero: two
 * doublewords. Intel VT-d specification, 6.5.2; {@code drivers/iommu/intel/iommu.h} of Linux 6.12.
 * Responses to page requests are {@link PageResponse}.
 */
public final class Invalidation {
    /** Bits 11:9 and 3:0 of doubleword 0: the type. */
    public static final long TYPE_MASK = 0xe0f;

    /** Type: context cache. */
    public static final int CONTEXT_CACHE = 1;

    /** Type: IOTLB. */
    public static final int IOTLB = 2;

    /** Type: a device's TLB. */
    public static final int DEVICE_TLB = 3;

    /** Type: interrupt entry cache. */
    public static final int INTERRUPT_ENTRY_CACHE = 4;

    /** Type: wait. */
    public static final int WAIT = 5;

    /** Type: IOTLB by PASID. */
    public static final int PASID_IOTLB = 6;

    /** Type: PASID cache. */
    public static final int PASID_CACHE = 7;

    /** Type: a device's TLB by PASID. */
    public static final int PASID_DEVICE_TLB = 8;

    /** Type: page group response. */
    public static final int PAGE_GROUP_RESPONSE = 9;

    /** Type of revision 2: page stream response. */
    public static final int PAGE_STREAM_RESPONSE = 10;

    /** Doubleword 0 bits 5:4: granularity. */
    public static final int GRANULARITY_SHIFT = 4;

    /** Context cache granularity: everything. */
    public static final int CC_GLOBAL = 1;

    /** Context cache granularity: a domain. */
    public static final int CC_DOMAIN = 2;

    /** Context cache granularity: a device. */
    public static final int CC_DEVICE = 3;

    /** IOTLB granularity: everything. */
    public static final int IOTLB_GLOBAL = 1;

    /** IOTLB granularity: a domain. */
    public static final int IOTLB_DOMAIN = 2;

    /** IOTLB granularity: pages of a domain. */
    public static final int IOTLB_PAGES = 3;

    /** PASID IOTLB granularity: everything of a PASID. */
    public static final int PASID_IOTLB_ALL = 2;

    /** PASID IOTLB granularity: pages of a PASID. */
    public static final int PASID_IOTLB_PAGES = 3;

    /** PASID cache granularity: all PASIDs of a domain. */
    public static final int PC_DOMAIN = 0;

    /** PASID cache granularity: one PASID of a domain. */
    public static final int PC_PASID = 1;

    /** PASID cache granularity: everything. */
    public static final int PC_GLOBAL = 3;

    /** IOTLB, doubleword 0 bit 6: drain writes. */
    public static final long IOTLB_DW = 1L << 6;

    /** IOTLB, doubleword 0 bit 7: drain reads. */
    public static final long IOTLB_DR = 1L << 7;

    /** IOTLB and PASID IOTLB, doubleword 1 bit 6: no table above the pages has changed. */
    public static final long IH = 1L << 6;

    /** Wait, doubleword 0 bit 4: raise the completion event. */
    public static final long WAIT_IF = 1L << 4;

    /** Wait, doubleword 0 bit 5: write the status. */
    public static final long WAIT_SW = 1L << 5;

    /** Wait, doubleword 0 bit 6: fence. */
    public static final long WAIT_FN = 1L << 6;

    /** Wait, doubleword 0 bit 7: drain page requests. */
    public static final long WAIT_PD = 1L << 7;

    /** Device TLB, doubleword 1 bit 0: the address's low ones tell the size. */
    public static final long DEVICE_TLB_SIZE = 1;

    /** PASID device TLB, doubleword 1 bit 0: the same for all PASIDs. */
    public static final long PASID_DEVICE_TLB_GLOBAL = 1;

    /** PASID device TLB, doubleword 1 bit 11: the address's low ones tell the size. */
    public static final long PASID_DEVICE_TLB_SIZE = 1L << 11;

    /** Most invalidations that a device may have outstanding, the field's range. */
    public static final int MAX_QUEUE_DEPTH = 32;

    private static final int DID_SHIFT = 16;
    private static final int SID_SHIFT = 32;
    private static final int FM_SHIFT = 48;
    private static final int PASID_SHIFT = 32;
    private static final int STATUS_SHIFT = 32;
    private static final int DEPTH_SHIFT = 16;
    private static final int PASID_DEPTH_SHIFT = 4;
    private static final int PASID_SID_SHIFT = 16;
    private static final int DEPTH_MASK = 0x1f;
    private static final int PFSID_LOW_SHIFT = 12;
    private static final int PFSID_HIGH_SHIFT = 52;
    private static final int PAGE_SHIFT = 12;
    private static final long ALL = 0x7fff_ffff_ffff_f000L;

    private Invalidation() {}

    /**
     * A descriptor's type.
     *
     * @param qw0 doubleword 0
     * @return 7 bits: a type of this class, or none
     */
    public static int type(final long qw0) {
        return (int) (qw0 >>> 9 & 7) << 4 | ((int) qw0 & 0xf);
    }

    /**
     * Context cache, doubleword 0; doubleword 1 is 0.
     *
     * @param granularity a {@code CC_}
     * @param did domain id, 16 bits
     * @param sid source id, 16 bits
     * @param fm function mask, 2 bits
     * @return the doubleword
     */
    public static long contextCache(
            final int granularity, final int did, final int sid, final int fm) {
        return (long) CONTEXT_CACHE
                | (long) granularity << GRANULARITY_SHIFT
                | (did & 0xffffL) << DID_SHIFT
                | (sid & 0xffffL) << SID_SHIFT
                | (long) (fm & 3) << FM_SHIFT;
    }

    /**
     * IOTLB, doubleword 0; doubleword 1 is {@link #address}.
     *
     * @param granularity an {@code IOTLB_}
     * @param did domain id, 16 bits
     * @param flags {@link #IOTLB_DW} and {@link #IOTLB_DR}
     * @return the doubleword
     */
    public static long iotlb(final int granularity, final int did, final long flags) {
        return (long) IOTLB
                | (long) granularity << GRANULARITY_SHIFT
                | (did & 0xffffL) << DID_SHIFT
                | flags;
    }

    /**
     * Doubleword 1 of an IOTLB or PASID IOTLB invalidation.
     *
     * @param address any address in the first page; 0 without pages
     * @param mask log2 of the pages
     * @param flags {@link #IH}
     * @return the doubleword
     */
    public static long address(final long address, final int mask, final long flags) {
        return (address & -0x1000L) | (mask & 0x3fL) | flags;
    }

    /**
     * PASID IOTLB, doubleword 0; doubleword 1 is {@link #address}.
     *
     * @param granularity a {@code PASID_IOTLB_}
     * @param did domain id, 16 bits
     * @param pasid PASID, 20 bits
     * @return the doubleword
     */
    public static long pasidIotlb(final int granularity, final int did, final int pasid) {
        return (long) PASID_IOTLB | ofPasid(granularity, did, pasid);
    }

    /**
     * PASID cache, doubleword 0; doubleword 1 is 0.
     *
     * @param granularity a {@code PC_}
     * @param did domain id, 16 bits
     * @param pasid PASID, 20 bits
     * @return the doubleword
     */
    public static long pasidCache(final int granularity, final int did, final int pasid) {
        return (long) PASID_CACHE | ofPasid(granularity, did, pasid);
    }

    private static long ofPasid(final int granularity, final int did, final int pasid) {
        return (long) granularity << GRANULARITY_SHIFT
                | (did & 0xffffL) << DID_SHIFT
                | (pasid & 0xf_ffffL) << PASID_SHIFT;
    }

    /**
     * Device TLB, doubleword 0; doubleword 1 is {@link #deviceRange}.
     *
     * @param sid whose, 16 bits
     * @param pfsid source id of its physical function, or 0 where that does not count
     * @param queueDepth invalidations that the device may have outstanding, in [1, 32]
     * @return the doubleword
     */
    public static long deviceTlb(final int sid, final int pfsid, final int queueDepth) {
        return (long) DEVICE_TLB
                | (long) (queueDepth & DEPTH_MASK) << DEPTH_SHIFT
                | (sid & 0xffffL) << SID_SHIFT
                | pfsid(pfsid);
    }

    /**
     * PASID device TLB, doubleword 0; doubleword 1 is {@link #pasidDeviceRange}.
     *
     * @param sid whose, 16 bits
     * @param pasid PASID, 20 bits
     * @param pfsid source id of its physical function, or 0 where that does not count
     * @param queueDepth invalidations that the device may have outstanding, in [1, 32]
     * @return the doubleword
     */
    public static long pasidDeviceTlb(
            final int sid, final int pasid, final int pfsid, final int queueDepth) {
        return (long) PASID_DEVICE_TLB
                | (long) (queueDepth & DEPTH_MASK) << PASID_DEPTH_SHIFT
                | (sid & 0xffffL) << PASID_SID_SHIFT
                | (pasid & 0xf_ffffL) << PASID_SHIFT
                | pfsid(pfsid);
    }

    private static long pfsid(final int pfsid) {
        return (pfsid & 0xfL) << PFSID_LOW_SHIFT | (pfsid >>> 4 & 0xfffL) << PFSID_HIGH_SHIFT;
    }

    /**
     * Doubleword 1 of a device TLB invalidation.
     *
     * @param address any address in the span
     * @param log2Pages log2 of the pages; 52 is everything
     * @return the doubleword
     */
    public static long deviceRange(final long address, final int log2Pages) {
        return range(address, log2Pages, DEVICE_TLB_SIZE);
    }

    /**
     * Doubleword 1 of a PASID device TLB invalidation, of that PASID alone.
     *
     * @param address any address in the span
     * @param log2Pages log2 of the pages; 52 is everything
     * @return the doubleword
     */
    public static long pasidDeviceRange(final long address, final int log2Pages) {
        return range(address, log2Pages, PASID_DEVICE_TLB_SIZE);
    }

    /** The bits below the highest one of the size are ones, that one is zero. PCIe, 10.3.2. */
    private static long range(final long address, final int log2Pages, final long sizeBit) {
        if (log2Pages >= Long.SIZE - PAGE_SHIFT) {
            return ALL | sizeBit;
        }
        if (log2Pages == 0) {
            return address & -0x1000L;
        }
        final long span = 1L << (PAGE_SHIFT + log2Pages);
        return (address & -span) | (((span >>> 1) - 1) & -0x1000L) | sizeBit;
    }

    /**
     * Size of the span that doubleword 1 of a device TLB invalidation names.
     *
     * @param qw1 doubleword 1
     * @param sizeBit {@link #DEVICE_TLB_SIZE} or {@link #PASID_DEVICE_TLB_SIZE}
     * @return log2 of its bytes, in [12, 64]
     */
    public static int rangeLog2(final long qw1, final long sizeBit) {
        if ((qw1 & sizeBit) == 0) {
            return PAGE_SHIFT;
        }
        return Math.min(
                Long.SIZE, Long.numberOfTrailingZeros(~(qw1 >> PAGE_SHIFT)) + PAGE_SHIFT + 1);
    }

    /**
     * Wait, doubleword 0; doubleword 1 is the status's address.
     *
     * @param statusData what is written
     * @param flags {@code WAIT_} bits
     * @return the doubleword
     */
    public static long waitFor(final int statusData, final long flags) {
        return (long) WAIT | Integer.toUnsignedLong(statusData) << STATUS_SHIFT | flags;
    }
}
