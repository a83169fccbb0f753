// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Changes of live entries: the transitions of {@code arm-smmu-v3-test.c} of Linux 6.12 under their
 * names there, with its counts. Between two syncs the hardware may have read each doubleword before
 * or after its store, in any mixture; of all of these the writer's promise must hold.
 */
final class EntryWriterTest {
    private static final ArmSmmuFeatures FEATURES =
            TestEntries.features(ArmSmmuFeatures.STALLS | ArmSmmuFeatures.OVERRIDES_TYPES);
    private static final int OFFSET = 3 * 64;

    private final RecentLog log = new RecentLog(10);
    private final DmaMemory memory =
            new MemoryAllocator(new PhysicalMemory(0x4000_0000L, 0x1_0000)).allocCoherent(4096);

    // ---- Stream table entries -------------------------------------------------------------------

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_bypass_to_abort")
    void shouldGoFromBypassToAbort() {
        ste(bypass(), abort()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_abort_to_bypass")
    void shouldGoFromAbortToBypass() {
        ste(abort(), bypass()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_cdtable_to_abort")
    void shouldGoFromCdTableToAbort() {
        ste(cdTable(), abort()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_abort_to_cdtable")
    void shouldGoFromAbortToCdTable() {
        ste(abort(), cdTable()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_cdtable_to_bypass")
    void shouldGoFromCdTableToBypass() {
        ste(cdTable(), bypass()).expectHitless(3);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_bypass_to_cdtable")
    void shouldGoFromBypassToCdTable() {
        final Change change = ste(bypass(), cdTable());
        change.expectHitless(3);
        change.expectStates(
                words(0x9, 0x1000_1800_00d6L),
                words(0xf800_f0f0_f0f0_f0ebL, 0x1000_1800_00d6L),
                words(0xf800_f0f0_f0f0_f0ebL, 0x1800_00d6L));
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_cdtable_s1dss_change")
    void shouldChangeS1DssOfACdTable() {
        ste(cdTable(), s1DssBypass()).expectHitless(1);
        ste(s1DssBypass(), cdTable()).expectHitless(1);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s1dssbypass_to_stebypass")
    void shouldGoFromS1DssBypassToBypass() {
        ste(s1DssBypass(), bypass()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_stebypass_to_s1dssbypass")
    void shouldGoFromBypassToS1DssBypass() {
        ste(bypass(), s1DssBypass()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s2_to_abort")
    void shouldGoFromStage2ToAbort() {
        ste(stage2(false), abort()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_abort_to_s2")
    void shouldGoFromAbortToStage2() {
        ste(abort(), stage2(false)).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s2_to_bypass")
    void shouldGoFromStage2ToBypass() {
        ste(stage2(false), bypass()).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_bypass_to_s2")
    void shouldGoFromBypassToStage2() {
        ste(bypass(), stage2(false)).expectHitless(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s1_to_s2")
    void shouldGoFromStage1ToStage2() {
        final Change change = ste(cdTable(), stage2(false));
        change.expectHitless(3);
        final long vtcr = 0x0449_b6c4_0000_0000L;
        final long ttb = 0x000d_beef_dead_bee0L;
        change.expectStates(
                words(0xf800_f0f0_f0f0_f0ebL, 0x1000_1800_00d6L, vtcr, ttb),
                words(0xd, 0x1000_1800_00d6L, vtcr, ttb),
                words(0xd, 0x1000_1000_0000L, vtcr, ttb));
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s2_to_s1")
    void shouldGoFromStage2ToStage1() {
        ste(stage2(false), cdTable()).expectHitless(3);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s1_to_s2_stall")
    void shouldGoFromStage1ToStage2OfADeviceThatStalls() {
        ste(stalling(), stage2(true)).expectHitless(3);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_s2_to_s1_stall")
    void shouldGoFromStage2ToStage1OfADeviceThatStalls() {
        ste(stage2(true), stalling()).expectHitless(3);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_ste_test_non_hitless")
    void shouldBreakWhereTableAndS1DssChangeTogether() {
        final long[] other =
                TestEntries.cdTable(
                        FEATURES, 0x4b_4b4b_4b4bL, false, true, StreamTableEntry.S1DSS_BYPASS);
        final Change change = ste(cdTable(), other);
        change.expectBreak(3);
        change.expectStates(
                words(0, 0x1800_00d6L),
                words(0, 0x1000_1800_00d5L),
                words(0xf800_004b_4b4b_4b6bL, 0x1000_1800_00d5L));
    }

    // ---- Context descriptors --------------------------------------------------------------------

    @Test
    @DisplayName("arm_smmu_v3_write_cd_test_s1_clear")
    void shouldMakeAndClearAContext() {
        final Change made = cd(words(0), TestEntries.s1Cd(1997));
        made.expectBreak(2);
        made.expectStates(
                words(0, 0x000d_beef_dead_bee0L, 0, 0x0abc_def0_1234_5678L),
                TestEntries.s1Cd(1997));
        cd(TestEntries.s1Cd(1997), words(0)).expectBreak(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_cd_test_s1_change_asid")
    void shouldChangeTheAsidOfAContext() {
        cd(TestEntries.s1Cd(778), TestEntries.s1Cd(1997)).expectHitless(1);
        cd(TestEntries.s1Cd(1997), TestEntries.s1Cd(778)).expectHitless(1);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_cd_test_sva_clear")
    void shouldMakeAndClearAProcessesContext() {
        cd(words(0), sva()).expectBreak(2);
        cd(sva(), words(0)).expectBreak(2);
    }

    @Test
    @DisplayName("arm_smmu_v3_write_cd_test_sva_release")
    void shouldSilenceAProcessesContext() {
        cd(sva(), released()).expectHitless(2);
        cd(released(), sva()).expectHitless(2);
    }

    // ---- What is neither ------------------------------------------------------------------------

    @Test
    void shouldDoNothingWhereNothingChanges() {
        ste(cdTable(), cdTable()).expectHitless(0);
        assertFalse(log.recent().stream().anyMatch(line -> line.contains("does not use")));
    }

    @Test
    void shouldWarnOfATargetThatSetsWhatItDoesNotUse() {
        final long[] target = abort();
        target[5] = 1;
        ste(bypass(), target);
        assertTrue(log.recent().toString().contains("does not use"));
        assertEquals(1, memory.getLong(OFFSET + 5 * 8L), "written all the same");
    }

    @Test
    void shouldWarnOfAnEntryThatHasWhatItDoesNotUse() {
        final long[] dirty = abort();
        dirty[5] = 1;
        ste(dirty, abort()).expectSyncs(1);
        assertTrue(log.recent().toString().contains("does not use"));
    }

    // ---- How ------------------------------------------------------------------------------------

    private static long[] abort() {
        final long[] ste = new long[8];
        ArmSmmuSte.makeAbort(ste);
        return ste;
    }

    private static long[] bypass() {
        final long[] ste = new long[8];
        ArmSmmuSte.makeBypass(ste, FEATURES);
        return ste;
    }

    private static long[] cdTable() {
        return TestEntries.cdTable(
                FEATURES, TestEntries.CD_TABLE, false, true, StreamTableEntry.S1DSS_SSID0);
    }

    private static long[] s1DssBypass() {
        return TestEntries.cdTable(
                FEATURES, TestEntries.CD_TABLE, false, true, StreamTableEntry.S1DSS_BYPASS);
    }

    private static long[] stalling() {
        return TestEntries.cdTable(
                FEATURES, TestEntries.CD_TABLE, true, false, StreamTableEntry.S1DSS_SSID0);
    }

    private static long[] stage2(final boolean mayStall) {
        return TestEntries.stage2(FEATURES, mayStall, !mayStall);
    }

    private static long[] sva() {
        final long[] cd = new long[8];
        ArmSmmuCd.makeS1(cd, TestEntries.WALK, 1997, true);
        return cd;
    }

    private static long[] released() {
        final long[] cd = new long[8];
        ArmSmmuCd.makeSvaReleased(cd, TestEntries.WALK, 1997, true, false);
        return cd;
    }

    private static long[] words(final long... first) {
        return Arrays.copyOf(first, 8);
    }

    private Change ste(final long[] from, final long[] to) {
        final Change change = new Change(from, to, true);
        change.run();
        return change;
    }

    private Change cd(final long[] from, final long[] to) {
        final Change change = new Change(from, to, false);
        change.run();
        return change;
    }

    /** One change, watched at each sync. */
    private final class Change extends ArmSmmuEntryWriter {
        private final long[] from;
        private final long[] to;
        private final boolean isSte;
        private final List<long[]> states = new ArrayList<>();
        private boolean wasInvalid;

        Change(final long[] from, final long[] to, final boolean isSte) {
            super(log, "test");
            this.from = from;
            this.to = to;
            this.isSte = isSte;
        }

        void run() {
            for (int i = 0; i < 8; i++) {
                memory.putLong(OFFSET + i * 8L, from[i]);
            }
            write(memory, OFFSET, to);
            assertArrayEquals(to, read());
            assertEquals(0, memory.getLong(OFFSET - 8), "nothing before");
            assertEquals(0, memory.getLong(OFFSET + 64), "nothing behind");
        }

        @Override
        void used(final long[] entry, final long[] used) {
            if (isSte) {
                ArmSmmuSte.used(entry, used);
            } else {
                ArmSmmuCd.used(entry, used);
            }
        }

        @Override
        void sync() {
            final long[] before = states.isEmpty() ? from : states.get(states.size() - 1);
            final long[] now = read();
            for (int mixture = 0; mixture < 256; mixture++) {
                final long[] seen = new long[8];
                for (int i = 0; i < 8; i++) {
                    seen[i] = (mixture >> i & 1) == 0 ? before[i] : now[i];
                }
                assertPromise(seen);
            }
            states.add(now);
            wasInvalid |= now[0] == 0;
        }

        private void assertPromise(final long[] seen) {
            final long[] heeded = heeded(seen);
            assertTrue(
                    Arrays.equals(heeded, heeded(from))
                            || Arrays.equals(heeded, heeded(to))
                            || seen[0] == 0,
                    () -> Arrays.toString(seen));
        }

        private long[] heeded(final long[] entry) {
            final long[] used = new long[8];
            used(entry, used);
            for (int i = 0; i < 8; i++) {
                used[i] &= entry[i];
            }
            return used;
        }

        private long[] read() {
            final long[] entry = new long[8];
            for (int i = 0; i < 8; i++) {
                entry[i] = memory.getLong(OFFSET + i * 8L);
            }
            return entry;
        }

        void expectSyncs(final int syncs) {
            assertEquals(syncs, states.size());
        }

        void expectHitless(final int syncs) {
            expectSyncs(syncs);
            assertFalse(wasInvalid);
        }

        void expectBreak(final int syncs) {
            expectSyncs(syncs);
            assertTrue(wasInvalid);
        }

        void expectStates(final long[]... expected) {
            assertEquals(expected.length, states.size());
            for (int i = 0; i < expected.length; i++) {
                final int sync = i;
                assertArrayEquals(expected[i], states.get(i), () -> "sync " + sync);
            }
        }
    }
}
