// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/**
 * The words of an event record by number, as IHI 0070, chapter 7.3 has them; not through the
 * layouts that the model itself uses.
 */
final class EventWords {
    static final int F_UUT = 0x01;
    static final int C_BAD_STREAMID = 0x02;
    static final int F_STE_FETCH = 0x03;
    static final int C_BAD_STE = 0x04;
    static final int F_BAD_ATS_TREQ = 0x05;
    static final int F_STREAM_DISABLED = 0x06;
    static final int F_TRANSL_FORBIDDEN = 0x07;
    static final int C_BAD_SUBSTREAMID = 0x08;
    static final int F_CD_FETCH = 0x09;
    static final int C_BAD_CD = 0x0a;
    static final int F_WALK_EABT = 0x0b;
    static final int F_TRANSLATION = 0x10;
    static final int F_ADDR_SIZE = 0x11;
    static final int F_ACCESS = 0x12;
    static final int F_PERMISSION = 0x13;
    static final int F_TLB_CONFLICT = 0x20;
    static final int F_CFG_CONFLICT = 0x21;
    static final int E_PAGE_REQUEST = 0x24;

    static final long STALL = 1L << 31;
    static final long PNU = 1L << 33;
    static final long IND = 1L << 34;
    static final long RNW = 1L << 35;
    static final long S2 = 1L << 39;
    static final long CLASS_CD = 0;
    static final long CLASS_TTD = 1L << 40;
    static final long CLASS_IN = 2L << 40;
    static final long TTRNW = 1L << 44;

    private EventWords() {}

    /** Word 0; a negative SubstreamID is none. */
    static long word0(final int number, final int sid, final int ssid) {
        final long substream = ssid < 0 ? 0 : 1L << 11 | (long) ssid << 12;
        return number | substream | (long) sid << 32;
    }

    /** PnU, InD and RnW of an access of the endpoint; without PASID it has read and write alone. */
    static long attributes(final int access, final boolean hasPasid) {
        if ((access & EndpointClient.WRITE) != 0) {
            return hasPasid && (access & EndpointClient.PRIV) != 0 ? PNU : 0;
        }
        return RNW
                | (hasPasid && (access & EndpointClient.PRIV) != 0 ? PNU : 0)
                | (hasPasid && (access & EndpointClient.EXEC) != 0 ? IND : 0);
    }
}
