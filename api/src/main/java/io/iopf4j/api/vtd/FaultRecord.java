// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/** A fault recording register, two doublewords. Intel VT-d specification, 11.4.7.7. */
public final class FaultRecord {
    /** Doubleword 1 bit 63, written 1 to clear: the record is valid. */
    public static final long F = 1L << 63;

    /** Doubleword 1 bit 62: T1, with T2 the kind of request. */
    public static final long T1 = 1L << 62;

    /** Doubleword 1 bit 28: T2. */
    public static final long T2 = 1L << 28;

    /** Doubleword 1 bit 29: privileged. */
    public static final long PRIV = 1L << 29;

    /** Doubleword 1 bit 30: execute. */
    public static final long EXE = 1L << 30;

    /** Doubleword 1 bit 31: there is a PASID. */
    public static final long PP = 1L << 31;

    /** T1 and T2 of a write. */
    public static final long TYPE_WRITE = 0;

    /** T1 and T2 of a page request. */
    public static final long TYPE_PAGE_REQUEST = T2;

    /** T1 and T2 of a read. */
    public static final long TYPE_READ = T1;

    /** T1 and T2 of an atomic operation. */
    public static final long TYPE_ATOMIC = T1 | T2;

    /** AT: the address is untranslated. */
    public static final int AT_UNTRANSLATED = 0;

    /** AT: a translation request. */
    public static final int AT_TRANSLATION_REQUEST = 1;

    /** AT: the address is translated. */
    public static final int AT_TRANSLATED = 2;

    private static final int REASON_SHIFT = 32;
    private static final int PASID_SHIFT = 40;
    private static final int AT_SHIFT = 60;
    private static final int PASID_MASK = 0xf_ffff;

    private FaultRecord() {}

    /**
     * Doubleword 0.
     *
     * @param address faulting address
     * @return its page
     */
    public static long qw0(final long address) {
        return address & -0x1000L;
    }

    /**
     * Doubleword 1 without {@link #F}.
     *
     * @param sid source id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @param reason a {@link VtdFaultReason}
     * @param type a {@code TYPE_}
     * @param addressType an {@code AT_}
     * @param flags {@link #PRIV} and {@link #EXE}
     * @return the doubleword
     */
    public static long qw1(
            final int sid,
            final int pasid,
            final int reason,
            final long type,
            final int addressType,
            final long flags) {
        final long ofPasid = pasid < 0 ? 0 : PP | (long) (pasid & PASID_MASK) << PASID_SHIFT;
        return (sid & 0xffffL)
                | ofPasid
                | (long) (reason & 0xff) << REASON_SHIFT
                | type
                | (long) addressType << AT_SHIFT
                | flags;
    }

    /**
     * Source id.
     *
     * @param qw1 doubleword 1
     * @return 16 bits
     */
    public static int sid(final long qw1) {
        return (int) qw1 & 0xffff;
    }

    /**
     * PASID.
     *
     * @param qw1 doubleword 1
     * @return 20 bits, or -1 if there is none
     */
    public static int pasid(final long qw1) {
        return (qw1 & PP) == 0 ? -1 : (int) (qw1 >>> PASID_SHIFT) & PASID_MASK;
    }

    /**
     * Fault reason.
     *
     * @param qw1 doubleword 1
     * @return 8 bits
     */
    public static int reason(final long qw1) {
        return (int) (qw1 >>> REASON_SHIFT) & 0xff;
    }
}
