// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * An entry of the page request queue of revision 2, as the drivers of 2015 to 2018 know it, 16
 * bytes: two doublewords. Intel VT-d specification 2.5, 7.7.1; {@code struct page_req_dsc}, {@code
 * drivers/iommu/intel-svm.c} of Linux 4.15.
 */
public final class PageRequestRev2 {
    /** Bytes of an entry. */
    public static final int BYTES = 16;

    /** Doubleword 0 bit 0: a response to this request alone is wanted. */
    public static final long SRR = 1;

    /** Doubleword 0 bit 1: the device is blocked. */
    public static final long BOF = 1L << 1;

    /** Doubleword 0 bit 2: there is a PASID. */
    public static final long PP = 1L << 2;

    /** Doubleword 0 bit 3: last in its group. */
    public static final long LPIG = 1L << 3;

    /** Doubleword 1 bit 0: read is asked for. */
    public static final long RDR = 1;

    /** Doubleword 1 bit 1: write is asked for. */
    public static final long WRR = 1L << 1;

    /** Doubleword 1 bit 2: execute is asked for. */
    public static final long EXR = 1L << 2;

    /** Doubleword 1 bit 3: privileged mode. */
    public static final long PMR = 1L << 3;

    private static final int PASID_SHIFT = 4;
    private static final int PASID_MASK = 0xf_ffff;
    private static final int BUS_SHIFT = 24;
    private static final int PRIVATE_SHIFT = 32;
    private static final int PRIVATE_MASK = 0x7f_ffff;
    private static final int GROUP_SHIFT = 55;
    private static final int GROUP_MASK = 0x1ff;
    private static final int DEVFN_SHIFT = 4;

    private PageRequestRev2() {}

    /**
     * Doubleword 0.
     *
     * @param rid requester id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @param group group index, 9 bits
     * @param privateData 23 bits
     * @param flags {@link #SRR}, {@link #BOF}, {@link #LPIG}
     * @return the doubleword
     */
    public static long qw0(
            final int rid,
            final int pasid,
            final int group,
            final int privateData,
            final long flags) {
        final long ofPasid = pasid < 0 ? 0 : PP | (long) (pasid & PASID_MASK) << PASID_SHIFT;
        return (long) (rid >>> 8 & 0xff) << BUS_SHIFT
                | ofPasid
                | (long) (privateData & PRIVATE_MASK) << PRIVATE_SHIFT
                | (long) (group & GROUP_MASK) << GROUP_SHIFT
                | flags;
    }

    /**
     * Doubleword 1.
     *
     * @param rid requester id, 16 bits
     * @param address any address in the page
     * @param flags {@link #RDR}, {@link #WRR}, {@link #EXR}, {@link #PMR}
     * @return the doubleword
     */
    public static long qw1(final int rid, final long address, final long flags) {
        return (address & -0x1000L) | (long) (rid & 0xff) << DEVFN_SHIFT | flags;
    }

    /**
     * Requester id.
     *
     * @param qw0 doubleword 0
     * @param qw1 doubleword 1
     * @return 16 bits
     */
    public static int rid(final long qw0, final long qw1) {
        return ((int) (qw0 >>> BUS_SHIFT) & 0xff) << 8 | ((int) (qw1 >>> DEVFN_SHIFT) & 0xff);
    }

    /**
     * The PASID field, which counts with {@link #PP} alone.
     *
     * @param qw0 doubleword 0
     * @return 20 bits
     */
    public static int pasid(final long qw0) {
        return (int) (qw0 >>> PASID_SHIFT) & PASID_MASK;
    }

    /**
     * Private data.
     *
     * @param qw0 doubleword 0
     * @return 23 bits
     */
    public static int privateData(final long qw0) {
        return (int) (qw0 >>> PRIVATE_SHIFT) & PRIVATE_MASK;
    }

    /**
     * Group index.
     *
     * @param qw0 doubleword 0
     * @return 9 bits
     */
    public static int group(final long qw0) {
        return (int) (qw0 >>> GROUP_SHIFT) & GROUP_MASK;
    }

    /**
     * Address.
     *
     * @param qw1 doubleword 1
     * @return of the page
     */
    public static long address(final long qw1) {
        return qw1 & -0x1000L;
    }
}
