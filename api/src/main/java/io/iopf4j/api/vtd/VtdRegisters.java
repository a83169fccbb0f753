// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * Registers of a remapping unit: byte offsets in its window, and their bits. Where CAP or ECAP says
 * where a register is, {@link VtdCapabilities} does. Intel VT-d specification, 11.4.
 */
public final class VtdRegisters {
    /** Version, 32 bits: 7:4 major, 3:0 minor. */
    public static final int VER = 0x00;

    /** Capability, 64 bits. */
    public static final int CAP = 0x08;

    /** Extended capability, 64 bits. */
    public static final int ECAP = 0x10;

    /** Global command, 32 bits, write only. */
    public static final int GCMD = 0x18;

    /** Global status, 32 bits. */
    public static final int GSTS = 0x1c;

    /** Root table address, 64 bits. */
    public static final int RTADDR = 0x20;

    /** Context command, 64 bits. */
    public static final int CCMD = 0x28;

    /** Fault status, 32 bits. */
    public static final int FSTS = 0x34;

    /** Fault event control, 32 bits; data, address and upper address follow. */
    public static final int FECTL = 0x38;

    /** Fault event data, 32 bits. */
    public static final int FEDATA = 0x3c;

    /** Fault event address, 32 bits. */
    public static final int FEADDR = 0x40;

    /** Fault event upper address, 32 bits. */
    public static final int FEUADDR = 0x44;

    /** Advanced fault log, 64 bits. */
    public static final int AFLOG = 0x58;

    /** Protected memory enable, 32 bits. */
    public static final int PMEN = 0x64;

    /** Protected low memory base and limit, 32 bits each. */
    public static final int PLMBASE = 0x68;

    /** Protected low memory limit, 32 bits. */
    public static final int PLMLIMIT = 0x6c;

    /** Protected high memory base, 64 bits. */
    public static final int PHMBASE = 0x70;

    /** Protected high memory limit, 64 bits. */
    public static final int PHMLIMIT = 0x78;

    /** Invalidation queue head, 64 bits. */
    public static final int IQH = 0x80;

    /** Invalidation queue tail, 64 bits. */
    public static final int IQT = 0x88;

    /** Invalidation queue address, 64 bits. */
    public static final int IQA = 0x90;

    /** Invalidation completion status, 32 bits. */
    public static final int ICS = 0x9c;

    /** Invalidation event control, 32 bits; data, address and upper address follow. */
    public static final int IECTL = 0xa0;

    /** Invalidation event data, 32 bits. */
    public static final int IEDATA = 0xa4;

    /** Invalidation event address, 32 bits. */
    public static final int IEADDR = 0xa8;

    /** Invalidation event upper address, 32 bits. */
    public static final int IEUADDR = 0xac;

    /** Invalidation queue error record, 64 bits. */
    public static final int IQERCD = 0xb0;

    /** Interrupt remapping table address, 64 bits. */
    public static final int IRTA = 0xb8;

    /** Page request queue head, 64 bits. */
    public static final int PQH = 0xc0;

    /** Page request queue tail, 64 bits. */
    public static final int PQT = 0xc8;

    /** Page request queue address, 64 bits. */
    public static final int PQA = 0xd0;

    /** Page request status, 32 bits. */
    public static final int PRS = 0xdc;

    /** Page request event control, 32 bits; data, address and upper address follow. */
    public static final int PECTL = 0xe0;

    /** Page request event data, 32 bits. */
    public static final int PEDATA = 0xe4;

    /** Page request event address, 32 bits. */
    public static final int PEADDR = 0xe8;

    /** Page request event upper address, 32 bits. */
    public static final int PEUADDR = 0xec;

    /** From an event's control register to its data. */
    public static final int EVENT_DATA = 4;

    /** From an event's control register to its address. */
    public static final int EVENT_ADDRESS = 8;

    /** From an event's control register to its upper address. */
    public static final int EVENT_UPPER_ADDRESS = 12;

    /** Event control bit 31: masked. */
    public static final int EVENT_IM = 1 << 31;

    /** Event control bit 30, read only: pending. */
    public static final int EVENT_IP = 1 << 30;

    /** GCMD and GSTS bit 31: translation. */
    public static final int TE = 1 << 31;

    /** GCMD bit 30: set the root table pointer; GSTS: it is set. */
    public static final int SRTP = 1 << 30;

    /** GCMD bit 29: set the fault log; GSTS: it is set. */
    public static final int SFL = 1 << 29;

    /** GCMD and GSTS bit 28: advanced fault logging. */
    public static final int EAFL = 1 << 28;

    /** GCMD bit 27: flush the write buffers; GSTS: it goes on. */
    public static final int WBF = 1 << 27;

    /** GCMD and GSTS bit 26: queued invalidation. */
    public static final int QIE = 1 << 26;

    /** GCMD and GSTS bit 25: interrupt remapping. */
    public static final int IRE = 1 << 25;

    /** GCMD bit 24: set the interrupt remapping table pointer; GSTS: it is set. */
    public static final int SIRTP = 1 << 24;

    /** GCMD and GSTS bit 23: compatibility format interrupts. */
    public static final int CFI = 1 << 23;

    /** RTADDR bits 11:10: translation table mode. */
    public static final int TTM_SHIFT = 10;

    /** TTM: legacy tables. */
    public static final int TTM_LEGACY = 0;

    /** TTM: scalable-mode tables. */
    public static final int TTM_SCALABLE = 1;

    /** TTM: every access is refused. */
    public static final int TTM_ABORT = 3;

    /** RTADDR bit 11 of revision 2: extended tables. */
    public static final long RTT = 1L << 11;

    /** CCMD bit 63: software sets it, hardware clears it when done. */
    public static final long CCMD_ICC = 1L << 63;

    /** CCMD bits 62:61: what is asked for, a {@link Invalidation} {@code CC_} granularity. */
    public static final int CCMD_CIRG_SHIFT = 61;

    /** CCMD bits 60:59: what was done. */
    public static final int CCMD_CAIG_SHIFT = 59;

    /** CCMD bits 33:32: function mask. */
    public static final int CCMD_FM_SHIFT = 32;

    /** CCMD bits 31:16: source id. */
    public static final int CCMD_SID_SHIFT = 16;

    /** IOTLB register bit 63: software sets it, hardware clears it when done. */
    public static final long IOTLB_IVT = 1L << 63;

    /** IOTLB register bits 61:60: what is asked for, a {@link Invalidation} {@code IOTLB_}. */
    public static final int IOTLB_IIRG_SHIFT = 60;

    /** IOTLB register bits 58:57: what was done; 0: it failed. */
    public static final int IOTLB_IAIG_SHIFT = 57;

    /** IOTLB register bit 49: drain reads. */
    public static final long IOTLB_DR = 1L << 49;

    /** IOTLB register bit 48: drain writes. */
    public static final long IOTLB_DW = 1L << 48;

    /** IOTLB register bits 47:32: domain id. */
    public static final int IOTLB_DID_SHIFT = 32;

    /** FSTS bit 0: a fault found no record free. */
    public static final int FSTS_PFO = 1;

    /** FSTS bit 1, read only: there is a record. */
    public static final int FSTS_PPF = 1 << 1;

    /** FSTS bit 2: advanced fault log overflow. */
    public static final int FSTS_AFO = 1 << 2;

    /** FSTS bit 3: advanced fault log not empty. */
    public static final int FSTS_APF = 1 << 3;

    /** FSTS bit 4: invalidation queue error. */
    public static final int FSTS_IQE = 1 << 4;

    /** FSTS bit 5: a device completed an invalidation that nobody sent. */
    public static final int FSTS_ICE = 1 << 5;

    /** FSTS bit 6: a device did not complete an invalidation in time. */
    public static final int FSTS_ITE = 1 << 6;

    /** FSTS bit 7: page request overflow of revision 2; reserved since. */
    public static final int FSTS_PRO = 1 << 7;

    /** FSTS bits 15:8: the first record. */
    public static final int FSTS_FRI_SHIFT = 8;

    /** ICS bit 0: a wait descriptor asked for the event. */
    public static final int ICS_IWC = 1;

    /** IQA bit 11: descriptors of 256 bits. */
    public static final long IQA_DW = 1L << 11;

    /** IQA bits 2:0, PQA bits 2:0: log2 of the queue's pages. */
    public static final int QUEUE_SIZE_MASK = 7;

    /** IQERCD bits 3:0: why. */
    public static final int IQERCD_IQEI_MASK = 0xf;

    /** IQERCD bits 47:32: whose invalidation timed out. */
    public static final int IQERCD_ITESID_SHIFT = 32;

    /** IQERCD bits 63:48: whose completion was unexpected. */
    public static final int IQERCD_ICESID_SHIFT = 48;

    /** IQEI: nothing is known. */
    public static final int IQEI_NONE = 0;

    /** IQEI: the tail is beyond the queue. */
    public static final int IQEI_TAIL = 1;

    /** IQEI: a descriptor could not be read. */
    public static final int IQEI_FETCH = 2;

    /** IQEI: no such type. */
    public static final int IQEI_TYPE = 3;

    /** IQEI: a reserved field is set. */
    public static final int IQEI_RESERVED = 4;

    /** IQEI: this width is not supported. */
    public static final int IQEI_WIDTH = 5;

    /** IQEI: the tail is not aligned to the width. */
    public static final int IQEI_ALIGNMENT = 6;

    /** IQEI: the translation table mode is not valid. */
    public static final int IQEI_TTM = 7;

    /** PRS bit 0: a request was queued. */
    public static final int PRS_PPR = 1;

    /** PRS bit 1: a request found no room. */
    public static final int PRS_PRO = 1 << 1;

    /** From an IVA register to its IOTLB register. */
    public static final int IOTLB_OFFSET = 8;

    /** Bytes of a fault recording register. */
    public static final int FRCD_BYTES = 16;

    private VtdRegisters() {}
}
