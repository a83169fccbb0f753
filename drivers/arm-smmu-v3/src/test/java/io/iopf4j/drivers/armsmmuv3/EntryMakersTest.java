// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whole entries, bit for bit, as Linux 6.12 builds them for its unit tests and for others. */
final class EntryMakersTest {
    private static final int STALLS_AND_TYPES =
            ArmSmmuFeatures.STALLS | ArmSmmuFeatures.OVERRIDES_TYPES;
    private static final ArmSmmuFeatures FEATURES = TestEntries.features(STALLS_AND_TYPES);

    private final long[] entry = new long[8];

    private static void assertWords(final long[] actual, final long... expected) {
        assertEquals(hex(Arrays.copyOf(expected, 8)), hex(actual));
    }

    private static String hex(final long[] words) {
        return Arrays.stream(words).mapToObj(Long::toHexString).collect(Collectors.joining(" "));
    }

    @Test
    void shouldMakeAbort() {
        Arrays.fill(entry, -1);
        ArmSmmuSte.makeAbort(entry);
        assertWords(entry, 0x1);
    }

    @Test
    void shouldMakeBypass() {
        Arrays.fill(entry, -1);
        ArmSmmuSte.makeBypass(entry, FEATURES);
        assertWords(entry, 0x9, 0x1000_0000_0000L);
        ArmSmmuSte.makeBypass(entry, TestEntries.features(0));
        assertWords(entry, 0x9);
    }

    @Test
    void shouldMakeCdTable() {
        assertWords(
                TestEntries.cdTable(
                        FEATURES, TestEntries.CD_TABLE, false, true, StreamTableEntry.S1DSS_SSID0),
                0xf800_f0f0_f0f0_f0ebL,
                0x1800_00d6L);
        assertWords(
                TestEntries.cdTable(
                        FEATURES, TestEntries.CD_TABLE, false, true, StreamTableEntry.S1DSS_BYPASS),
                0xf800_f0f0_f0f0_f0ebL,
                0x1000_1800_00d5L);
        assertWords(
                TestEntries.cdTable(
                        FEATURES, 0x4b_4b4b_4b4bL, false, true, StreamTableEntry.S1DSS_BYPASS),
                0xf800_004b_4b4b_4b6bL,
                0x1000_1800_00d5L);
        assertWords(
                TestEntries.cdTable(
                        FEATURES, TestEntries.CD_TABLE, true, false, StreamTableEntry.S1DSS_SSID0),
                0xf800_f0f0_f0f0_f0ebL,
                0xd6L);
    }

    @Test
    void shouldMakeCdTableOfEl2() {
        final ArmSmmuFeatures el2 = TestEntries.features(ArmSmmuFeatures.E2H);
        assertWords(
                TestEntries.cdTable(
                        el2, TestEntries.CD_TABLE, false, false, StreamTableEntry.S1DSS_BYPASS),
                0xf800_f0f0_f0f0_f0ebL,
                0x8000_00d5L);
    }

    @Test
    void shouldMakeStage2() {
        assertWords(
                TestEntries.stage2(FEATURES, false, true),
                0xd,
                0x1000_1000_0000L,
                0x0449_b6c4_0000_0000L,
                0x000d_beef_dead_bee0L);
        assertWords(
                TestEntries.stage2(FEATURES, true, false),
                0xd,
                0x1000_0000_0000L,
                0x0649_b6c4_0000_0000L,
                0x000d_beef_dead_bee0L);
        ArmSmmuSte.makeS2Domain(entry, FEATURES, 0xabcd, 0, 0, false, false);
        assertEquals(0xabcd, entry[2] & 0xffff);
    }

    @Test
    void shouldMakeContexts() {
        final long ttb = 0x000d_beef_dead_bee0L;
        final long mair = 0x0abc_def0_1234_5678L;
        assertWords(TestEntries.s1Cd(1997), 0x07cd_e201_c000_3684L, ttb, 0, mair);
        assertWords(TestEntries.s1Cd(778), 0x030a_e201_c000_3684L, ttb, 0, mair);
        ArmSmmuCd.makeS1(entry, TestEntries.WALK, 1997, true);
        assertWords(entry, 0x07cd_f201_c000_3684L, ttb, 0, mair);
    }

    @Test
    void shouldMakeQuietContexts() {
        final long mair = 0x0abc_def0_1234_5678L;
        ArmSmmuCd.makeSvaReleased(entry, TestEntries.WALK, 1997, true, false);
        assertWords(entry, 0x07cd_c201_c000_4000L, 0, 0, mair);
        ArmSmmuCd.makeSvaReleased(entry, TestEntries.WALK, 1997, true, true);
        assertWords(entry, 0x07cd_f201_c000_4000L, 0, 0, mair);
    }
}
