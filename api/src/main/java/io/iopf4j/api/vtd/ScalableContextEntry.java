// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * A scalable-mode context entry, 32 bytes: four doublewords, the last two reserved. Intel VT-d
 * specification, 9.4.
 */
public final class ScalableContextEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 32;

    /** Doubleword 0 bit 0: present. */
    public static final long PRESENT = 1;

    /** Doubleword 0 bit 1: faults are not recorded. */
    public static final long FPD = 1L << 1;

    /** Doubleword 0 bit 2: device TLB. */
    public static final long DTE = 1L << 2;

    /** Doubleword 0 bit 3: requests with PASID. */
    public static final long PASIDE = 1L << 3;

    /** Doubleword 0 bit 4: page requests. */
    public static final long PRE = 1L << 4;

    /** Doubleword 0 bits 11:9: the directory has 2^(PDTS + 7) entries. */
    public static final int PDTS_SHIFT = 9;

    /** Doubleword 0 bits 63:12: the PASID directory. */
    public static final long DIRECTORY_MASK = -0x1000L;

    /** Doubleword 1 bits 19:0: the PASID of requests without one. */
    public static final int RID_PASID_MASK = 0xf_ffff;

    /** Doubleword 1 bit 20: requests without PASID are privileged. */
    public static final long RID_PRIV = 1L << 20;

    private ScalableContextEntry() {}

    /**
     * The PDTS field.
     *
     * @param qw0 doubleword 0
     * @return 3 bits
     */
    public static int pdts(final long qw0) {
        return (int) (qw0 >>> PDTS_SHIFT) & 7;
    }
}
