// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/** Fields of a VMSAv8-64 translation table descriptor. Arm ARM, D8.3. */
public final class PageDescriptor {
    /** Bit 0: valid. */
    public static final long VALID = 1;

    /** Bits 1:0 of a table, and of a page at the last level. */
    public static final long TABLE_OR_PAGE = 3;

    /** Bits 1:0 of a block. */
    public static final long BLOCK = 1;

    /** Bit 6, AP[1]: unprivileged accesses are allowed. */
    public static final long AP_UNPRIVILEGED = 1L << 6;

    /** Bit 7, AP[2]: read-only. */
    public static final long AP_READ_ONLY = 1L << 7;

    /** Bits 9:8: inner shareable. */
    public static final long SH_INNER = 3L << 8;

    /** Bit 10: accessed. */
    public static final long AF = 1L << 10;

    /** Bit 11: not global. */
    public static final long NG = 1L << 11;

    /** Bit 52: one of a contiguous run. */
    public static final long CONTIGUOUS = 1L << 52;

    /** Bit 53: no privileged execution. */
    public static final long PXN = 1L << 53;

    /** Bit 54: no unprivileged execution. */
    public static final long UXN = 1L << 54;

    /** Bit 59 of a table: no privileged execution below. */
    public static final long PXN_TABLE = 1L << 59;

    /** Bit 60 of a table: no unprivileged execution below. */
    public static final long UXN_TABLE = 1L << 60;

    /** Bit 61 of a table, APTable[0]: no unprivileged access below. */
    public static final long APTABLE_NO_UNPRIVILEGED = 1L << 61;

    /** Bit 62 of a table, APTable[1]: no write below. */
    public static final long APTABLE_READ_ONLY = 1L << 62;

    /** Bit 6 of a stage 2 leaf, S2AP[0]: reads are allowed. */
    public static final long S2AP_READ = 1L << 6;

    /** Bit 7 of a stage 2 leaf, S2AP[1]: writes are allowed. */
    public static final long S2AP_WRITE = 1L << 7;

    /** Bit 54 of a stage 2 leaf: no execution. */
    public static final long S2_XN = 1L << 54;

    /** Bits 5:2 of a stage 2 leaf: normal memory, write-back. */
    public static final long S2_MEMATTR_WRITE_BACK = 0xfL << 2;

    /** Bits 47:12: the output address. */
    public static final long ADDRESS_MASK = 0x0000_ffff_ffff_f000L;

    private PageDescriptor() {}
}
