// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/** Entries of the PRI queue, 16 bytes: two little-endian doublewords. IHI 0070, 8.2. */
public final class PriEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 16;

    /** Word 0 bit 58: privileged. */
    public static final long PRIV = 1L << 58;

    /** Word 0 bit 59: execute. */
    public static final long EXEC = 1L << 59;

    /** Word 0 bit 60: read. */
    public static final long READ = 1L << 60;

    /** Word 0 bit 61: write. */
    public static final long WRITE = 1L << 61;

    /** Word 0 bit 62: last of its group. */
    public static final long LAST = 1L << 62;

    /** Word 0 bit 63: the SubstreamID is valid. */
    public static final long SSV = 1L << 63;

    private static final int SSID_SHIFT = 32;
    private static final long ADDRESS_MASK = ~0xfffL;

    private PriEntry() {}

    /**
     * Word 0 of a request, or, without any access and with LAST and a SubstreamID, of a stop
     * marker.
     *
     * @param sid StreamID
     * @param ssid SubstreamID, 20 bits, or negative for none
     * @param flags {@link #LAST} and the kinds of access
     * @return first doubleword
     */
    public static long word0(final int sid, final int ssid, final long flags) {
        final long substream = ssid < 0 ? 0 : SSV | (long) (ssid & 0xfffff) << SSID_SHIFT;
        return Integer.toUnsignedLong(sid) | substream | flags;
    }

    /**
     * Word 1.
     *
     * @param address any address in the page
     * @param group group index, 9 bits
     * @return second doubleword
     */
    public static long word1(final long address, final int group) {
        return (address & ADDRESS_MASK) | (group & 0x1ff);
    }

    /**
     * StreamID.
     *
     * @param word0 first doubleword
     * @return 32 bits, unsigned
     */
    public static int streamId(final long word0) {
        return (int) word0;
    }

    /**
     * SubstreamID, if there is one.
     *
     * @param word0 first doubleword
     * @return 20 bits, or -1 without {@link #SSV}
     */
    public static int substreamId(final long word0) {
        return (word0 & SSV) == 0 ? -1 : (int) (word0 >>> SSID_SHIFT) & 0xfffff;
    }

    /**
     * Group index.
     *
     * @param word1 second doubleword
     * @return 9 bits
     */
    public static int group(final long word1) {
        return (int) word1 & 0x1ff;
    }

    /**
     * Address of the page.
     *
     * @param word1 second doubleword
     * @return a multiple of 4 KiB
     */
    public static long address(final long word1) {
        return word1 & ADDRESS_MASK;
    }

    /**
     * Whether it is a stop marker, which is not a request and must not be answered.
     *
     * @param word0 first doubleword
     * @return last, no access, with a SubstreamID
     */
    public static boolean isStopMarker(final long word0) {
        return (word0 & (SSV | LAST | READ | WRITE)) == (SSV | LAST);
    }
}
