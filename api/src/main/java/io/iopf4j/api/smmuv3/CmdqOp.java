// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/** Opcodes of the command queue, bits 7:0 of a command's first doubleword. IHI 0070, chapter 4. */
public final class CmdqOp {
    /** Prefetch a stream's configuration. */
    public static final int PREFETCH_CONFIG = 0x01;

    /** Prefetch a translation. */
    public static final int PREFETCH_ADDR = 0x02;

    /** Invalidate a stream table entry. */
    public static final int CFGI_STE = 0x03;

    /** Invalidate a range of stream table entries; range 31 is {@code CFGI_ALL}. */
    public static final int CFGI_STE_RANGE = 0x04;

    /** Invalidate a context descriptor. */
    public static final int CFGI_CD = 0x05;

    /** Invalidate all context descriptors of a stream. */
    public static final int CFGI_CD_ALL = 0x06;

    /** Invalidate all stage 1 entries of a VMID. */
    public static final int TLBI_NH_ALL = 0x10;

    /** Invalidate by ASID. */
    public static final int TLBI_NH_ASID = 0x11;

    /** Invalidate by ASID and address. */
    public static final int TLBI_NH_VA = 0x12;

    /** Invalidate by address, all ASIDs. */
    public static final int TLBI_NH_VAA = 0x13;

    /** Invalidate all EL3 entries; never legal on a Non-secure queue. */
    public static final int TLBI_EL3_ALL = 0x18;

    /** Invalidate EL3 entries by address; never legal on a Non-secure queue. */
    public static final int TLBI_EL3_VA = 0x1a;

    /** Invalidate all EL2 entries. */
    public static final int TLBI_EL2_ALL = 0x20;

    /** Invalidate EL2 entries by ASID. */
    public static final int TLBI_EL2_ASID = 0x21;

    /** Invalidate EL2 entries by ASID and address. */
    public static final int TLBI_EL2_VA = 0x22;

    /** Invalidate EL2 entries by address. */
    public static final int TLBI_EL2_VAA = 0x23;

    /** Invalidate all entries of a VMID, both stages. */
    public static final int TLBI_S12_VMALL = 0x28;

    /** Invalidate stage 2 entries by intermediate address. */
    public static final int TLBI_S2_IPA = 0x2a;

    /** Invalidate all Non-secure entries but EL2's. */
    public static final int TLBI_NSNH_ALL = 0x30;

    /** Invalidate a device's translation cache. */
    public static final int ATC_INV = 0x40;

    /** Answer a page request group. */
    public static final int PRI_RESP = 0x41;

    /** End one stalled transaction. */
    public static final int RESUME = 0x44;

    /** End all stalled transactions of a stream with abort. */
    public static final int STALL_TERM = 0x45;

    /** Wait for all older commands. */
    public static final int SYNC = 0x46;

    /** CMDQ_CONS.ERR: no error. */
    public static final int CERROR_NONE = 0;

    /** CMDQ_CONS.ERR: illegal command. */
    public static final int CERROR_ILL = 1;

    /** CMDQ_CONS.ERR: the command could not be read. */
    public static final int CERROR_ABT = 2;

    /** CMDQ_CONS.ERR: an ATC invalidation before a SYNC did not complete. */
    public static final int CERROR_ATC_INV_SYNC = 3;

    private CmdqOp() {}
}
