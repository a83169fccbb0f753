// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.EXEC;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OUTSIDE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwo;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwoWord1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stage 2 alone: start levels and granules, what it allows, and what its faults say. */
final class StageTwoWalkTest {
    private static final long S2 = StreamTableEntry.word0(StreamTableEntry.CONFIG_S2);
    private static final long FAR_IN = 0x12_3456_7678L;

    private final TranslatorBench bench = TranslatorBench.stageTwo();

    // ---- Start level, granule, size -------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // T0SZ, SL0, TG, granule, start level.
        "16, 2, 0, 12, 0",
        "24, 1, 0, 12, 1", // 2 tables of level 1.
        "21, 1, 0, 12, 1", // 16 of them.
        "25, 1, 0, 12, 1",
        "33, 1, 0, 12, 1", // 2 entries.
        "34, 0, 0, 12, 2",
        "30, 0, 0, 12, 2", // 16 tables of level 2.
        "39, 0, 0, 12, 2",
        "16, 2, 2, 14, 1", // 2 tables of level 1.
        "24, 1, 2, 14, 2",
        "17, 2, 2, 14, 1",
        "30, 1, 2, 14, 2",
        "39, 0, 2, 14, 3",
        "16, 2, 1, 16, 1",
        "22, 1, 1, 16, 2",
        "18, 1, 1, 16, 2", // 16 tables of level 2.
        "36, 0, 1, 16, 3"
    })
    void shouldStartWhereSl0Says(
            final int t0sz, final int sl0, final int tg, final int granule, final int level) {
        bench.ste(SID, S2, 0, stageTwo(t0sz, sl0, tg), STAGE_2_TABLES);
        // The last page that there is, so that every bit of the index counts.
        final long ipa = (1L << (64 - t0sz)) - (1L << granule) + 8;
        bench.map(STAGE_2_TABLES, granule, level, 3, ipa, PAGE | LEAF_2);
        bench.assertTranslates(PAGE + 8, SID, NO_SSID, ipa, READ);
    }

    @ParameterizedTest
    @CsvSource({"2, 21", "1, 30"})
    void shouldFindABlock(final int level, final int shift) {
        final long block = (LEAF_2 & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
        bench.map(STAGE_2_TABLES, 12, 1, level, IOVA, (PAGE & -(1L << shift)) | block);
        final long offset = IOVA & ((1L << shift) - 1);
        bench.assertTranslates((PAGE & -(1L << shift)) | offset, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldAlignTheTablesByTheirSize() {
        // Two tables of 4 KiB: bit 12 does not count.
        bench.ste(SID, S2, 0, STAGE_2, STAGE_2_TABLES + 0x1000);
        bench.mapStageTwo(IOVA, PAGE | LEAF_2);
        bench.assertTranslates(PAGE + OFFSET, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldFaultBeyondTheInputSize() {
        final long ipa = 1L << 40;
        assertRecord(
                bench.translate(SID, NO_SSID, ipa + 5, READ),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_IN),
                ipa + 5,
                ipa);
    }

    @Test
    void shouldAbortBeyondTheAddressSizeBeforeStageTwoLooks() {
        bench.ste(SID, S2, 0, STAGE_2 | StreamTableEntry.S2S, STAGE_2_TABLES);
        final Translation found = bench.translate(SID, NO_SSID, 1L << 48, WRITE);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertRecord(found, Events.F_ADDR_SIZE, Events.classBits(Events.CLASS_IN), 1L << 48, 0);
    }

    @Test
    void shouldRefuseASubstream() {
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, SID, SSID, IOVA, READ);
    }

    // ---- Faults ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldFaultOnAnInvalidDescriptorAtEachLevel(final int level) {
        bench.map(STAGE_2_TABLES, 12, 1, level, FAR_IN, 0);
        assertRecord(
                bench.translate(SID, NO_SSID, FAR_IN, WRITE),
                Events.F_TRANSLATION,
                stageTwoWord1(false, Events.CLASS_IN),
                FAR_IN,
                FAR_IN & -0x1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldRecordATableOutsideMemory(final int level) {
        final long slot = bench.slot(STAGE_2_TABLES, 12, 1, level, FAR_IN);
        if (level == 3) {
            bench.ste(SID, S2, 0, STAGE_2 | StreamTableEntry.S2S, OUTSIDE);
        } else {
            bench.memory.writeLong(slot, OUTSIDE | PageDescriptor.TABLE_OR_PAGE);
        }
        final long index = level == 3 ? FAR_IN >>> 30 : (FAR_IN >>> (12 + 9 * (2 - level))) & 0x1ff;
        final Translation found = bench.translate(SID, NO_SSID, FAR_IN, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertRecord(
                found,
                Events.F_WALK_EABT,
                stageTwoWord1(true, Events.CLASS_IN),
                FAR_IN,
                OUTSIDE + 8 * index);
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 3", "3, 0"})
    void shouldFaultOnAnAddressBeyondTheOutputSizeAtEachLevel(final int level, final int s2ps) {
        final long word2 =
                (STAGE_2 & ~(7L << StreamTableEntry.S2PS_SHIFT))
                        | (long) s2ps << StreamTableEntry.S2PS_SHIFT;
        bench.ste(SID, S2, 0, word2, STAGE_2_TABLES);
        final int bits = s2ps == 0 ? 32 : 42;
        bench.map(STAGE_2_TABLES, 12, 1, level, IOVA, 1L << bits | LEAF_2);
        bench.assertAborts(Events.F_ADDR_SIZE, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldCapTheOutputSizeAtTheSmmus() {
        final TranslatorBench narrow = new TranslatorBench(TranslatorBench.CONFIG.withOas(2));
        narrow.ste(SID, S2, 0, STAGE_2, STAGE_2_TABLES);
        narrow.mapStageTwo(IOVA, 1L << 40 | LEAF_2);
        narrow.assertAborts(Events.F_ADDR_SIZE, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldFaultWithoutAccessFlag() {
        bench.mapStageTwo(IOVA, PAGE | (LEAF_2 & ~PageDescriptor.AF));
        bench.assertAborts(Events.F_ACCESS, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldNotLookAtTheAccessFlagWhenTold() {
        bench.ste(SID, S2, 0, STAGE_2 | StreamTableEntry.S2AFFD, STAGE_2_TABLES);
        bench.mapStageTwo(IOVA, PAGE | (LEAF_2 & ~PageDescriptor.AF));
        bench.assertTranslates(PAGE + OFFSET, SID, NO_SSID, IOVA, READ);
    }

    @ParameterizedTest
    @CsvSource({
        // S2AP and XN, and which of read, write, execute are allowed.
        "0x0000000000000000, false, false, true",
        "0x0000000000000040, true, false, true",
        "0x0000000000000080, false, true, true",
        "0x00000000000000c0, true, true, true",
        "0x00400000000000c0, true, true, false"
    })
    void shouldAllowWhatS2apAndXnSay(
            final String bits, final boolean reads, final boolean writes, final boolean executes) {
        final long allowed = Long.decode(bits);
        bench.mapStageTwo(
                IOVA,
                PAGE
                        | (LEAF_2 & ~(PageDescriptor.S2AP_READ | PageDescriptor.S2AP_WRITE))
                        | allowed);
        assertAllowed(reads, READ);
        assertAllowed(writes, WRITE);
        assertAllowed(executes, READ | EXEC);
    }

    private void assertAllowed(final boolean isAllowed, final int perm) {
        if (isAllowed) {
            bench.assertTranslates(PAGE + OFFSET, SID, NO_SSID, IOVA, perm);
        } else {
            bench.assertAborts(Events.F_PERMISSION, SID, NO_SSID, IOVA, perm);
        }
    }

    // ---- S2S and S2R ----------------------------------------------------------------------------

    @Test
    void shouldStallAndRecordWhateverS2rSays() {
        bench.ste(SID, S2, 0, stageTwo(24, 1, 0) | StreamTableEntry.S2S, STAGE_2_TABLES);
        final Translation found = bench.translate(SID, NO_SSID, IOVA, READ);
        assertEquals(Translation.Outcome.STALL, found.outcome);
        assertRecord(
                found,
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_IN),
                IOVA,
                IOVA - OFFSET);
    }

    @Test
    void shouldAbortSilentlyWithoutS2r() {
        bench.ste(SID, S2, 0, stageTwo(24, 1, 0), STAGE_2_TABLES);
        final Translation found = bench.translate(SID, NO_SSID, IOVA, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertFalse(found.isRecorded);
    }
}
