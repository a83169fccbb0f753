// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/**
 * Event records of 32 bytes: four little-endian doublewords. IHI 0070, 7.3.
 *
 * <pre>
 *  63                              32 31            12 11        7        0
 * +----------------------------------+----------------+--+------+----------+
 * |             StreamID             |  SubstreamID   |SV|      |  number  |  word 0
 * +--------------+-----+--+-----+----+--+-------------+--+------+----------+
 * |              |CLASS|S2|     |RnW.. |St|            |   STAG / Reason   |  word 1
 * +--------------+-----+--+-----+-------+-------------+-------------------+
 * |                              InputAddr                                |  word 2
 * +------------------------------------------------------------------------+
 * |                          IPA / FetchAddr                              |  word 3
 * +------------------------------------------------------------------------+
 * </pre>
 */
public final class Events {
    /** Bytes of a record. */
    public static final int BYTES = 32;

    /** A transaction of a kind that the SMMU does not support. */
    public static final int F_UUT = 0x01;

    /** StreamID outside the stream table. */
    public static final int C_BAD_STREAMID = 0x02;

    /** The stream table entry could not be read. */
    public static final int F_STE_FETCH = 0x03;

    /** Invalid or illegal stream table entry. */
    public static final int C_BAD_STE = 0x04;

    /** A translation request of a stream that must not send any. */
    public static final int F_BAD_ATS_TREQ = 0x05;

    /** A stream that needs a SubstreamID came without, or with the reserved one. */
    public static final int F_STREAM_DISABLED = 0x06;

    /** A translated access of a stream that must not send any. */
    public static final int F_TRANSL_FORBIDDEN = 0x07;

    /** SubstreamID out of range or not allowed. */
    public static final int C_BAD_SUBSTREAMID = 0x08;

    /** The context descriptor could not be read. */
    public static final int F_CD_FETCH = 0x09;

    /** Invalid or illegal context descriptor. */
    public static final int C_BAD_CD = 0x0a;

    /** A translation table could not be read. */
    public static final int F_WALK_EABT = 0x0b;

    /** No translation. */
    public static final int F_TRANSLATION = 0x10;

    /** A translation led outside the address size. */
    public static final int F_ADDR_SIZE = 0x11;

    /** The access flag is not set. */
    public static final int F_ACCESS = 0x12;

    /** The access is not allowed. */
    public static final int F_PERMISSION = 0x13;

    /** Two cached translations match one address. */
    public static final int F_TLB_CONFLICT = 0x20;

    /** Two cached configurations match one stream. */
    public static final int F_CFG_CONFLICT = 0x21;

    /** A hint that pages will be needed; it wants no answer. */
    public static final int E_PAGE_REQUEST = 0x24;

    /** The virtual machine structure could not be read. */
    public static final int F_VMS_FETCH = 0x25;

    /** Word 0 bit 11: the SubstreamID is valid. */
    public static final long SSV = 1L << 11;

    /** Word 1 bit 16: a granule protection check failed; 0 without realms. */
    public static final long GPCF = 1L << 16;

    /** Word 1 bit 31: the transaction is stalled. */
    public static final long STALL = 1L << 31;

    /** Word 1 bit 33: privileged. */
    public static final long PNU = 1L << 33;

    /** Word 1 bit 34: instruction fetch. */
    public static final long IND = 1L << 34;

    /** Word 1 bit 35: read. */
    public static final long RNW = 1L << 35;

    /** Word 1 bit 39: stage 2. */
    public static final long S2 = 1L << 39;

    /** Word 1 bit 44: of F_PERMISSION in CLASS_TTD, the table access was a read. */
    public static final long TTRNW = 1L << 44;

    /** Word 3 bits 51:12: the intermediate address that stage 2 faulted on. */
    public static final long IPA_MASK = 0x000f_ffff_ffff_f000L;

    /** Word 3 bits 51:3: where a fetch was aborted. */
    public static final long FETCH_ADDR_MASK = 0x000f_ffff_ffff_fff8L;

    /** CLASS: the fault is of a context descriptor's fetch. */
    public static final int CLASS_CD = 0;

    /** CLASS: the fault is of a translation table's fetch. */
    public static final int CLASS_TTD = 1;

    /** CLASS: the fault is of the input address. */
    public static final int CLASS_IN = 2;

    private static final int CLASS_SHIFT = 40;
    private static final int SSID_SHIFT = 12;
    private static final int SID_SHIFT = 32;

    /** E_PAGE_REQUEST, word 1 bit 39: privileged read. */
    public static final long HINT_PRIV_READ = 1L << 39;

    /** E_PAGE_REQUEST, word 1 bit 38: privileged write. */
    public static final long HINT_PRIV_WRITE = 1L << 38;

    /** E_PAGE_REQUEST, word 1 bit 37: privileged execute. */
    public static final long HINT_PRIV_EXEC = 1L << 37;

    /** E_PAGE_REQUEST, word 1 bit 35: unprivileged read. */
    public static final long HINT_READ = 1L << 35;

    /** E_PAGE_REQUEST, word 1 bit 34: unprivileged write. */
    public static final long HINT_WRITE = 1L << 34;

    /** E_PAGE_REQUEST, word 1 bit 33: unprivileged execute. */
    public static final long HINT_EXEC = 1L << 33;

    /** E_PAGE_REQUEST, word 1 bits 51:44: pages of 4 KiB. */
    public static final int HINT_SPAN_SHIFT = 44;

    private Events() {}

    /**
     * Word 0 of a record.
     *
     * @param number event number
     * @param sid StreamID
     * @param ssid SubstreamID, or negative for none
     * @return first doubleword
     */
    public static long word0(final int number, final int sid, final int ssid) {
        final long substream = ssid < 0 ? 0 : SSV | (long) (ssid & 0xfffff) << SSID_SHIFT;
        return number | substream | (long) sid << SID_SHIFT;
    }

    /**
     * CLASS, in place for word 1.
     *
     * @param eventClass a {@code CLASS_} value
     * @return the field's bits
     */
    public static long classBits(final int eventClass) {
        return (long) eventClass << CLASS_SHIFT;
    }

    /**
     * Event number.
     *
     * @param word0 first doubleword
     * @return in [0, 255]
     */
    public static int number(final long word0) {
        return (int) word0 & 0xff;
    }

    /**
     * StreamID.
     *
     * @param word0 first doubleword
     * @return 32 bits, unsigned
     */
    public static int streamId(final long word0) {
        return (int) (word0 >>> SID_SHIFT);
    }

    /**
     * SubstreamID; meaningful with {@link #SSV}.
     *
     * @param word0 first doubleword
     * @return 20 bits
     */
    public static int substreamId(final long word0) {
        return (int) (word0 >>> SSID_SHIFT) & 0xfffff;
    }

    /**
     * Stall tag; the RESUME command must quote it.
     *
     * @param word1 second doubleword
     * @return 16 bits
     */
    public static int stag(final long word1) {
        return (int) word1 & 0xffff;
    }
}
