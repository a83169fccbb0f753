// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/** Fields of a stream table entry of 64 bytes, words 0 and 1. IHI 0070, 5.2. */
public final class StreamTableEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 64;

    /** Doublewords of an entry. */
    public static final int WORDS = 8;

    /** Word 0 bit 0: valid. */
    public static final long V = 1;

    /** Config: all accesses abort, silently. */
    public static final int CONFIG_ABORT = 0;

    /** Config: no translation. */
    public static final int CONFIG_BYPASS = 4;

    /** Config: stage 1. */
    public static final int CONFIG_S1 = 5;

    /** Config: stage 2. */
    public static final int CONFIG_S2 = 6;

    /** Config: both stages. */
    public static final int CONFIG_NESTED = 7;

    /** Word 0 bits 3:1: Config. */
    public static final long CONFIG_MASK = 7L << 1;

    /** Word 0 bits 5:4: format of the context descriptor table; 0 is linear. */
    public static final long S1FMT_MASK = 3L << 4;

    /** Word 0 bits 51:6: where the context descriptors are. */
    public static final long S1CONTEXTPTR_MASK = 0x000f_ffff_ffff_ffc0L;

    /** Word 0 bits 63:59: log2 of the number of context descriptors. */
    public static final long S1CDMAX_MASK = 0x1fL << 59;

    /** Word 1 bits 1:0: what becomes of an access without SubstreamID. */
    public static final long S1DSS_MASK = 3;

    /** S1DSS: it aborts with F_STREAM_DISABLED. */
    public static final int S1DSS_TERMINATE = 0;

    /** S1DSS: it bypasses stage 1. */
    public static final int S1DSS_BYPASS = 1;

    /** S1DSS: it uses context descriptor 0. */
    public static final int S1DSS_SSID0 = 2;

    /** Word 1 bits 3:2: inner cacheability of descriptor fetches. */
    public static final long S1CIR_MASK = 3L << 2;

    /** Word 1 bits 5:4: outer cacheability. */
    public static final long S1COR_MASK = 3L << 4;

    /** Word 1 bits 7:6: shareability. */
    public static final long S1CSH_MASK = 3L << 6;

    /** Word 1: descriptors are write-back cacheable and inner shareable, as Linux sets them. */
    public static final long S1C_WRITE_BACK_ISH = 1L << 2 | 1L << 4 | 3L << 6;

    /** Word 1 bit 27: stage 1 must not stall. */
    public static final long S1STALLD = 1L << 27;

    private static final int CONFIG_SHIFT = 1;
    private static final int S1CDMAX_SHIFT = 59;

    private StreamTableEntry() {}

    /**
     * Word 0 of a valid entry without stage 1.
     *
     * @param config a {@code CONFIG_} value
     * @return first doubleword
     */
    public static long word0(final int config) {
        return V | (long) config << CONFIG_SHIFT;
    }

    /**
     * Word 0 of a valid entry with a linear table of context descriptors.
     *
     * @param config {@link #CONFIG_S1} or {@link #CONFIG_NESTED}
     * @param contextPtr address of the table, 64-byte aligned
     * @param s1cdMax log2 of the number of descriptors; 0 means one and no substreams
     * @return first doubleword
     */
    public static long word0(final int config, final long contextPtr, final int s1cdMax) {
        return word0(config)
                | (contextPtr & S1CONTEXTPTR_MASK)
                | (long) (s1cdMax & 0x1f) << S1CDMAX_SHIFT;
    }

    /**
     * Config.
     *
     * @param word0 first doubleword
     * @return a {@code CONFIG_} value, or 1 to 3, which mean abort too
     */
    public static int config(final long word0) {
        return (int) (word0 >>> CONFIG_SHIFT) & 7;
    }

    /**
     * Where the context descriptors are.
     *
     * @param word0 first doubleword
     * @return a physical address
     */
    public static long contextPtr(final long word0) {
        return word0 & S1CONTEXTPTR_MASK;
    }

    /**
     * Format of the context descriptor table.
     *
     * @param word0 first doubleword
     * @return 0 linear, 1 and 2 two-level, 3 as 0
     */
    public static int s1Fmt(final long word0) {
        return (int) (word0 >>> 4) & 3;
    }

    /**
     * log2 of the number of context descriptors.
     *
     * @param word0 first doubleword
     * @return in [0, 31]
     */
    public static int s1CdMax(final long word0) {
        return (int) (word0 >>> S1CDMAX_SHIFT);
    }

    /**
     * What becomes of an access without SubstreamID.
     *
     * @param word1 second doubleword
     * @return an {@code S1DSS_} value, or 3, which means 0
     */
    public static int s1Dss(final long word1) {
        return (int) (word1 & S1DSS_MASK);
    }
}
