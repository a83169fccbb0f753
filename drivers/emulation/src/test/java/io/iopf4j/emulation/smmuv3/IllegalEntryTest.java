// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What makes an entry or a descriptor ILLEGAL, each against the nearest one that is legal. IHI
 * 0070, 5.2.2 and 5.4.
 */
final class IllegalEntryTest {
    private static final long S1 = TranslatorBench.s1(StreamTableEntry.CONFIG_S1, CONTEXTS);
    private static final long S2 = StreamTableEntry.word0(StreamTableEntry.CONFIG_S2);
    private static final long NESTED =
            TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS);
    private static final long EATS_FULL =
            (long) StreamTableEntry.EATS_FULL << StreamTableEntry.EATS_SHIFT;
    private static final long EATS_SPLIT =
            (long) StreamTableEntry.EATS_SPLIT << StreamTableEntry.EATS_SHIFT;
    private static final long BROKEN_WORD_2 = StreamTableEntry.S2HA;

    private TranslatorBench bench = new TranslatorBench();

    // ---- Stream table entry ---------------------------------------------------------------------

    @Test
    void shouldLookAtNothingButVAndConfigWhereNothingTranslates() {
        assertLegal(StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), -1, -1, -1);
        bench.ste(SID, StreamTableEntry.V | -1L << 4, -1, -1, -1);
        forget();
        final Translation found = bench.translate(SID, NO_SSID, IOVA, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertEquals(false, found.isRecorded);
    }

    @Test
    void shouldRefuseAnEntryThatIsNotValid() {
        assertIllegal(S1 & ~StreamTableEntry.V, 2, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"STAGE_1, 5", "STAGE_1, 7", "STAGE_2, 6", "STAGE_2, 7"})
    void shouldRefuseAStageThatIsNotBuiltIn(final SmmuFeature stage, final int config) {
        final long word0 = TranslatorBench.s1(config, CONTEXTS);
        assertLegal(word0, 2, STAGE_2, STAGE_2_TABLES);
        bench = new TranslatorBench(CONFIG.without(stage));
        assertIllegal(word0, 2, STAGE_2, STAGE_2_TABLES);
    }

    @Test
    void shouldRefuseSplitStageAts() {
        assertIllegal(NESTED, 2 | EATS_SPLIT, STAGE_2, STAGE_2_TABLES);
        assertIllegal(S1, 2 | EATS_SPLIT, 0, 0);
        assertEquals(
                List.of(NotModelled.SPLIT_STAGE_ATS, NotModelled.SPLIT_STAGE_ATS),
                bench.notModelled);
        bench = new TranslatorBench(CONFIG.without(SmmuFeature.PRI).without(SmmuFeature.ATS));
        assertLegal(NESTED, 2 | EATS_SPLIT, STAGE_2, STAGE_2_TABLES);
    }

    @Test
    void shouldRefuseFullAtsWhereStageTwoStalls() {
        final long stalls = STAGE_2 | StreamTableEntry.S2S;
        assertIllegal(NESTED, 2 | EATS_FULL, stalls, STAGE_2_TABLES);
        assertIllegal(S2, EATS_FULL, stalls, STAGE_2_TABLES);
        assertLegal(S1, 2 | EATS_FULL, StreamTableEntry.S2S, 0);
        assertLegal(NESTED, 2 | EATS_FULL, STAGE_2, STAGE_2_TABLES);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3})
    void shouldRefuseAReservedWorldWhereItCounts(final long strw) {
        final long word1 = 2 | strw << StreamTableEntry.STRW_SHIFT;
        assertIllegal(S1, word1, 0, 0);
        assertLegal(NESTED, word1, STAGE_2, STAGE_2_TABLES);
        bench = new TranslatorBench(CONFIG.without(SmmuFeature.HYP));
        assertLegal(S1, word1, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false", "2, false"})
    void shouldRefuseS1StalldWhereStallsAreNoChoice(final int model, final boolean isLegal) {
        bench = new TranslatorBench(CONFIG.withStallModel(model));
        assertIs(isLegal, S1, 2 | StreamTableEntry.S1STALLD, 0, 0);
    }

    @Test
    void shouldRefuseMoreContextsThanSubstreamsExist() {
        final int config = StreamTableEntry.CONFIG_S1;
        assertLegal(StreamTableEntry.word0(config, CONTEXTS, 8), 2, 0, 0);
        assertIllegal(StreamTableEntry.word0(config, CONTEXTS, 9), 2, 0, 0);
        bench = new TranslatorBench(CONFIG.withSsidBits(0));
        assertLegal(StreamTableEntry.word0(config, CONTEXTS, 31), 2, 0, 0);
    }

    @Test
    void shouldRefuseTwoLevelContextsThatAreNotBuiltIn() {
        bench = new TranslatorBench(CONFIG.without(SmmuFeature.TWO_LEVEL_CD_TABLE));
        assertIllegal(S1 | 1 << 4, 2, 0, 0);
        assertIllegal(S1 | 2 << 4, 2, 0, 0);
        assertLegal(S1 | 3 << 4, 2, 0, 0);
        assertLegal(
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, 0) | 1 << 4, 2, 0, 0);
    }

    @Test
    void shouldRefuseAContextPointerBeyondTheAddressSize() {
        bench = new TranslatorBench(CONFIG.withOas(1));
        assertLegal(TranslatorBench.s1(5, (1L << 36) - 64), 2, 0, 0);
        assertIllegal(TranslatorBench.s1(5, 1L << 36), 2, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, true, true", "1, true, false", "2, false, true"})
    void shouldRefuseAStallSettingAgainstTheModel(
            final int model, final boolean without, final boolean with) {
        bench = new TranslatorBench(CONFIG.withStallModel(model));
        assertIs(without, S2, 0, STAGE_2, STAGE_2_TABLES);
        assertIs(with, S2, 0, STAGE_2 | StreamTableEntry.S2S, STAGE_2_TABLES);
    }

    @Test
    void shouldRefuseAndReportWhatStageTwoDoesNotDo() {
        assertIllegal(S2, 0, STAGE_2 & ~StreamTableEntry.S2AA64, STAGE_2_TABLES);
        assertIllegal(S2, 0, STAGE_2 | StreamTableEntry.S2ENDI, STAGE_2_TABLES);
        assertIllegal(S2, 0, STAGE_2 | StreamTableEntry.S2HA, STAGE_2_TABLES);
        assertIllegal(S2, 0, STAGE_2 | StreamTableEntry.S2HD, STAGE_2_TABLES);
        assertEquals(
                List.of(
                        NotModelled.AARCH32_TABLES,
                        NotModelled.BIG_ENDIAN_TABLES,
                        NotModelled.HARDWARE_TABLE_UPDATE,
                        NotModelled.HARDWARE_TABLE_UPDATE),
                bench.notModelled);
    }

    @ParameterizedTest
    @CsvSource({
        // T0SZ, SL0, TG: out of range, or a start level that does not fit.
        "15, 2, 0",
        "40, 0, 0",
        "0, 2, 0",
        "63, 0, 0", // The size itself.
        "20, 1, 0", // 32 tables of level 1.
        "25, 2, 0", // One entry of level 0.
        "29, 0, 0", // 32 tables of level 2.
        "34, 1, 0", // One entry of level 1.
        "24, 3, 0",
        "24, 3, 1",
        "24, 3, 2", // Reserved levels.
        "24, 1, 3", // A reserved granule.
        "16, 1, 2", // 16 KiB: 2^12 tables of level 2.
        "28, 2, 2", // 16 KiB: one entry of level 1.
        "17, 1, 1", // 64 KiB: 32 tables of level 2.
        "22, 2, 1" // 64 KiB: one entry of level 1.
    })
    void shouldRefuseAStageTwoSizeOrStart(final int t0sz, final int sl0, final int tg) {
        assertIllegal(S2, 0, stageTwo(t0sz, sl0, tg), 0);
    }

    @ParameterizedTest
    @CsvSource({"GRANULE_4K, 0, 2", "GRANULE_16K, 2, 1", "GRANULE_64K, 1, 3"})
    void shouldRefuseAGranuleThatIsNotBuiltIn(
            final SmmuFeature granule, final int tg, final int tg1) {
        final long word2 = stageTwo(25, 1, tg);
        final long above = context(RA | ContextDescriptor.EPD0 | tg1 << 22 | 16 << 16);
        assertLegal(S2, 0, word2, 0);
        assertContext(true, context(RA | tg << 6), TABLES, 0);
        assertContext(true, above & ~ContextDescriptor.EPD1, 0, TABLES);
        bench = new TranslatorBench(CONFIG.without(granule));
        assertIllegal(S2, 0, word2, 0);
        assertContext(false, context(RA | tg << 6), TABLES, 0);
        assertContext(false, above & ~ContextDescriptor.EPD1, 0, TABLES);
    }

    @ParameterizedTest
    @CsvSource({
        // OAS, T0SZ, SL0, TG: what a small address size rules out.
        "2, 24, 1, 0, true", "2, 23, 1, 0, false", // 40 bits.
        "3, 24, 2, 0, false", "4, 24, 2, 0, true", // No level 0 up to 42 bits.
        "2, 24, 2, 2, false", "3, 24, 1, 2, true",
        "3, 22, 2, 1, false", "4, 21, 2, 1, true"
    })
    void shouldRefuseWhatTheAddressSizeRulesOut(
            final int oas, final int t0sz, final int sl0, final int tg, final boolean isLegal) {
        bench = new TranslatorBench(CONFIG.withOas(oas));
        assertIs(isLegal, S2, 0, stageTwo(t0sz, sl0, tg), 0);
    }

    @Test
    void shouldRefuseStageTwoTablesBeyondTheirOutputSize() {
        final long word2 = STAGE_2 & ~(7L << StreamTableEntry.S2PS_SHIFT); // 32 bits.
        assertLegal(S2, 0, word2, 0xffff_e000L);
        assertIllegal(S2, 0, word2, 1L << 32);
    }

    @Test
    void shouldRefuseALongVmidWhereItIsUsedAndShort() {
        bench = new TranslatorBench(CONFIG.without(SmmuFeature.VMID16));
        assertLegal(S2, 0, STAGE_2 | 0xff, STAGE_2_TABLES);
        assertIllegal(S2, 0, STAGE_2 | 0x100, STAGE_2_TABLES);
        assertIllegal(S1, 2, 0x100, 0);
        assertLegal(
                S1, 2 | (long) StreamTableEntry.STRW_EL2 << StreamTableEntry.STRW_SHIFT, 0x100, 0);
        bench =
                new TranslatorBench(
                        CONFIG.without(SmmuFeature.VMID16).without(SmmuFeature.STAGE_2));
        assertLegal(S1, 2, 0x100, 0);
    }

    @Test
    void shouldNotLookAtStageTwoOfAnEntryWithoutIt() {
        assertLegal(S1, 2, BROKEN_WORD_2, -1);
        assertLegal(S2 | -64L << 4, StreamTableEntry.S1STALLD, STAGE_2, STAGE_2_TABLES);
    }

    // ---- Context descriptor ---------------------------------------------------------------------

    @Test
    void shouldRefuseAContextThatIsNotValid() {
        assertContext(false, context(RA) & ~ContextDescriptor.V, TABLES, 0);
    }

    @Test
    void shouldRefuseAContextThatStallsAgainstTheEntry() {
        bench.ste(SID, S1, 2 | StreamTableEntry.S1STALLD, 0, 0);
        useContext(context(RA | ContextDescriptor.S), TABLES, 0);
        bench.assertAborts(Events.C_BAD_CD, IOVA);
    }

    @Test
    void shouldRefuseReadAsZeroWhereTerminationAborts() {
        bench = new TranslatorBench(CONFIG.with(SmmuFeature.TERMINATE_ABORTS));
        assertContext(true, context(RA), TABLES, 0);
        assertContext(false, context(ContextDescriptor.R), TABLES, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, true, true", "1, true, false", "2, false, true"})
    void shouldRefuseAStallBitAgainstTheModel(
            final int model, final boolean without, final boolean with) {
        bench = new TranslatorBench(CONFIG.withStallModel(model));
        assertContext(without, context(RA), TABLES, 0);
        assertContext(with, context(RA | ContextDescriptor.S), TABLES, 0);
    }

    @Test
    void shouldRefuseAndReportWhatStageOneDoesNotDo() {
        assertContext(false, context(RA | ContextDescriptor.ENDI), TABLES, 0);
        assertContext(false, context(RA) & ~ContextDescriptor.AA64, TABLES, 0);
        assertContext(false, context(RA | ContextDescriptor.HA), TABLES, 0);
        assertContext(false, context(RA | ContextDescriptor.HD), TABLES, 0);
        assertEquals(
                List.of(
                        NotModelled.BIG_ENDIAN_TABLES,
                        NotModelled.AARCH32_TABLES,
                        NotModelled.HARDWARE_TABLE_UPDATE,
                        NotModelled.HARDWARE_TABLE_UPDATE),
                bench.notModelled);
    }

    @Test
    void shouldNotCareForByteOrderWithoutTables() {
        useContext(context(RA | ContextDescriptor.ENDI | ContextDescriptor.EPD0), TABLES, 0);
        bench.ste(SID, S1, 2, 0, 0);
        bench.assertAborts(Events.F_TRANSLATION, IOVA);
    }

    @Test
    void shouldRefuseALongAsidWhereTheyAreShort() {
        final long longAsid = (context(RA) & ~(0xffffL << 48)) | 0x100L << 48;
        assertContext(true, longAsid, TABLES, 0);
        bench = new TranslatorBench(CONFIG.without(SmmuFeature.ASID16));
        assertContext(false, longAsid, TABLES, 0);
        assertContext(true, ((longAsid >>> 1) & (0xffL << 48)) | context(RA), TABLES, 0);
    }

    @ParameterizedTest
    @CsvSource({"15, false", "16, true", "39, true", "40, false", "0, false", "63, false"})
    void shouldRefuseASizeOutOfRangeInEitherHalf(final int size, final boolean isLegal) {
        final long without = context(RA) & ~0x3fL;
        assertContext(isLegal, without | size, TABLES, 0);
        final long above = (without & ~ContextDescriptor.EPD1) | ContextDescriptor.EPD0 | 2 << 22;
        assertContext(isLegal, above | (long) size << 16, 0, TABLES);
    }

    @Test
    void shouldRefuseReservedGranulesInEitherHalf() {
        assertContext(false, context(RA | 3 << 6), TABLES, 0);
        final long above = context(RA | ContextDescriptor.EPD0 | 16 << 16);
        assertContext(false, above & ~ContextDescriptor.EPD1, 0, TABLES);
        assertContext(true, above, 0, TABLES); // Not walked, not looked at.
    }

    @Test
    void shouldRefuseTablesBeyondTheOutputSizeInEitherHalf() {
        final long narrow = ContextDescriptor.word0(48, 0, 0, false); // 32 bits.
        assertContext(true, narrow, 0xffff_f000L, -1);
        assertContext(false, narrow, 1L << 32, 0);
        final long above =
                (narrow & ~ContextDescriptor.EPD1) | ContextDescriptor.EPD0 | 2 << 22 | 16 << 16;
        assertContext(false, above, 0, 1L << 32);
        assertContext(true, above, 1L << 32, TABLES);
    }

    // ---- What tests use -------------------------------------------------------------------------

    private void useContext(final long word0, final long ttb0, final long ttb1) {
        bench.cd(SSID, word0, ttb0, ttb1);
    }

    private void assertContext(
            final boolean isLegal, final long word0, final long ttb0, final long ttb1) {
        bench.ste(SID, S1, 2, 0, 0);
        bench.map(IOVA, PAGE | LEAF);
        useContext(word0, ttb0, ttb1);
        forget();
        final Translation found = bench.read(IOVA);
        assertEquals(isLegal, found.eventNumber != Events.C_BAD_CD, "event " + found.eventNumber);
        if (!isLegal) {
            assertEquals(Translation.Outcome.ABORT, found.outcome);
        }
    }

    private void assertLegal(
            final long word0, final long word1, final long word2, final long word3) {
        assertIs(true, word0, word1, word2, word3);
    }

    private void assertIllegal(
            final long word0, final long word1, final long word2, final long word3) {
        assertIs(false, word0, word1, word2, word3);
    }

    private void assertIs(
            final boolean isLegal,
            final long word0,
            final long word1,
            final long word2,
            final long word3) {
        bench.ste(SID, word0, word1, word2, word3);
        forget();
        final Translation found = bench.translate(SID, NO_SSID, IOVA + OFFSET, READ);
        assertEquals(isLegal, found.eventNumber != Events.C_BAD_STE, "event " + found.eventNumber);
        if (!isLegal) {
            assertEquals(Translation.Outcome.ABORT, found.outcome);
            assertEquals(0, found.eventWord1 | found.eventWord2 | found.eventWord3);
        }
    }

    private void forget() {
        bench.command(Commands.cfgiSte(SID), 1);
    }
}
