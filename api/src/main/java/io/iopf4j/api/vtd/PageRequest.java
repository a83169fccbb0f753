// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * An entry of the page request queue of revision 3 and later, 32 bytes: four doublewords, of which
 * the last two are private data. Intel VT-d specification, 7.5.1. {@link PageRequestRev2} is the
 * former one.
 */
public final class PageRequest {
    /** Bytes of an entry. */
    public static final int BYTES = 32;

    /** Doubleword 0 bits 7:0: a page request. */
    public static final long TYPE = 1;

    /** Doubleword 0 bit 8: there is a PASID. */
    public static final long PP = 1L << 8;

    /** Doubleword 0 bit 9: there are private data; reserved since revision 4. */
    public static final long PDP = 1L << 9;

    /** Doubleword 0 bit 52: execute is asked for. */
    public static final long EXR = 1L << 52;

    /** Doubleword 0 bit 53: privileged mode. */
    public static final long PMR = 1L << 53;

    /** Doubleword 1 bit 0: read is asked for. */
    public static final long RDR = 1;

    /** Doubleword 1 bit 1: write is asked for. */
    public static final long WRR = 1L << 1;

    /** Doubleword 1 bit 2: last in its group. */
    public static final long LPIG = 1L << 2;

    private static final int RID_SHIFT = 16;
    private static final int PASID_SHIFT = 32;
    private static final int PASID_MASK = 0xf_ffff;
    private static final int GROUP_SHIFT = 3;
    private static final int GROUP_MASK = 0x1ff;

    private PageRequest() {}

    /**
     * Doubleword 0.
     *
     * @param rid requester id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @param flags {@link #EXR}, {@link #PMR}, {@link #PDP}
     * @return the doubleword
     */
    public static long qw0(final int rid, final int pasid, final long flags) {
        final long ofPasid = pasid < 0 ? 0 : PP | (long) (pasid & PASID_MASK) << PASID_SHIFT;
        return TYPE | (rid & 0xffffL) << RID_SHIFT | ofPasid | flags;
    }

    /**
     * Doubleword 1.
     *
     * @param address any address in the page
     * @param group group index, 9 bits
     * @param flags {@link #RDR}, {@link #WRR}, {@link #LPIG}
     * @return the doubleword
     */
    public static long qw1(final long address, final int group, final long flags) {
        return (address & -0x1000L) | (long) (group & GROUP_MASK) << GROUP_SHIFT | flags;
    }

    /**
     * Requester id.
     *
     * @param qw0 doubleword 0
     * @return 16 bits
     */
    public static int rid(final long qw0) {
        return (int) (qw0 >>> RID_SHIFT) & 0xffff;
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
     * Group index.
     *
     * @param qw1 doubleword 1
     * @return 9 bits
     */
    public static int group(final long qw1) {
        return (int) (qw1 >>> GROUP_SHIFT) & GROUP_MASK;
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
