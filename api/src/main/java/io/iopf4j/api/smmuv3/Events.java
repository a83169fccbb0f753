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

    /** StreamID outside the stream table. */
    public static final int C_BAD_STREAMID = 0x02;

    /** The stream table entry could not be read. */
    public static final int F_STE_FETCH = 0x03;

    /** Invalid or illegal stream table entry. */
    public static final int C_BAD_STE = 0x04;

    /** A stream that needs a SubstreamID came without, or with the reserved one. */
    public static final int F_STREAM_DISABLED = 0x06;

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

    /** Word 0 bit 11: the SubstreamID is valid. */
    public static final long SSV = 1L << 11;

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

    /** CLASS: the fault is of a context descriptor's fetch. */
    public static final int CLASS_CD = 0;

    /** CLASS: the fault is of a translation table's fetch. */
    public static final int CLASS_TTD = 1;

    /** CLASS: the fault is of the input address. */
    public static final int CLASS_IN = 2;

    private static final int CLASS_SHIFT = 40;
    private static final int SSID_SHIFT = 12;
    private static final int SID_SHIFT = 32;

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
