// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;

/**
 * Which commands of a Non-secure command queue are ILLEGAL, which ends in CERROR_ILL. Reserved
 * fields are ignored. IHI 0070, 4.1.3 and each command's own section.
 */
final class CommandLegality {
    private static final int CFGI_VMS_PIDM = 0x07;
    private static final int DPTI_ALL = 0x70;
    private static final int DPTI_PA = 0x73;
    private static final int IMPLEMENTATION_DEFINED_FIRST = 0x80;
    private static final int IMPLEMENTATION_DEFINED_LAST = 0x8f;
    private static final int RESERVED_SIGNAL = 3;
    private static final int RESERVED_RESPONSE = 3;
    private static final int GRANULE_16K = 2;

    private final boolean hasStageOne;
    private final boolean hasStageTwo;
    private final boolean hasHyp;
    private final boolean hasRanges;
    private final boolean hasAts;
    private final boolean hasPri;
    private final boolean stalls;

    CommandLegality(final SmmuV3Config config) {
        hasStageOne = config.has(SmmuFeature.STAGE_1);
        hasStageTwo = config.has(SmmuFeature.STAGE_2);
        hasHyp = config.has(SmmuFeature.HYP);
        hasRanges = config.has(SmmuFeature.RANGE_INVALIDATION);
        hasAts = config.has(SmmuFeature.ATS);
        hasPri = config.has(SmmuFeature.PRI);
        stalls = config.stallModel() != SmmuV3Config.TERMINATE_ONLY;
    }

    /** Whether a command may be executed. */
    boolean isLegal(final long word0, final long word1) {
        return (word0 & Commands.SSEC) == 0
                && switch (Commands.opcode(word0)) {
                    case CmdqOp.PREFETCH_CONFIG,
                            CmdqOp.PREFETCH_ADDR,
                            CmdqOp.CFGI_STE,
                            CmdqOp.CFGI_STE_RANGE,
                            CmdqOp.TLBI_NSNH_ALL ->
                            true;
                    case CmdqOp.CFGI_CD,
                            CmdqOp.CFGI_CD_ALL,
                            CmdqOp.TLBI_NH_ALL,
                            CmdqOp.TLBI_NH_ASID ->
                            hasStageOne;
                    case CmdqOp.TLBI_NH_VA, CmdqOp.TLBI_NH_VAA ->
                            hasStageOne && !isReservedRange(word0, word1);
                    case CmdqOp.TLBI_EL2_ALL, CmdqOp.TLBI_EL2_ASID -> hasStageOne && hasHyp;
                    case CmdqOp.TLBI_EL2_VA, CmdqOp.TLBI_EL2_VAA ->
                            hasStageOne && hasHyp && !isReservedRange(word0, word1);
                    case CmdqOp.TLBI_S12_VMALL -> hasStageTwo;
                    case CmdqOp.TLBI_S2_IPA -> hasStageTwo && !isReservedRange(word0, word1);
                    case CmdqOp.ATC_INV -> hasAts;
                    case CmdqOp.PRI_RESP ->
                            hasPri && Commands.priResponse(word1) != RESERVED_RESPONSE;
                    case CmdqOp.RESUME, CmdqOp.STALL_TERM -> stalls;
                    case CmdqOp.SYNC -> Commands.syncSignal(word0) != RESERVED_SIGNAL;
                    default -> false;
                };
    }

    /** Whether a later architecture or an implementation gives the opcode a meaning. */
    boolean isNotModelled(final long word0) {
        final int opcode = Commands.opcode(word0);
        return opcode == CFGI_VMS_PIDM
                || opcode == DPTI_ALL
                || opcode == DPTI_PA
                || (opcode >= IMPLEMENTATION_DEFINED_FIRST
                        && opcode <= IMPLEMENTATION_DEFINED_LAST);
    }

    /**
     * A range with neither size nor level. Without 52-bit tables there is no level 1 leaf of 16 KiB
     * granules, and naming it is as good as naming none. IHI 0070, 4.4.1.
     */
    private boolean isReservedRange(final long word0, final long word1) {
        final int granule = Commands.granule(word1);
        final int ttl = Commands.ttl(word1);
        return hasRanges
                && granule != 0
                && Commands.rangeNum(word0) == 0
                && Commands.rangeScale(word0) == 0
                && (ttl == 0 || (granule == GRANULE_16K && ttl == 1));
    }
}
