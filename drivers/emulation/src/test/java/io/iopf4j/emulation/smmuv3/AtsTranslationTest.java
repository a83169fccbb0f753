// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.ASID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.EXEC;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OUTSIDE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PRIV;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STREAM_TABLE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.s1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Translation requests, translated accesses, and what an entry says of them. IHI 0070, 3.9.1. */
final class AtsTranslationTest {
    private static final long FULL = 1L << StreamTableEntry.EATS_SHIFT;
    private static final long S1 = s1(StreamTableEntry.CONFIG_S1, CONTEXTS);
    private static final int ALL = READ | WRITE | EXEC;

    private TranslatorBench bench = TranslatorBench.stageOne();

    AtsTranslationTest() {
        bench.ste(SID, S1, 2 | FULL, VMID, 0);
        bench.map(IOVA, PAGE | LEAF);
    }

    private Translation request(final int perm) {
        return bench.translator.translateForAts(SID, SSID, IOVA, perm);
    }

    private static void assertAnswers(
            final long output, final int log2, final int permissions, final Translation found) {
        assertEquals(Translation.Outcome.TRANSLATED, found.outcome);
        assertFalse(found.isRecorded);
        assertEquals(permissions, found.permissions);
        if (permissions != 0) {
            assertEquals(output, found.outputAddress);
            assertEquals(log2, found.log2Bytes);
        }
    }

    // ---- Translation requests -------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // The leaf's bits, whether privileged, and what is granted: 1 read, 2 write, 4 execute.
        "0x40, 0, 7",
        "0xc0, 0, 5",
        "0x40000000000040, 0, 3",
        "0x00, 8, 7",
        "0x20000000000000, 8, 3"
    })
    void shouldGrantWhatTheTablesAllow(final String leaf, final int priv, final int granted) {
        bench.map(IOVA, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED) | Long.decode(leaf));
        assertAnswers(PAGE + OFFSET, 12, granted, request(READ | priv));
        assertAnswers(PAGE + OFFSET, 12, granted, request(WRITE | priv));
    }

    @Test
    void shouldSayHowLargeABlockIs() {
        final long start = PAGE & -0x20_0000L;
        bench.memory.writeLong(
                bench.slot(TABLES, 12, 0, 2, IOVA),
                start | (LEAF & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK);
        assertAnswers(start + (IOVA & 0x1f_ffff), 21, ALL, request(READ));
        assertAnswers(start + (IOVA & 0x1f_ffff), 21, ALL, request(READ));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 1L << 47 | 0x443})
    void shouldGrantNothingSilentlyWhereAFaultWouldBe(final long leaf) {
        // No translation; no access flag; beyond 42 bits of output. Stalls do not count.
        bench.cd(SSID, ContextDescriptor.word0(48, 3, ASID, true), TABLES, 0);
        bench.map(IOVA, leaf);
        assertAnswers(0, 0, 0, request(WRITE));
    }

    @Test
    void shouldMeetBothStages() {
        bench = TranslatorBench.nested();
        bench.ste(
                SID,
                s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS),
                2 | FULL,
                STAGE_2,
                STAGE_2_TABLES);
        assertAnswers(PAGE + OFFSET, 12, ALL, request(READ));
        bench.command(Commands.tlbiS12Vmall(VMID), 0);
        bench.mapStageTwo(IPA + PAGE, PAGE | (LEAF_2 & ~PageDescriptor.S2AP_WRITE));
        assertAnswers(PAGE + OFFSET, 12, READ | EXEC, request(WRITE));
        assertAnswers(PAGE + OFFSET, 12, READ | EXEC, request(WRITE));
        bench.command(Commands.tlbiS12Vmall(VMID), 0);
        bench.mapStageTwo(IPA + PAGE, 0);
        assertAnswers(0, 0, 0, request(READ));
        bench.mapStageTwo(IPA + CONTEXTS, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertAnswers(0, 0, 0, request(READ));
    }

    @Test
    void shouldNotGoOnToStageTwoForAnAddressThatMayNotBeUsed() {
        bench = TranslatorBench.nested();
        bench.ste(
                SID,
                s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS),
                2 | FULL,
                STAGE_2,
                STAGE_2_TABLES);
        // Stage 2 would abort on a table outside memory, which is an error and no fault.
        bench.mapNested(
                IOVA,
                IPA + 0x1_0000_0000L
                        | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED)
                        | PageDescriptor.UXN);
        bench.memory.writeLong(
                bench.slot(STAGE_2_TABLES, 12, 1, 1, IPA + 0x1_0000_0000L),
                OUTSIDE | PageDescriptor.TABLE_OR_PAGE);
        assertAnswers(0, 0, 0, request(READ));
        assertEquals(Translation.Outcome.ABORT, request(READ | PRIV).outcome);
    }

    @Test
    void shouldGrantEverythingWhereStageOneIsBypassed() {
        bench.ste(SID, S1, StreamTableEntry.S1DSS_BYPASS | FULL, VMID, 0);
        assertAnswers(IOVA, 12, ALL, bench.translator.translateForAts(SID, NO_SSID, IOVA, READ));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldNotSupportAStreamThatAborts(final int config) {
        bench.ste(SID, StreamTableEntry.word0(config), FULL, 0, 0);
        final Translation found = request(READ);
        assertEquals(Translation.Outcome.UNSUPPORTED, found.outcome);
        assertFalse(found.isRecorded);
    }

    @ParameterizedTest
    @CsvSource({"5, 0", "5, 3", "4, 1"})
    void shouldNotSupportAStreamWithoutAts(final int config, final long eats) {
        bench.ste(SID, s1(config, CONTEXTS), 2 | eats << StreamTableEntry.EATS_SHIFT, 0, 0);
        final Translation found = request(READ);
        assertEquals(Translation.Outcome.UNSUPPORTED, found.outcome);
        assertTrue(found.isRecorded);
        assertEquals(Events.F_BAD_ATS_TREQ, found.eventNumber);
    }

    @Test
    void shouldAbortOnErrorsOfTheConfiguration() {
        assertErrorOfRequest(Events.C_BAD_STREAMID, 0x100, SSID);
        bench.ste(SID, 0, 0, 0, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertErrorOfRequest(Events.C_BAD_STE, SID, SSID);
        bench.ste(SID, S1, 2 | FULL, VMID, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertErrorOfRequest(Events.C_BAD_SUBSTREAMID, SID, 0x40);
        assertErrorOfRequest(Events.F_STREAM_DISABLED, SID, 0);
        assertErrorOfRequest(Events.C_BAD_CD, SID, 1);
        bench.memory.writeLong(TABLES, OUTSIDE | PageDescriptor.TABLE_OR_PAGE);
        bench.command(Commands.tlbiNhAll(VMID), 0);
        assertErrorOfRequest(Events.F_WALK_EABT, SID, SSID);
        bench.ste(SID, s1(StreamTableEntry.CONFIG_S1, OUTSIDE), 2 | FULL, VMID, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertErrorOfRequest(Events.F_CD_FETCH, SID, SSID);
        bench.translator.setStreamTable(OUTSIDE, 8, true);
        bench.command(Commands.cfgiSte(SID), 1);
        assertErrorOfRequest(Events.F_STE_FETCH, SID, SSID);
    }

    private void assertErrorOfRequest(final int event, final int sid, final int ssid) {
        final Translation found = bench.translator.translateForAts(sid, ssid, IOVA, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertEquals(event, found.eventNumber);
        assertTrue(found.isRecorded);
    }

    @Test
    void shouldNotRecordABadStreamOfARequestWithoutRecinvsid() {
        bench.translator.setStreamTable(STREAM_TABLE, 8, false);
        assertFalse(bench.translator.translateForAts(0x100, -1, IOVA, READ).isRecorded);
        assertTrue(bench.translator.checkTranslated(0x100, -1, IOVA, READ).isRecorded);
    }

    @Test
    void shouldShareCachedTranslationsWithAccesses() {
        assertAnswers(PAGE + OFFSET, 12, ALL, request(READ));
        bench.map(IOVA, 0);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    // ---- Translated accesses --------------------------------------------------------------------

    private Translation check(final int perm) {
        return bench.translator.checkTranslated(SID, NO_SSID, PAGE + 8, perm);
    }

    @Test
    void shouldPassATranslatedAccess() {
        final Translation found = check(WRITE);
        assertEquals(Translation.Outcome.TRANSLATED, found.outcome);
        assertEquals(PAGE + 8, found.outputAddress);
    }

    @ParameterizedTest
    @CsvSource({"5, 0", "5, 3", "4, 1", "6, 0"})
    void shouldForbidATranslatedAccessWithoutAts(final int config, final long eats) {
        bench.ste(
                SID,
                s1(config, CONTEXTS),
                2 | eats << StreamTableEntry.EATS_SHIFT,
                STAGE_2,
                STAGE_2_TABLES);
        final Translation found = check(READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertFalse(found.hasSubstream);
        assertRecord(found, Events.F_TRANSL_FORBIDDEN, Events.RNW, PAGE + 8, 0);
        assertRecord(check(WRITE), Events.F_TRANSL_FORBIDDEN, 0, PAGE + 8, 0);
    }

    @Test
    void shouldAbortATranslatedAccessSilentlyWhereTheStreamAborts() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT), FULL, 0, 0);
        final Translation found = check(READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertFalse(found.isRecorded);
    }

    @Test
    void shouldAbortATranslatedAccessOnErrorsOfTheConfiguration() {
        bench.ste(SID, 0, 0, 0, 0);
        final Translation found = check(READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertEquals(Events.C_BAD_STE, found.eventNumber);
    }

    // ---- PPAR and MEV ---------------------------------------------------------------------------

    @Test
    void shouldAnswerOverflowsAsPparSays() {
        assertEquals(0, bench.translator.answersOverflowWithPasid(SID));
        bench.ste(SID, S1, 2 | FULL | StreamTableEntry.PPAR, VMID, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertEquals(1, bench.translator.answersOverflowWithPasid(SID));
        assertEquals(-1, bench.translator.answersOverflowWithPasid(SID + 1));
        assertEquals(-1, bench.translator.answersOverflowWithPasid(0x100));
    }

    @Test
    void shouldSayWhatMayBeMerged() {
        assertFalse(bench.read(0).mayMerge);
        bench.ste(SID, S1, 2 | StreamTableEntry.MEV, VMID, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertTrue(bench.read(0).mayMerge);
        // Before an entry could say so, and of one that says nothing valid.
        assertFalse(bench.translate(0x100, NO_SSID, 0, READ).mayMerge);
        assertFalse(bench.translate(SID + 1, NO_SSID, 0, READ).mayMerge);
    }
}
