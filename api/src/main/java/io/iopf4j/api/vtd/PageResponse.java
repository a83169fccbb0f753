// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * Responses to page requests, which are descriptors of the invalidation queue: page group
 * responses, and the former two of revision 2. Intel VT-d specification, 7.7.1, and 2.5, 7.8.
 */
public final class PageResponse {
    /** Response code: the pages are there. */
    public static final int SUCCESS = 0;

    /** Response code: at least one page cannot be had. */
    public static final int INVALID_REQUEST = 1;

    /** Response code: the interface is out of order. */
    public static final int RESPONSE_FAILURE = 0xf;

    /** Page group response, doubleword 0 bit 4: there is a PASID. */
    public static final long PP = 1L << 4;

    /** Page group response, doubleword 0 bit 5: there are private data; gone in revision 4. */
    public static final long PDP = 1L << 5;

    /** Page group response, doubleword 1 bit 2: last in its group. */
    public static final long LPIG = 1L << 2;

    private static final int CODE_SHIFT = 12;
    private static final int RID_SHIFT = 16;
    private static final int PASID_SHIFT = 32;
    private static final int PASID_MASK = 0xf_ffff;
    private static final int GROUP_SHIFT = 3;
    private static final int GROUP_MASK = 0x1ff;
    private static final int REV2_PRIVATE_SHIFT = 32;
    private static final int REV2_PRIVATE_MASK = 0x7f_ffff;
    private static final int REV2_GROUP_SHIFT = 55;
    private static final int REV2_PASID_SHIFT = 4;
    private static final int REV2_BUS_SHIFT = 24;
    private static final int REV2_DEVFN_SHIFT = 4;

    private PageResponse() {}

    /**
     * Page group response, doubleword 0.
     *
     * @param rid requester id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @param code response code, 4 bits
     * @param flags {@link #PDP}
     * @return the doubleword
     */
    public static long qw0(final int rid, final int pasid, final int code, final long flags) {
        return rev2GroupQw0(rid, pasid) | (long) (code & 0xf) << CODE_SHIFT | flags;
    }

    /**
     * Page group response, doubleword 1.
     *
     * @param group group index, 9 bits
     * @param flags {@link #LPIG}
     * @return the doubleword
     */
    public static long qw1(final int group, final long flags) {
        return (long) (group & GROUP_MASK) << GROUP_SHIFT | flags;
    }

    /**
     * Requester id of a page group response of either revision.
     *
     * @param qw0 doubleword 0
     * @return 16 bits
     */
    public static int rid(final long qw0) {
        return (int) (qw0 >>> RID_SHIFT) & 0xffff;
    }

    /**
     * PASID of a page group response of either revision.
     *
     * @param qw0 doubleword 0
     * @return 20 bits, or -1 if there is none
     */
    public static int pasid(final long qw0) {
        return (qw0 & PP) == 0 ? -1 : (int) (qw0 >>> PASID_SHIFT) & PASID_MASK;
    }

    /**
     * Response code of a page group response.
     *
     * @param qw0 doubleword 0
     * @return 4 bits
     */
    public static int code(final long qw0) {
        return (int) (qw0 >>> CODE_SHIFT) & 0xf;
    }

    /**
     * Group index of a page group response.
     *
     * @param qw1 doubleword 1
     * @return 9 bits
     */
    public static int group(final long qw1) {
        return (int) (qw1 >>> GROUP_SHIFT) & GROUP_MASK;
    }

    // ---- Revision 2 -----------------------------------------------------------------------------

    /**
     * Page group response of revision 2, doubleword 0.
     *
     * @param rid requester id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @return the doubleword
     */
    public static long rev2GroupQw0(final int rid, final int pasid) {
        final long ofPasid = pasid < 0 ? 0 : PP | (long) (pasid & PASID_MASK) << PASID_SHIFT;
        return Invalidation.PAGE_GROUP_RESPONSE | ofPasid | (rid & 0xffffL) << RID_SHIFT;
    }

    /**
     * Page group response of revision 2, doubleword 1.
     *
     * @param code response code, 4 bits
     * @param group group index, 9 bits
     * @param privateData 23 bits
     * @return the doubleword
     */
    public static long rev2GroupQw1(final int code, final int group, final int privateData) {
        return (code & 0xfL) | rev2GroupAndPrivate(group, privateData);
    }

    /**
     * Page stream response, doubleword 0.
     *
     * @param rid requester id, 16 bits
     * @param pasid PASID, 20 bits
     * @param group group index, 9 bits
     * @param privateData 23 bits
     * @return the doubleword
     */
    public static long streamQw0(
            final int rid, final int pasid, final int group, final int privateData) {
        return Invalidation.PAGE_STREAM_RESPONSE
                | (long) (pasid & PASID_MASK) << REV2_PASID_SHIFT
                | (long) (rid >>> 8 & 0xff) << REV2_BUS_SHIFT
                | rev2GroupAndPrivate(group, privateData);
    }

    /**
     * Page stream response, doubleword 1.
     *
     * @param rid requester id, 16 bits
     * @param address any address in the page
     * @param code response code, 4 bits
     * @return the doubleword
     */
    public static long streamQw1(final int rid, final long address, final int code) {
        return (address & -0x1000L) | (long) (rid & 0xff) << REV2_DEVFN_SHIFT | (code & 0xfL);
    }

    private static long rev2GroupAndPrivate(final int group, final int privateData) {
        return (long) (group & GROUP_MASK) << REV2_GROUP_SHIFT
                | (long) (privateData & REV2_PRIVATE_MASK) << REV2_PRIVATE_SHIFT;
    }

    /**
     * Group index of doubleword 1 of a group response, or doubleword 0 of a stream response, of
     * revision 2.
     *
     * @param qw the doubleword
     * @return 9 bits
     */
    public static int rev2Group(final long qw) {
        return (int) (qw >>> REV2_GROUP_SHIFT) & GROUP_MASK;
    }

    /**
     * Requester id of a page stream response.
     *
     * @param qw0 doubleword 0
     * @param qw1 doubleword 1
     * @return 16 bits
     */
    public static int streamRid(final long qw0, final long qw1) {
        return ((int) (qw0 >>> REV2_BUS_SHIFT) & 0xff) << 8
                | ((int) (qw1 >>> REV2_DEVFN_SHIFT) & 0xff);
    }

    /**
     * PASID of a page stream response.
     *
     * @param qw0 doubleword 0
     * @return 20 bits
     */
    public static int streamPasid(final long qw0) {
        return (int) (qw0 >>> REV2_PASID_SHIFT) & PASID_MASK;
    }
}
