// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/** Fields of a context descriptor of 64 bytes: words 0, 1 and 3. IHI 0070, 5.4. */
public final class ContextDescriptor {
    /** Bytes of a descriptor. */
    public static final int BYTES = 64;

    /** Doublewords of a descriptor. */
    public static final int WORDS = 8;

    /** Word 0 bit 14: no walk through TTB0. */
    public static final long EPD0 = 1L << 14;

    /** Word 0 bit 15: tables are big-endian. */
    public static final long ENDI = 1L << 15;

    /** Word 0 bits 21:16: T1SZ. */
    public static final int T1SZ_SHIFT = 16;

    /** Word 0 bits 23:22: granule of TTB1: 1 16 KiB, 2 4 KiB, 3 64 KiB; not as TG0. */
    public static final int TG1_SHIFT = 22;

    /** Word 0 bit 30: no walk through TTB1. */
    public static final long EPD1 = 1L << 30;

    /** Word 0 bit 31: valid. */
    public static final long V = 1L << 31;

    /** Word 0 bit 35: no access flag faults. */
    public static final long AFFD = 1L << 35;

    /** Word 0 bit 38: the top byte of addresses below is ignored. */
    public static final long TBI0 = 1L << 38;

    /** Word 0 bit 36: what can be written is not executed. */
    public static final long WXN = 1L << 36;

    /** Word 0 bit 37: what is writable without privilege is not executed with it. */
    public static final long UWXN = 1L << 37;

    /** Word 0 bit 39: the top byte of addresses above is ignored. */
    public static final long TBI1 = 1L << 39;

    /** Word 0 bit 40: what is accessible without privilege is not read or written with it. */
    public static final long PAN = 1L << 40;

    /** Word 0 bit 41: AArch64 tables. */
    public static final long AA64 = 1L << 41;

    /** Word 0 bit 42: the hardware updates the dirty state. */
    public static final long HD = 1L << 42;

    /** Word 0 bit 43: the hardware updates the access flag. */
    public static final long HA = 1L << 43;

    /** Word 0 bit 44: a translation fault stalls. */
    public static final long S = 1L << 44;

    /** Word 0 bit 45: a terminated fault is recorded. */
    public static final long R = 1L << 45;

    /** Word 0 bit 46: a terminated access aborts. */
    public static final long A = 1L << 46;

    /** Word 0 bit 47: the ASID is private to the SMMU. */
    public static final long ASET = 1L << 47;

    /** Word 1 bits 51:4: the table's address. */
    public static final long TTB_MASK = 0x000f_ffff_ffff_fff0L;

    /** Word 1 bit 1, and word 2 bit 1 for TTB1: permissions of tables are ignored. */
    public static final long HAD = 1L << 1;

    private static final int TG0_SHIFT = 6;
    private static final int IPS_SHIFT = 32;
    private static final int ASID_SHIFT = 48;
    private static final long WRITE_BACK_ISH = 1L << 8 | 1L << 10 | 3L << 12;

    private ContextDescriptor() {}

    /**
     * Word 0 of a valid descriptor over 4 KiB tables below TTB0 alone, write-back and inner
     * shareable, faults recorded and aborting unless they stall: as {@code arm_smmu_make_s1_cd()}
     * of Linux 6.12 builds it.
     *
     * @param addressBits bits of the input address, in [25, 48]
     * @param ips output size, encoded as IDR5.OAS
     * @param asid address space id, 16 bits
     * @param stall whether translation faults stall
     * @return first doubleword
     */
    public static long word0(
            final int addressBits, final int ips, final int asid, final boolean stall) {
        return (64 - addressBits)
                | WRITE_BACK_ISH
                | EPD1
                | V
                | (long) (ips & 7) << IPS_SHIFT
                | AA64
                | (stall ? S : 0)
                | R
                | A
                | ASET
                | (long) (asid & 0xffff) << ASID_SHIFT;
    }

    /**
     * T0SZ.
     *
     * @param word0 first doubleword
     * @return 64 minus the bits of the input address
     */
    public static int t0sz(final long word0) {
        return (int) word0 & 0x3f;
    }

    /**
     * TG0.
     *
     * @param word0 first doubleword
     * @return 0 for 4 KiB, 1 for 64 KiB, 2 for 16 KiB, 3 reserved
     */
    public static int tg0(final long word0) {
        return (int) (word0 >>> TG0_SHIFT) & 3;
    }

    /**
     * IPS.
     *
     * @param word0 first doubleword
     * @return output address size, encoded as IDR5.OAS
     */
    public static int ips(final long word0) {
        return (int) (word0 >>> IPS_SHIFT) & 7;
    }

    /**
     * ASID.
     *
     * @param word0 first doubleword
     * @return 16 bits
     */
    public static int asid(final long word0) {
        return (int) (word0 >>> ASID_SHIFT) & 0xffff;
    }
}
