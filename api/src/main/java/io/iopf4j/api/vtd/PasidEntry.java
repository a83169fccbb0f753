// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * An entry of a scalable-mode PASID table, 64 bytes: eight doublewords, the last five reserved; and
 * of the directory that leads to it, one doubleword. Intel VT-d specification, 9.5 and 9.6.
 */
public final class PasidEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 64;

    /** Bytes of a directory entry. */
    public static final int DIRECTORY_BYTES = 8;

    /** log2 of the entries of a table, which a directory entry leads to. */
    public static final int TABLE_LOG2 = 6;

    /** Bit 0 of doubleword 0, and of a directory entry: present. */
    public static final long PRESENT = 1;

    /** Bit 1 of doubleword 0, and of a directory entry: faults are not recorded. */
    public static final long FPD = 1L << 1;

    /** Directory entry bits 63:12: the table; doubleword 0 and 2 bits 63:12: a root. */
    public static final long TABLE_MASK = -0x1000L;

    /** Doubleword 0 bits 4:2: width of the second stage. */
    public static final int AW_SHIFT = 2;

    /** AW: three levels, 39 bits. */
    public static final int AW_39 = 1;

    /** AW: four levels, 48 bits. */
    public static final int AW_48 = 2;

    /** AW: five levels, 57 bits. */
    public static final int AW_57 = 3;

    /** Doubleword 0 bit 5 of early revisions: the second stage refuses execution by its entries. */
    public static final long SLEE = 1L << 5;

    /** Doubleword 0 bits 8:6: how it translates. */
    public static final int PGTT_SHIFT = 6;

    /** PGTT: first stage. */
    public static final int PGTT_FIRST = 1;

    /** PGTT: second stage. */
    public static final int PGTT_SECOND = 2;

    /** PGTT: first stage on second stage. */
    public static final int PGTT_NESTED = 3;

    /** PGTT: pass-through. */
    public static final int PGTT_PASS_THROUGH = 4;

    /** Doubleword 0 bit 9: accessed and dirty in the second stage. */
    public static final long SSADE = 1L << 9;

    /** Doubleword 1 bits 15:0: domain id. */
    public static final int DID_MASK = 0xffff;

    /** Doubleword 1 bit 23: walks are snooped. */
    public static final long PWSNP = 1L << 23;

    /** Doubleword 1 bit 24: accesses are snooped. */
    public static final long PGSNP = 1L << 24;

    /** Doubleword 1 bit 25: cache disable. */
    public static final long CD = 1L << 25;

    /** Doubleword 2 bit 0: supervisor requests. */
    public static final long SRE = 1;

    /** Doubleword 2 bit 1: execute requests. */
    public static final long ERE = 1L << 1;

    /** Doubleword 2 bits 3:2: 0 four levels of the first stage, 1 five. */
    public static final int FSPM_SHIFT = 2;

    /** Doubleword 2 bit 4: write protection counts for supervisor requests. */
    public static final long WPE = 1L << 4;

    /** Doubleword 2 bit 5: execute-disable counts. */
    public static final long NXE = 1L << 5;

    /** Doubleword 2 bit 6: supervisor requests do not execute user pages. */
    public static final long SMEP = 1L << 6;

    /** Doubleword 2 bit 7: extended accessed flag. */
    public static final long EAFE = 1L << 7;

    private PasidEntry() {}

    /**
     * The AW field.
     *
     * @param qw0 doubleword 0
     * @return 3 bits
     */
    public static int aw(final long qw0) {
        return (int) (qw0 >>> AW_SHIFT) & 7;
    }

    /**
     * The PGTT field.
     *
     * @param qw0 doubleword 0
     * @return 3 bits
     */
    public static int pgtt(final long qw0) {
        return (int) (qw0 >>> PGTT_SHIFT) & 7;
    }

    /**
     * The FSPM field.
     *
     * @param qw2 doubleword 2
     * @return 2 bits
     */
    public static int fspm(final long qw2) {
        return (int) (qw2 >>> FSPM_SHIFT) & 3;
    }
}
