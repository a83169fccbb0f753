// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/** A legacy context entry, 16 bytes: two doublewords. Intel VT-d specification, 9.3. */
public final class ContextEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 16;

    /** Doubleword 0 bit 0: present. */
    public static final long PRESENT = 1;

    /** Doubleword 0 bit 1: faults are not recorded. */
    public static final long FPD = 1L << 1;

    /** Doubleword 0 bits 3:2: translation type. */
    public static final int TT_SHIFT = 2;

    /** TT: second stage, untranslated requests alone. */
    public static final int TT_UNTRANSLATED = 0;

    /** TT: second stage, with device TLB. */
    public static final int TT_DEVICE_TLB = 1;

    /** TT: pass-through. */
    public static final int TT_PASS_THROUGH = 2;

    /** Doubleword 0 bits 63:12: the second-stage root. */
    public static final long TABLE_MASK = -0x1000L;

    /** Doubleword 1 bits 2:0: width, see {@link PasidEntry#AW_48}. */
    public static final int AW_MASK = 7;

    private static final int DID_SHIFT = 8;

    private ContextEntry() {}

    /**
     * Doubleword 1.
     *
     * @param aw width
     * @param did domain id, 16 bits
     * @return the doubleword
     */
    public static long qw1(final int aw, final int did) {
        return (aw & AW_MASK) | (did & 0xffffL) << DID_SHIFT;
    }

    /**
     * Domain id.
     *
     * @param qw1 doubleword 1
     * @return 16 bits
     */
    public static int did(final long qw1) {
        return (int) (qw1 >>> DID_SHIFT) & 0xffff;
    }
}
