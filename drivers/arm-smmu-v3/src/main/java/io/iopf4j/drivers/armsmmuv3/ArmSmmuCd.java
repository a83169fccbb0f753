// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import java.util.Arrays;

/**
 * Builds context descriptors and says which of their bits the hardware heeds: {@code
 * arm_smmu_make_s1_cd()}, {@code arm_smmu_make_sva_cd()} and {@code arm_smmu_get_cd_used()}, Linux
 * 6.12. An entry is an array of eight doublewords, which each method overwrites.
 */
final class ArmSmmuCd {
    /** Word 0 bits 13:0: T0SZ, TG0, IR0, OR0 and SH0. */
    private static final long WALK_MASK = (1L << 14) - 1;

    private static final int TG0_SHIFT = 6;
    private static final int IR0_SHIFT = 8;
    private static final int OR0_SHIFT = 10;
    private static final int SH0_SHIFT = 12;
    private static final int IPS_SHIFT = 32;
    private static final int ASID_SHIFT = 48;

    private ArmSmmuCd() {}

    /**
     * How a stage 1 table is walked: {@code struct io_pgtable_cfg.arm_lpae_s1_cfg}. The fields are
     * encoded as a context descriptor has them.
     *
     * @param ttb address of the table, 16-byte aligned
     * @param ips output address size, as IDR5.OAS
     * @param tg granule
     * @param sh shareability
     * @param orgn outer cacheability
     * @param irgn inner cacheability
     * @param tsz 64 minus the bits of an input address
     * @param mair eight memory attributes
     */
    record Walk(long ttb, int ips, int tg, int sh, int orgn, int irgn, int tsz, long mair) {
        private long bits() {
            return (tsz & 0x3f)
                    | (long) (tg & 3) << TG0_SHIFT
                    | (long) (irgn & 3) << IR0_SHIFT
                    | (long) (orgn & 3) << OR0_SHIFT
                    | (long) (sh & 3) << SH0_SHIFT;
        }
    }

    /**
     * A context below TTB0 alone; faults are recorded and abort unless they stall. What Linux
     * builds for a domain of its own and for a process alike, but for where the fields come from.
     *
     * @param walk the table
     * @param asid 16 bits, private to the SMMU
     * @param mayStall whether the device may stall
     */
    static void makeS1(final long[] cd, final Walk walk, final int asid, final boolean mayStall) {
        Arrays.fill(cd, 0);
        cd[0] =
                walk.bits()
                        | common(walk.ips(), asid)
                        | (mayStall ? ContextDescriptor.S : 0)
                        | ContextDescriptor.R;
        cd[1] = walk.ttb() & ContextDescriptor.TTB_MASK;
        cd[3] = walk.mair();
    }

    /**
     * What a process's context becomes when the process has ended: valid, since the device may be
     * at work, but leading nowhere, and silent.
     *
     * @param walk the table as it was, of which the output size and the attributes stay
     * @param asid the context's
     * @param mayStall whether the device may stall
     * @param stallForced whether the SMMU knows no context without stalls: then stalls and records
     *     stay
     */
    static void makeSvaReleased(
            final long[] cd,
            final Walk walk,
            final int asid,
            final boolean mayStall,
            final boolean stallForced) {
        Arrays.fill(cd, 0);
        cd[0] = common(walk.ips(), asid) | ContextDescriptor.EPD0;
        if (stallForced) {
            cd[0] |= (mayStall ? ContextDescriptor.S : 0) | ContextDescriptor.R;
        }
        cd[3] = walk.mair();
    }

    /** Which bits of a descriptor the hardware heeds, by the descriptor itself. */
    static void used(final long[] cd, final long[] used) {
        Arrays.fill(used, 0);
        used[0] = ContextDescriptor.V;
        if ((cd[0] & ContextDescriptor.V) == 0) {
            return;
        }
        Arrays.fill(used, -1);
        if ((cd[0] & ContextDescriptor.EPD0) != 0) {
            used[0] &= ~WALK_MASK;
            used[1] &= ~ContextDescriptor.TTB_MASK;
        }
    }

    private static long common(final int ips, final int asid) {
        return ContextDescriptor.EPD1
                | ContextDescriptor.V
                | (long) (ips & 7) << IPS_SHIFT
                | ContextDescriptor.AA64
                | ContextDescriptor.A
                | ContextDescriptor.ASET
                | (long) (asid & 0xffff) << ASID_SHIFT;
    }
}
