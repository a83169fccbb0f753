// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * An extended context entry of revision 2, 32 bytes: four doublewords; with the flat table of
 * PASIDs that it leads to. Intel VT-d specification 2.5, 9.4; {@code struct context_entry} and
 * {@code intel-svm.c} of Linux 4.15.
 */
public final class ExtendedContextEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 32;

    /** Doubleword 0 bit 0: present. */
    public static final long PRESENT = 1;

    /** Doubleword 0 bit 1: faults are not recorded. */
    public static final long FPD = 1L << 1;

    /** Doubleword 0 bits 4:2: translation type. */
    public static final int T_SHIFT = 2;

    /** T: second stage for requests without PASID. */
    public static final int T_SECOND_STAGE = 0;

    /** T: the same with device TLB. */
    public static final int T_DEVICE_TLB = 1;

    /** T: pass-through, and no requests with PASID. */
    public static final int T_PASS_THROUGH = 2;

    /** T: pass-through for requests without PASID. */
    public static final int T_PASS_THROUGH_PASID = 4;

    /** T: the same with device TLB. */
    public static final int T_PASS_THROUGH_PASID_DEVICE_TLB = 5;

    /** Doubleword 0 bit 8: deferred invalidation. */
    public static final long DINVE = 1L << 8;

    /** Doubleword 0 bit 9: page requests. */
    public static final long PRS = 1L << 9;

    /** Doubleword 0 bit 10: requests with PASID are nested. */
    public static final long NESTE = 1L << 10;

    /** Doubleword 0 bit 11: requests with PASID. */
    public static final long PASIDE = 1L << 11;

    /** Doubleword 0 bits 63:12: the second-stage root. Doubleword 1 is {@link ContextEntry#qw1}. */
    public static final long TABLE_MASK = -0x1000L;

    /** Doubleword 2 bits 4:0: the PASID table has 2^(PTS + 5) entries. */
    public static final int PTS_MASK = 0x1f;

    /** Doubleword 2 bits 63:12: the PASID table; of doubleword 3: the PASID state table. */
    public static final long PASID_TABLE_MASK = -0x1000L;

    /** Bytes of an entry of the PASID table. */
    public static final int PASID_BYTES = 8;

    /** PASID entry bit 0: present. */
    public static final long PASID_PRESENT = 1;

    /** PASID entry bit 9: five levels. */
    public static final long PASID_FIVE_LEVELS = 1L << 9;

    /** PASID entry bit 11: supervisor requests. */
    public static final long PASID_SRE = 1L << 11;

    /** PASID entry bits 63:12: the first-stage root. */
    public static final long PASID_ROOT_MASK = -0x1000L;

    private ExtendedContextEntry() {}
}
