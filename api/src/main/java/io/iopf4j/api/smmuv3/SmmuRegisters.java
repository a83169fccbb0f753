// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/**
 * Offsets and fields of the SMMUv3 register pages. IHI 0070, chapter 6. Page 1, which holds the
 * indexes of the output queues, starts at 64 KiB.
 */
public final class SmmuRegisters {
    /** Both pages: 128 KiB. */
    public static final long WINDOW_BYTES = 0x20000;

    /** Features; see the {@code IDR0_} fields. */
    public static final int IDR0 = 0x000;

    /** Sizes; see the {@code IDR1_} fields. */
    public static final int IDR1 = 0x004;

    /** Offset of VATOS registers; none here. */
    public static final int IDR2 = 0x008;

    /** Features; range invalidation and others. */
    public static final int IDR3 = 0x00c;

    /** Implementation defined. */
    public static final int IDR4 = 0x010;

    /** Output size, granules, stall capacity; see the {@code IDR5_} fields. */
    public static final int IDR5 = 0x014;

    /** Implementer and product. */
    public static final int IIDR = 0x018;

    /** Architecture version: bits 3:0 hold the minor number of v3. */
    public static final int AIDR = 0x01c;

    /** Global enables; see the {@code CR0_} fields. */
    public static final int CR0 = 0x020;

    /** What of {@link #CR0} has taken effect. */
    public static final int CR0ACK = 0x024;

    /** Memory attributes of tables and queues. */
    public static final int CR1 = 0x028;

    /** Fault recording of bad streams, TLB maintenance; see the {@code CR2_} fields. */
    public static final int CR2 = 0x02c;

    /** Status; 0 without IDR0.DORMHINT. */
    public static final int STATUSR = 0x040;

    /** Global bypass attributes; see the {@code GBPA_} fields. */
    public static final int GBPA = 0x044;

    /** Alternate global bypass attributes, implementation defined. */
    public static final int AGBPA = 0x048;

    /** Interrupt enables; see the {@code IRQ_CTRL_} fields. */
    public static final int IRQ_CTRL = 0x050;

    /** What of {@link #IRQ_CTRL} has taken effect. */
    public static final int IRQ_CTRLACK = 0x054;

    /** Global errors; a bit is active while it differs from {@link #GERRORN}. */
    public static final int GERROR = 0x060;

    /** Acknowledged global errors. */
    public static final int GERRORN = 0x064;

    /** MSI address for global errors, 64 bits. */
    public static final int GERROR_IRQ_CFG0 = 0x068;

    /** MSI data for global errors. */
    public static final int GERROR_IRQ_CFG1 = 0x070;

    /** MSI attributes for global errors. */
    public static final int GERROR_IRQ_CFG2 = 0x074;

    /** Base of the stream table, 64 bits. */
    public static final int STRTAB_BASE = 0x080;

    /** Format and size of the stream table; see the {@code STRTAB_BASE_CFG_} fields. */
    public static final int STRTAB_BASE_CFG = 0x088;

    /** Base and size of the command queue, 64 bits. */
    public static final int CMDQ_BASE = 0x090;

    /** Producer of the command queue: software writes it, and that is the doorbell. */
    public static final int CMDQ_PROD = 0x098;

    /** Consumer of the command queue, with the error code in bits 30:24. */
    public static final int CMDQ_CONS = 0x09c;

    /** Base and size of the event queue, 64 bits. */
    public static final int EVENTQ_BASE = 0x0a0;

    /** MSI address for the event queue, 64 bits. */
    public static final int EVENTQ_IRQ_CFG0 = 0x0b0;

    /** MSI data for the event queue. */
    public static final int EVENTQ_IRQ_CFG1 = 0x0b8;

    /** MSI attributes for the event queue. */
    public static final int EVENTQ_IRQ_CFG2 = 0x0bc;

    /** Base and size of the PRI queue, 64 bits. */
    public static final int PRIQ_BASE = 0x0c0;

    /** MSI address for the PRI queue, 64 bits. */
    public static final int PRIQ_IRQ_CFG0 = 0x0d0;

    /** MSI data for the PRI queue. */
    public static final int PRIQ_IRQ_CFG1 = 0x0d8;

    /** MSI attributes for the PRI queue, and when it interrupts. */
    public static final int PRIQ_IRQ_CFG2 = 0x0dc;

    /** Secure registers start here and fill the rest of page 0. */
    public static final int SECURE_START = 0x8000;

    /** Producer of the event queue (page 1), with OVFLG in bit 31. */
    public static final int EVENTQ_PROD = 0x100a8;

    /** Consumer of the event queue (page 1), with OVACKFLG in bit 31. */
    public static final int EVENTQ_CONS = 0x100ac;

    /** Producer of the PRI queue (page 1), with OVFLG in bit 31. */
    public static final int PRIQ_PROD = 0x100c8;

    /** Consumer of the PRI queue (page 1), with OVACKFLG in bit 31. */
    public static final int PRIQ_CONS = 0x100cc;

    /** IDR0 28:27: stream table levels; 1 allows two-level tables. */
    public static final int IDR0_ST_LEVEL_SHIFT = 27;

    /** IDR0 26: terminated accesses always abort. */
    public static final int IDR0_TERM_MODEL = 1 << 26;

    /** IDR0 25:24: 0 stall and terminate, 1 terminate only, 2 stall forced. */
    public static final int IDR0_STALL_MODEL_SHIFT = 24;

    /** IDR0 22:21: endianness of translation tables; 2 is little-endian. */
    public static final int IDR0_TTENDIAN_SHIFT = 21;

    /** IDR0 23: CR2.REC_CFG_ATS exists. */
    public static final int IDR0_ATSRECERR = 1 << 23;

    /** IDR0 19: two-level context descriptor tables. */
    public static final int IDR0_CD2L = 1 << 19;

    /** IDR0 18: 16-bit VMIDs. */
    public static final int IDR0_VMID16 = 1 << 18;

    /** IDR0 17: VMID wildcards in TLB invalidation. */
    public static final int IDR0_VMW = 1 << 17;

    /** IDR0 16: page request interface. */
    public static final int IDR0_PRI = 1 << 16;

    /** IDR0 14: the SMMU can wake a WFE. */
    public static final int IDR0_SEV = 1 << 14;

    /** IDR0 13: message interrupts. */
    public static final int IDR0_MSI = 1 << 13;

    /** IDR0 12: 16-bit ASIDs. */
    public static final int IDR0_ASID16 = 1 << 12;

    /** IDR0 11: split-stage ATS is not supported. */
    public static final int IDR0_NS1ATS = 1 << 11;

    /** IDR0 10: address translation services. */
    public static final int IDR0_ATS = 1 << 10;

    /** IDR0 9: EL2 stage 1 contexts. */
    public static final int IDR0_HYP = 1 << 9;

    /** IDR0 4: accesses to tables and queues are coherent. */
    public static final int IDR0_COHACC = 1 << 4;

    /** IDR0 3:2: table formats; 2 is AArch64, 3 both. */
    public static final int IDR0_TTF_SHIFT = 2;

    /** IDR0 1: stage 1. */
    public static final int IDR0_S1P = 1 << 1;

    /** IDR0 0: stage 2. */
    public static final int IDR0_S2P = 1;

    /** IDR1 30: the stream table cannot be moved. */
    public static final int IDR1_TABLES_PRESET = 1 << 30;

    /** IDR1 29: the queues cannot be moved. */
    public static final int IDR1_QUEUES_PRESET = 1 << 29;

    /** IDR1 28: preset bases are relative. */
    public static final int IDR1_REL = 1 << 28;

    /** IDR1 27: incoming memory types can be overridden. */
    public static final int IDR1_ATTR_TYPES_OVR = 1 << 27;

    /** IDR1 26: incoming privilege and instruction attributes can be overridden. */
    public static final int IDR1_ATTR_PERMS_OVR = 1 << 26;

    /** IDR1 25:21: log2 of the most command queue entries. */
    public static final int IDR1_CMDQS_SHIFT = 21;

    /** IDR1 20:16: log2 of the most event queue entries. */
    public static final int IDR1_EVENTQS_SHIFT = 16;

    /** IDR1 15:11: log2 of the most PRI queue entries. */
    public static final int IDR1_PRIQS_SHIFT = 11;

    /** IDR1 10:6: bits of a SubstreamID. */
    public static final int IDR1_SSIDSIZE_SHIFT = 6;

    /** Width of each of the four size fields of IDR1 (SIDSIZE has one bit more). */
    public static final int IDR1_QUEUE_SIZE_MASK = 0x1f;

    /** IDR1 5:0: bits of a StreamID. */
    public static final int IDR1_SIDSIZE_MASK = 0x3f;

    /** IDR3 2: permissions of tables can be ignored. */
    public static final int IDR3_HAD = 1 << 2;

    /** IDR3 5: automatic answers on PRI overflow carry the PASID. */
    public static final int IDR3_PPS = 1 << 5;

    /** IDR3 10: range invalidation. */
    public static final int IDR3_RIL = 1 << 10;

    /** IDR5 31:16: most stalled transactions. */
    public static final int IDR5_STALL_MAX_SHIFT = 16;

    /** IDR5 6: 64 KiB granule. */
    public static final int IDR5_GRAN64K = 1 << 6;

    /** IDR5 5: 16 KiB granule. */
    public static final int IDR5_GRAN16K = 1 << 5;

    /** IDR5 4: 4 KiB granule. */
    public static final int IDR5_GRAN4K = 1 << 4;

    /** IDR5 2:0: output address size; see {@link #addressBits}. */
    public static final int IDR5_OAS_MASK = 7;

    /** CR0 0: streams are looked up and translated. */
    public static final int CR0_SMMUEN = 1;

    /** CR0 1: PRI queue writes. */
    public static final int CR0_PRIQEN = 1 << 1;

    /** CR0 2: event queue writes. */
    public static final int CR0_EVENTQEN = 1 << 2;

    /** CR0 3: command processing. */
    public static final int CR0_CMDQEN = 1 << 3;

    /** CR0 4: translated traffic is checked against the stream table. */
    public static final int CR0_ATSCHK = 1 << 4;

    /** CR2 3: configuration errors of ATS and PRI are recorded; only with IDR0.ATSRECERR. */
    public static final int CR2_REC_CFG_ATS = 1 << 3;

    /** CR2 2: broadcast TLB maintenance is ignored. */
    public static final int CR2_PTM = 1 << 2;

    /** CR2 1: C_BAD_STREAMID is recorded. */
    public static final int CR2_RECINVSID = 1 << 1;

    /** CR2 0: EL2 contexts have ASIDs and two address ranges. */
    public static final int CR2_E2H = 1;

    /** GBPA 31: the write takes effect; reads 1 until it has. */
    public static final int GBPA_UPDATE = 1 << 31;

    /** GBPA 20: with SMMUEN 0 all accesses abort. */
    public static final int GBPA_ABORT = 1 << 20;

    /** IRQ_CTRL 2: event queue interrupt. */
    public static final int IRQ_CTRL_EVENTQ_IRQEN = 1 << 2;

    /** IRQ_CTRL 1: PRI queue interrupt. */
    public static final int IRQ_CTRL_PRIQ_IRQEN = 1 << 1;

    /** IRQ_CTRL 0: global error interrupt. */
    public static final int IRQ_CTRL_GERROR_IRQEN = 1;

    /** PRIQ_IRQ_CFG2 31: interrupt for each last request of a group instead of on non-empty. */
    public static final int PRIQ_IRQ_CFG2_LO = 1 << 31;

    /** Bits 51:2 of an IRQ_CFG0: address of the message; 0 sends none. */
    public static final long IRQ_CFG0_ADDR_MASK = 0x000f_ffff_ffff_fffcL;

    /** GERROR 0: a command is in error. */
    public static final int GERROR_CMDQ_ERR = 1;

    /** GERROR 2: the event queue could not be written. */
    public static final int GERROR_EVENTQ_ABT_ERR = 1 << 2;

    /** GERROR 3: the PRI queue could not be written. */
    public static final int GERROR_PRIQ_ABT_ERR = 1 << 3;

    /** GERROR 4: an MSI of the command queue was aborted. */
    public static final int GERROR_MSI_CMDQ_ABT_ERR = 1 << 4;

    /** GERROR 5: an MSI of the event queue was aborted. */
    public static final int GERROR_MSI_EVENTQ_ABT_ERR = 1 << 5;

    /** GERROR 6: an MSI of the PRI queue was aborted. */
    public static final int GERROR_MSI_PRIQ_ABT_ERR = 1 << 6;

    /** GERROR 7: an MSI of this register was aborted. */
    public static final int GERROR_MSI_GERROR_ABT_ERR = 1 << 7;

    /** GERROR 8: service failure mode. */
    public static final int GERROR_SFM_ERR = 1 << 8;

    /** STRTAB_BASE_CFG 17:16: 0 linear, 1 two-level. */
    public static final int STRTAB_BASE_CFG_FMT_SHIFT = 16;

    /** STRTAB_BASE_CFG 10:6: StreamID bits that the second level takes: 6, 8 or 10. */
    public static final int STRTAB_BASE_CFG_SPLIT_SHIFT = 6;

    /** STRTAB_BASE_CFG 5:0: log2 of the number of StreamIDs. */
    public static final int STRTAB_BASE_CFG_LOG2SIZE_MASK = 0x3f;

    /** Bits 51:6 of STRTAB_BASE: the address. */
    public static final long STRTAB_BASE_ADDR_MASK = 0x000f_ffff_ffff_ffc0L;

    /** Bit 62 of a table or queue base: allocation hint. */
    public static final long BASE_ALLOCATE = 1L << 62;

    /** Bits 51:5 of a queue base: the address. */
    public static final long QUEUE_BASE_ADDR_MASK = 0x000f_ffff_ffff_ffe0L;

    /** Bits 4:0 of a queue base: log2 of the number of entries. */
    public static final int QUEUE_BASE_LOG2SIZE_MASK = 0x1f;

    /** CMDQ_CONS 30:24: why the command at CONS is in error. */
    public static final int CMDQ_CONS_ERR_SHIFT = 24;

    /** Width of CMDQ_CONS.ERR. */
    public static final int CMDQ_CONS_ERR_MASK = 0x7f;

    private static final int[] ADDRESS_BITS = {32, 36, 40, 42, 44, 48, 52, 56};

    private SmmuRegisters() {}

    /**
     * Decodes an address size field as in IDR5.OAS, CD.IPS and STE.S2PS.
     *
     * @param field bits 2:0 count
     * @return number of address bits, in [32, 56]
     */
    public static int addressBits(final int field) {
        return ADDRESS_BITS[field & IDR5_OAS_MASK];
    }
}
