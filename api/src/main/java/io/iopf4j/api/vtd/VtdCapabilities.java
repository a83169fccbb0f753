// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * What CAP and ECAP say. Intel VT-d specification, 11.4.2 and 11.4.3.
 *
 * @param cap the capability register
 * @param ecap the extended capability register
 */
public record VtdCapabilities(long cap, long ecap) {
    /** CAP bit 3: advanced fault logging. */
    public static final long AFL = 1L << 3;

    /** CAP bit 4: software must flush write buffers. */
    public static final long RWBF = 1L << 4;

    /** CAP bit 5: protected low memory. */
    public static final long PLMR = 1L << 5;

    /** CAP bit 6: protected high memory. */
    public static final long PHMR = 1L << 6;

    /** CAP bit 7: caching mode, entries that are not present may be cached. */
    public static final long CM = 1L << 7;

    /** CAP bit 22: zero-length reads of write-only pages. */
    public static final long ZLR = 1L << 22;

    /** CAP bit 39: page-selective IOTLB invalidation. */
    public static final long PSI = 1L << 39;

    /** CAP bit 54: writes are drained. */
    public static final long DWD = 1L << 54;

    /** CAP bit 55: reads are drained. */
    public static final long DRD = 1L << 55;

    /** CAP bit 56: first-stage pages of 1 GiB. */
    public static final long FS1GP = 1L << 56;

    /** CAP bit 59: posted interrupts. */
    public static final long PI = 1L << 59;

    /** CAP bit 60: first stage of 5 levels. */
    public static final long FL5LP = 1L << 60;

    /** CAP bit 62: setting the interrupt table pointer invalidates all. */
    public static final long ESIRTPS = 1L << 62;

    /** CAP bit 63: setting the root table pointer invalidates all. */
    public static final long ESRTPS = 1L << 63;

    /** SAGAW bit 1: three levels, 39 bits. */
    public static final int SAGAW_39 = 1 << 1;

    /** SAGAW bit 2: four levels, 48 bits. */
    public static final int SAGAW_48 = 1 << 2;

    /** SAGAW bit 3: five levels, 57 bits. */
    public static final int SAGAW_57 = 1 << 3;

    /** ECAP bit 0: tables are read coherently. */
    public static final long C = 1;

    /** ECAP bit 1: queued invalidation. */
    public static final long QI = 1L << 1;

    /** ECAP bit 2: device TLBs. */
    public static final long DT = 1L << 2;

    /** ECAP bit 3: interrupt remapping. */
    public static final long IR = 1L << 3;

    /** ECAP bit 4: extended interrupt mode. */
    public static final long EIM = 1L << 4;

    /** ECAP bit 6: pass-through. */
    public static final long PT = 1L << 6;

    /** ECAP bit 7: snoop control. */
    public static final long SC = 1L << 7;

    /** ECAP bit 24 of revision 2: extended context entries. */
    public static final long ECS = 1L << 24;

    /** ECAP bit 26: nested translation. */
    public static final long NEST = 1L << 26;

    /** ECAP bit 27 of revision 2: deferred invalidation. */
    public static final long DIS = 1L << 27;

    /** ECAP bit 29: page requests. */
    public static final long PRS = 1L << 29;

    /** ECAP bit 30: execute requests. */
    public static final long ERS = 1L << 30;

    /** ECAP bit 31: supervisor requests. */
    public static final long SRS = 1L << 31;

    /** ECAP bit 33: no-write flag. */
    public static final long NWFS = 1L << 33;

    /** ECAP bit 34: extended accessed flag. */
    public static final long EAFS = 1L << 34;

    /** ECAP bit 40: PASIDs. */
    public static final long PASID = 1L << 40;

    /** ECAP bit 41: device TLB invalidations name a physical function. */
    public static final long DIT = 1L << 41;

    /** ECAP bit 42: wait descriptors can drain page requests. */
    public static final long PDS = 1L << 42;

    /** ECAP bit 43: scalable mode. */
    public static final long SMTS = 1L << 43;

    /** ECAP bit 44: virtual commands. */
    public static final long VCS = 1L << 44;

    /** ECAP bit 45: accessed and dirty in the second stage. */
    public static final long SLADS = 1L << 45;

    /** ECAP bit 46: second stage in scalable mode. */
    public static final long SLTS = 1L << 46;

    /** ECAP bit 47: first stage. */
    public static final long FLTS = 1L << 47;

    /** ECAP bit 48: scalable-mode tables are read coherently. */
    public static final long SMPWCS = 1L << 48;

    /** ECAP bit 49: the RID_PASID field counts. */
    public static final long RPS = 1L << 49;

    /** ECAP bit 52: abort-DMA mode. */
    public static final long ADMS = 1L << 52;

    /** ECAP bit 53: the RID_PRIV field counts. */
    public static final long RPRIVS = 1L << 53;

    private static final int OFFSET_UNIT = 16;

    /**
     * Whether CAP has some bits.
     *
     * @param bits of CAP
     * @return all are set
     */
    public boolean hasCap(final long bits) {
        return (cap & bits) == bits;
    }

    /**
     * Whether ECAP has some bits.
     *
     * @param bits of ECAP
     * @return all are set
     */
    public boolean hasEcap(final long bits) {
        return (ecap & bits) == bits;
    }

    /**
     * CAP.ND: bits of a domain id.
     *
     * @return in [4, 18]
     */
    public int domainIdBits() {
        return 4 + 2 * (int) (cap & 7);
    }

    /**
     * CAP.SAGAW: widths of the second stage.
     *
     * @return {@code SAGAW_} bits
     */
    public int sagaw() {
        return (int) (cap >>> 8) & 0x1f;
    }

    /**
     * CAP.MGAW: bits of the widest address that devices may use.
     *
     * @return in [1, 64]
     */
    public int addressBits() {
        return ((int) (cap >>> 16) & 0x3f) + 1;
    }

    /**
     * CAP.SLLPS bit 0.
     *
     * @return second-stage pages of 2 MiB
     */
    public boolean secondStage2M() {
        return (cap >>> 34 & 1) != 0;
    }

    /**
     * CAP.SLLPS bit 1.
     *
     * @return second-stage pages of 1 GiB
     */
    public boolean secondStage1G() {
        return (cap >>> 35 & 1) != 0;
    }

    /**
     * CAP.FRO: where the fault recording registers are.
     *
     * @return byte offset in the window
     */
    public int faultRecordsOffset() {
        return OFFSET_UNIT * ((int) (cap >>> 24) & 0x3ff);
    }

    /**
     * CAP.NFR: how many fault recording registers there are.
     *
     * @return in [1, 256]
     */
    public int faultRecords() {
        return ((int) (cap >>> 40) & 0xff) + 1;
    }

    /**
     * CAP.MAMV: log2 of the most pages that one page-selective invalidation may name.
     *
     * @return in [0, 63]
     */
    public int maxAddressMask() {
        return (int) (cap >>> 48) & 0x3f;
    }

    /**
     * ECAP.IRO: where IVA is, and 8 bytes later the IOTLB register.
     *
     * @return byte offset in the window
     */
    public int iotlbOffset() {
        return OFFSET_UNIT * ((int) (ecap >>> 8) & 0x3ff);
    }

    /**
     * ECAP.PSS: bits of a PASID.
     *
     * @return in [1, 32]
     */
    public int pasidBits() {
        return ((int) (ecap >>> 35) & 0x1f) + 1;
    }

    /**
     * How much of the window its registers need.
     *
     * @return bytes, a multiple of 4 KiB
     */
    public int windowBytes() {
        final int end =
                Math.max(
                        iotlbOffset() + OFFSET_UNIT,
                        faultRecordsOffset() + VtdRegisters.FRCD_BYTES * faultRecords());
        return Math.max(end + 0xfff & -0x1000, 0x1000);
    }
}
