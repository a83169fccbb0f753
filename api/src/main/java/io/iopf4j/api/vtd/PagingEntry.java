// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * Fields of an entry of a first-stage table, which is x86's own, and of a second-stage table. Intel
 * VT-d specification, 9.6 to 9.8.
 */
public final class PagingEntry {
    /** Bits 51:12: the page, or the next table. */
    public static final long ADDRESS_MASK = 0x000f_ffff_ffff_f000L;

    /** Bit 7: a page of 2 MiB or 1 GiB, not a table. */
    public static final long PAGE_SIZE = 1L << 7;

    /** First stage, bit 0: present. */
    public static final long FS_PRESENT = 1;

    /** First stage, bit 1: writable. */
    public static final long FS_WRITE = 1L << 1;

    /** First stage, bit 2: user accesses are allowed. */
    public static final long FS_USER = 1L << 2;

    /** First stage, bit 5: accessed. */
    public static final long FS_ACCESSED = 1L << 5;

    /** First stage, bit 6 of a page: dirty. */
    public static final long FS_DIRTY = 1L << 6;

    /** First stage, bit 8 of a page: global. */
    public static final long FS_GLOBAL = 1L << 8;

    /** First stage, bit 10: extended accessed. */
    public static final long FS_EXTENDED_ACCESSED = 1L << 10;

    /** First stage, bit 63: execution is refused. */
    public static final long FS_EXECUTE_DISABLE = 1L << 63;

    /** Second stage, bit 0: readable. */
    public static final long SS_READ = 1;

    /** Second stage, bit 1: writable. */
    public static final long SS_WRITE = 1L << 1;

    /** Second stage, bit 2: executable. */
    public static final long SS_EXECUTE = 1L << 2;

    /** Second stage, bit 8: accessed. */
    public static final long SS_ACCESSED = 1L << 8;

    /** Second stage, bit 9 of a page: dirty. */
    public static final long SS_DIRTY = 1L << 9;

    /** Second stage, bit 11 of a page: snooped. */
    public static final long SS_SNOOP = 1L << 11;

    private PagingEntry() {}
}
