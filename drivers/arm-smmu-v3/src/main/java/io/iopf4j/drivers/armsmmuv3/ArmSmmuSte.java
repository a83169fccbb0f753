// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.Arrays;

/**
 * Builds stream table entries and says which of their bits the hardware heeds: {@code
 * arm_smmu_make_..._ste()} and {@code arm_smmu_get_ste_used()}, Linux 6.12, {@code arm-smmu-v3.c}.
 * Whatever this driver writes into a stream table is built here, but for a guest's own entry. An
 * entry is an array of eight doublewords, which each method overwrites.
 */
final class ArmSmmuSte {
    private static final int TRANSLATES_S1 = 1;
    private static final int TRANSLATES_S2 = 2;
    private static final long EATS_MASK = 3L << StreamTableEntry.EATS_SHIFT;
    private static final long STRW_MASK = 3L << StreamTableEntry.STRW_SHIFT;
    private static final long SHCFG_MASK = 3L << StreamTableEntry.SHCFG_SHIFT;
    private static final long EATS_FULL =
            (long) StreamTableEntry.EATS_FULL << StreamTableEntry.EATS_SHIFT;
    private static final long STRW_EL2 =
            (long) StreamTableEntry.STRW_EL2 << StreamTableEntry.STRW_SHIFT;
    private static final long SHCFG_INCOMING =
            (long) StreamTableEntry.SHCFG_INCOMING << StreamTableEntry.SHCFG_SHIFT;

    private ArmSmmuSte() {}

    /** All accesses abort, silently. */
    static void makeAbort(final long[] ste) {
        Arrays.fill(ste, 0);
        ste[0] = StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT);
    }

    /** Nothing is translated; attributes stay as they come in, where they could be overridden. */
    static void makeBypass(final long[] ste, final ArmSmmuFeatures features) {
        Arrays.fill(ste, 0);
        ste[0] = StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS);
        ste[1] = features.overridesTypes() ? SHCFG_INCOMING : 0;
    }

    /**
     * Stage 1 through a table of contexts.
     *
     * @param features the SMMU's
     * @param tableAddress of the table, aligned to 64 bytes
     * @param s1Fmt its format, a {@code S1FMT_} value
     * @param s1CdMax log2 of its descriptors, in [0, 31]
     * @param mayStall whether the device may stall
     * @param ats whether the device may use ATS
     * @param s1Dss what becomes of accesses without SubstreamID, an {@code S1DSS_} value
     */
    static void makeCdTable(
            final long[] ste,
            final ArmSmmuFeatures features,
            final long tableAddress,
            final int s1Fmt,
            final int s1CdMax,
            final boolean mayStall,
            final boolean ats,
            final int s1Dss) {
        Arrays.fill(ste, 0);
        ste[0] =
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, tableAddress, s1CdMax)
                        | StreamTableEntry.s1FmtBits(s1Fmt);
        ste[1] =
                s1Dss
                        | StreamTableEntry.S1C_WRITE_BACK_ISH
                        | stallDisable(features, mayStall)
                        | (ats ? EATS_FULL : 0)
                        | (features.e2h() ? STRW_EL2 : 0);
        if (s1Dss == StreamTableEntry.S1DSS_BYPASS && features.overridesTypes()) {
            // Accesses without SubstreamID are as in a bypass entry.
            ste[1] |= SHCFG_INCOMING;
        }
        // VMID 0: no guest's. Word 2 is zero.
    }

    /**
     * Stage 2 alone.
     *
     * @param features the SMMU's
     * @param vmid 16 bits
     * @param vtcr T0SZ, SL0, IR0, OR0, SH0, TG and PS of the table, 19 bits as {@code VTCR_EL2}
     * @param ttb address of the table, 16-byte aligned
     * @param mayStall whether the device may stall
     * @param ats whether the device may use ATS
     */
    static void makeS2Domain(
            final long[] ste,
            final ArmSmmuFeatures features,
            final int vmid,
            final int vtcr,
            final long ttb,
            final boolean mayStall,
            final boolean ats) {
        Arrays.fill(ste, 0);
        ste[0] = StreamTableEntry.word0(StreamTableEntry.CONFIG_S2);
        ste[1] = (ats ? EATS_FULL : 0) | (features.overridesTypes() ? SHCFG_INCOMING : 0);
        ste[2] =
                (vmid & StreamTableEntry.S2VMID_MASK)
                        | ((long) vtcr << StreamTableEntry.VTCR_SHIFT & StreamTableEntry.VTCR_MASK)
                        | StreamTableEntry.S2AA64
                        | StreamTableEntry.S2PTW
                        | (mayStall ? StreamTableEntry.S2S : 0)
                        | StreamTableEntry.S2R;
        ste[3] = ttb & StreamTableEntry.S2TTB_MASK;
    }

    /** S1STALLD keeps a context that could stall from doing so where the device must not. */
    static long stallDisable(final ArmSmmuFeatures features, final boolean mayStall) {
        return features.stalls() && !mayStall ? StreamTableEntry.S1STALLD : 0;
    }

    /** Which bits of an entry the hardware heeds, by the entry itself. */
    static void used(final long[] ste, final long[] used) {
        Arrays.fill(used, 0);
        used[0] = StreamTableEntry.V;
        if ((ste[0] & StreamTableEntry.V) == 0) {
            return;
        }
        used[0] |= StreamTableEntry.CONFIG_MASK;
        final int config = StreamTableEntry.config(ste[0]);
        if ((config & StreamTableEntry.CONFIG_BYPASS) == 0) {
            return;
        }
        if ((config & TRANSLATES_S1) != 0) {
            usedByStage1(ste, used);
        }
        if ((config & TRANSLATES_S2) != 0) {
            usedByStage2(used);
        }
        if (config == StreamTableEntry.CONFIG_BYPASS) {
            used[1] |= SHCFG_MASK;
        }
    }

    private static void usedByStage1(final long[] ste, final long[] used) {
        used[0] |=
                StreamTableEntry.S1FMT_MASK
                        | StreamTableEntry.S1CONTEXTPTR_MASK
                        | StreamTableEntry.S1CDMAX_MASK;
        used[1] |=
                StreamTableEntry.S1DSS_MASK
                        | StreamTableEntry.S1CIR_MASK
                        | StreamTableEntry.S1COR_MASK
                        | StreamTableEntry.S1CSH_MASK
                        | StreamTableEntry.S1STALLD
                        | STRW_MASK
                        | EATS_MASK;
        used[2] |= StreamTableEntry.S2VMID_MASK;
        if (StreamTableEntry.s1Dss(ste[1]) == StreamTableEntry.S1DSS_BYPASS) {
            used[1] |= SHCFG_MASK;
        }
    }

    private static void usedByStage2(final long[] used) {
        used[1] |= EATS_MASK | SHCFG_MASK;
        used[2] |=
                StreamTableEntry.S2VMID_MASK
                        | StreamTableEntry.VTCR_MASK
                        | StreamTableEntry.S2AA64
                        | StreamTableEntry.S2ENDI
                        | StreamTableEntry.S2PTW
                        | StreamTableEntry.S2S
                        | StreamTableEntry.S2R;
        used[3] |= StreamTableEntry.S2TTB_MASK;
    }
}
