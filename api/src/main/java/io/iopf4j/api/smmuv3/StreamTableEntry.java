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

    /** S1Fmt: a linear table of context descriptors. */
    public static final int S1FMT_LINEAR = 0;

    /** S1Fmt: two levels, leaves of 4 KiB: 64 descriptors. */
    public static final int S1FMT_4K_L2 = 1;

    /** S1Fmt: two levels, leaves of 64 KiB: 1,024 descriptors. */
    public static final int S1FMT_64K_L2 = 2;

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

    /** Word 1 bits 16:13, CONT: log2 of the entries that are alike, a hint to caches. */
    public static final int CONT_SHIFT = 13;

    /** Word 1 bit 18: an automatic answer on PRI overflow carries the PASID. */
    public static final long PPAR = 1L << 18;

    /** Word 1 bit 19: records of this stream may be merged unless they stall. */
    public static final long MEV = 1L << 19;

    /** Word 1 bits 29:28: what ATS may do. */
    public static final int EATS_SHIFT = 28;

    /** EATS: nothing. */
    public static final int EATS_ABORT = 0;

    /** EATS: everything. */
    public static final int EATS_FULL = 1;

    /** EATS: split stages. */
    public static final int EATS_SPLIT = 2;

    /** EATS: with device permission tables; without those as {@link #EATS_ABORT}. */
    public static final int EATS_PERMISSION_TABLE = 3;

    /** Word 1 bits 31:30: the world of stage 1. */
    public static final int STRW_SHIFT = 30;

    /** STRW: Non-secure EL1. */
    public static final int STRW_NSEL1 = 0;

    /** STRW: EL2. */
    public static final int STRW_EL2 = 2;

    /** Word 1 bits 45:44: shareability of what is not translated. */
    public static final int SHCFG_SHIFT = 44;

    /** SHCFG: as it comes in. */
    public static final int SHCFG_INCOMING = 1;

    /** Word 1 bits 49:48: 2 makes accesses unprivileged, 3 privileged. */
    public static final int PRIVCFG_SHIFT = 48;

    /** Word 1 bits 51:50: 2 makes reads data, 3 instruction fetches. */
    public static final int INSTCFG_SHIFT = 50;

    /** Word 2 bits 15:0: VMID. */
    public static final long S2VMID_MASK = 0xffff;

    /** Word 2 bits 50:32: T0SZ, SL0, IR0, OR0, SH0, TG and PS of stage 2, as VTCR has them. */
    public static final int VTCR_SHIFT = 32;

    /** Word 2: the fields that {@link #VTCR_SHIFT} places. */
    public static final long VTCR_MASK = 0x7ffffL << 32;

    /** Word 2 bits 37:32: 64 minus the bits of an intermediate address. */
    public static final int S2T0SZ_SHIFT = 32;

    /** Word 2 bits 39:38: the level at which stage 2 starts. */
    public static final int S2SL0_SHIFT = 38;

    /** Word 2 bits 47:46: granule: 0 4 KiB, 1 64 KiB, 2 16 KiB. */
    public static final int S2TG_SHIFT = 46;

    /** Word 2 bits 50:48: output size, as IDR5.OAS. */
    public static final int S2PS_SHIFT = 48;

    /** Word 2 bit 51: AArch64 tables. */
    public static final long S2AA64 = 1L << 51;

    /** Word 2 bit 52: tables are big-endian. */
    public static final long S2ENDI = 1L << 52;

    /** Word 2 bit 53: no access flag faults. */
    public static final long S2AFFD = 1L << 53;

    /** Word 2 bit 54: a stage 1 walk to device memory faults. */
    public static final long S2PTW = 1L << 54;

    /** Word 2 bit 55: the hardware updates the dirty state. */
    public static final long S2HD = 1L << 55;

    /** Word 2 bit 56: the hardware updates the access flag. */
    public static final long S2HA = 1L << 56;

    /** Word 2 bit 57: a stage 2 fault stalls. */
    public static final long S2S = 1L << 57;

    /** Word 2 bit 58: a terminated stage 2 fault is recorded. */
    public static final long S2R = 1L << 58;

    /** Word 3 bits 51:4: the stage 2 table's address. */
    public static final long S2TTB_MASK = 0x000f_ffff_ffff_fff0L;

    private static final int CONFIG_SHIFT = 1;
    private static final int S1FMT_SHIFT = 4;
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
        return (int) (word0 >>> S1FMT_SHIFT) & 3;
    }

    /**
     * Format of the context descriptor table, in place for word 0.
     *
     * @param format an {@code S1FMT_} value
     * @return the field's bits
     */
    public static long s1FmtBits(final int format) {
        return (long) (format & 3) << S1FMT_SHIFT;
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

    /**
     * CONT.
     *
     * @param word1 second doubleword
     * @return log2 of the StreamIDs around that have the same entry, in [0, 15]
     */
    public static int cont(final long word1) {
        return (int) (word1 >>> CONT_SHIFT) & 0xf;
    }

    /**
     * EATS.
     *
     * @param word1 second doubleword
     * @return an {@code EATS_} value
     */
    public static int eats(final long word1) {
        return (int) (word1 >>> EATS_SHIFT) & 3;
    }

    /**
     * STRW.
     *
     * @param word1 second doubleword
     * @return a {@code STRW_} value, or an odd one, which is reserved
     */
    public static int strw(final long word1) {
        return (int) (word1 >>> STRW_SHIFT) & 3;
    }

    /**
     * PRIVCFG.
     *
     * @param word1 second doubleword
     * @return 0 and 1 as it comes in, 2 unprivileged, 3 privileged
     */
    public static int privCfg(final long word1) {
        return (int) (word1 >>> PRIVCFG_SHIFT) & 3;
    }

    /**
     * INSTCFG.
     *
     * @param word1 second doubleword
     * @return 0 and 1 as it comes in, 2 data, 3 instruction
     */
    public static int instCfg(final long word1) {
        return (int) (word1 >>> INSTCFG_SHIFT) & 3;
    }
}
