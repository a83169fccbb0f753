// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.StreamTableEntry;

/** Entries of the kernel's unit tests, built by the driver's own makers. */
final class TestEntries {
    static final long CD_TABLE = 0xf0f0_f0f0_f0f0L;

    /** Every field another value than zero and its neighbours'. */
    static final ArmSmmuCd.Walk WALK =
            new ArmSmmuCd.Walk(0xdaed_beef_dead_beefL, 1, 2, 3, 1, 2, 4, 0x0abc_def0_1234_5678L);

    /** T0SZ 4, SL0 3, IR0 2, OR0 1, SH0 3, TG 2, PS 1. */
    static final int VTCR = 4 | 3 << 6 | 2 << 8 | 1 << 10 | 3 << 12 | 2 << 14 | 1 << 16;

    private TestEntries() {}

    static ArmSmmuFeatures features(final int flags) {
        return new ArmSmmuFeatures(flags, 16, 20, 16, 16, 8, 7, 7, 48, 48, 64);
    }

    static long[] cdTable(
            final ArmSmmuFeatures features,
            final long table,
            final boolean mayStall,
            final boolean ats,
            final int s1Dss) {
        final long[] ste = new long[8];
        ArmSmmuSte.makeCdTable(
                ste, features, table, StreamTableEntry.S1FMT_64K_L2, 0xff, mayStall, ats, s1Dss);
        return ste;
    }

    static long[] stage2(
            final ArmSmmuFeatures features, final boolean mayStall, final boolean ats) {
        final long[] ste = new long[8];
        ArmSmmuSte.makeS2Domain(ste, features, 0, VTCR, 0xdaed_beef_dead_beefL, mayStall, ats);
        return ste;
    }

    static long[] s1Cd(final int asid) {
        final long[] cd = new long[8];
        ArmSmmuCd.makeS1(cd, WALK, asid, false);
        return cd;
    }
}
