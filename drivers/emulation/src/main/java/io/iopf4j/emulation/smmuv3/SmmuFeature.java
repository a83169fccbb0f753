// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * What an integrator builds into an SMMUv3 or leaves out, each with the identification bit by which
 * software learns of it. IHI 0070, 6.3.1 to 6.3.6.
 */
public enum SmmuFeature {
    /** Stage 1 translation. */
    STAGE_1(SmmuRegisters.IDR0, SmmuRegisters.IDR0_S1P),
    /** Stage 2 translation. */
    STAGE_2(SmmuRegisters.IDR0, SmmuRegisters.IDR0_S2P),
    /** Two-level stream tables; needed from 7 StreamID bits on. */
    TWO_LEVEL_STREAM_TABLE(SmmuRegisters.IDR0, 1 << SmmuRegisters.IDR0_ST_LEVEL_SHIFT),
    /** Two-level tables of context descriptors. */
    TWO_LEVEL_CD_TABLE(SmmuRegisters.IDR0, SmmuRegisters.IDR0_CD2L),
    /** Terminated accesses abort, and CD.A must be 1. */
    TERMINATE_ABORTS(SmmuRegisters.IDR0, SmmuRegisters.IDR0_TERM_MODEL),
    /** CR2.REC_CFG_ATS exists. */
    ATS_RECORDS_ERRORS(SmmuRegisters.IDR0, SmmuRegisters.IDR0_ATSRECERR),
    /** VMIDs of 16 bits instead of 8. */
    VMID16(SmmuRegisters.IDR0, SmmuRegisters.IDR0_VMID16),
    /** ASIDs of 16 bits instead of 8. */
    ASID16(SmmuRegisters.IDR0, SmmuRegisters.IDR0_ASID16),
    /** Page request interface; needs {@link #ATS}. */
    PRI(SmmuRegisters.IDR0, SmmuRegisters.IDR0_PRI),
    /** Address translation services. */
    ATS(SmmuRegisters.IDR0, SmmuRegisters.IDR0_ATS),
    /** Message interrupts. */
    MSI(SmmuRegisters.IDR0, SmmuRegisters.IDR0_MSI),
    /** CMD_SYNC can wake a WFE. */
    SEV(SmmuRegisters.IDR0, SmmuRegisters.IDR0_SEV),
    /** EL2 stage 1 contexts; not built without {@link #STAGE_1}. */
    HYP(SmmuRegisters.IDR0, SmmuRegisters.IDR0_HYP),
    /** Tables, queues and messages are coherent. */
    COHERENT(SmmuRegisters.IDR0, SmmuRegisters.IDR0_COHACC),
    /** STE.SHCFG and the other memory types override what comes in. */
    ATTRIBUTE_TYPES_OVERRIDE(SmmuRegisters.IDR1, SmmuRegisters.IDR1_ATTR_TYPES_OVR),
    /** STE.PRIVCFG and STE.INSTCFG override what comes in. */
    ATTRIBUTE_PERMISSIONS_OVERRIDE(SmmuRegisters.IDR1, SmmuRegisters.IDR1_ATTR_PERMS_OVR),
    /** CD.HAD0 and CD.HAD1: permissions of tables can be ignored. */
    HIERARCHICAL_ATTRIBUTE_DISABLE(SmmuRegisters.IDR3, SmmuRegisters.IDR3_HAD),
    /** Automatic answers on PRI overflow always carry the request's PASID. */
    PRI_OVERFLOW_PASID(SmmuRegisters.IDR3, SmmuRegisters.IDR3_PPS),
    /** Range invalidation. */
    RANGE_INVALIDATION(SmmuRegisters.IDR3, SmmuRegisters.IDR3_RIL),
    /** Granule of 4 KiB. */
    GRANULE_4K(SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN4K),
    /** Granule of 16 KiB. */
    GRANULE_16K(SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN16K),
    /** Granule of 64 KiB. */
    GRANULE_64K(SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN64K);

    private final int register;
    private final int bit;

    SmmuFeature(final int register, final int bit) {
        this.register = register;
        this.bit = bit;
    }

    /** The bit that says so in an identification register, or 0 for another register. */
    int bitIn(final int idRegister) {
        return register == idRegister ? bit : 0;
    }
}
