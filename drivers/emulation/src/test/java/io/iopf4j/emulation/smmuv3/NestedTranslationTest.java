// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.ASID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
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
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwoWord1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both stages: what goes through stage 2, whose fault it is, and who decides what becomes of it.
 */
final class NestedTranslationTest {
    private static final long IPA_PAGE = IPA + PAGE;

    private final TranslatorBench bench = TranslatorBench.nested();

    @Test
    void shouldTranslateThroughBothStages() {
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldTranslateABlockPageByPage() {
        final long block = (LEAF & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
        bench.memory.writeLong(bench.nestedSlot(2, IOVA), (IPA_PAGE & -0x20_0000L) | block);
        final long first = (IPA_PAGE & -0x20_0000L) | (IOVA & 0x1f_f000);
        bench.mapStageTwo(first, PAGE | LEAF_2);
        bench.mapStageTwo(first + 0x1000, PAGE + 0x8000 | LEAF_2);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertReads(PAGE + 0x8000 + OFFSET, IOVA + 0x1000);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x5000, 0x1f_f000})
    void shouldDropEveryPieceOfABlockByAnyAddressInIt(final long named) {
        final long block = (LEAF & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
        final long from = IOVA & -0x20_0000L;
        bench.memory.writeLong(bench.nestedSlot(2, IOVA), (IPA_PAGE & -0x20_0000L) | block);
        bench.mapStageTwo((IPA_PAGE & -0x20_0000L) | (IOVA & 0x1f_f000), PAGE | LEAF_2);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.memory.writeLong(bench.nestedSlot(2, IOVA), 0);
        bench.command(Commands.tlbiNhVa(VMID, ASID), from + 0x20_0000);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.command(Commands.tlbiNhVa(VMID, ASID), from + named);
        bench.assertAborts(Events.F_TRANSLATION, IOVA);
    }

    // ---- 3.12: which stage decides --------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // S of the context, S2S of the entry; what a fault of stage 1 and of stage 2 come to.
        "false, false, ABORT, ABORT",
        "false, true, ABORT, STALL",
        "true, false, STALL, ABORT",
        "true, true, STALL, STALL"
    })
    void shouldLetTheFaultingStageDecide(
            final boolean stallsAtOne,
            final boolean stallsAtTwo,
            final Translation.Outcome one,
            final Translation.Outcome two) {
        bench.cd(SSID, context(RA | (stallsAtOne ? ContextDescriptor.S : 0)), IPA + TABLES, 0);
        bench.nestedSte(STAGE_2 | (stallsAtTwo ? StreamTableEntry.S2S : 0));
        bench.mapNested(IOVA + 0x1000, 0);
        bench.mapNested(IOVA + 0x2000, IPA_PAGE + 0x1000 | LEAF);
        final Translation ofOne = bench.read(IOVA + 0x1000);
        assertEquals(one, ofOne.outcome);
        assertRecord(
                ofOne,
                Events.F_TRANSLATION,
                Events.RNW | Events.classBits(Events.CLASS_IN),
                IOVA + 0x1000,
                0);
        final Translation ofTwo = bench.read(IOVA + 0x2000);
        assertEquals(two, ofTwo.outcome);
        assertRecord(
                ofTwo,
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_IN),
                IOVA + 0x2000,
                IPA_PAGE + 0x1000);
    }

    @Test
    void shouldAbortAtStageTwoThoughTheContextWantsReadAsZero() {
        bench.cd(SSID, context(0), IPA + TABLES, 0);
        bench.mapNested(IOVA, 0);
        assertEquals(Translation.Outcome.RAZ_WI, bench.read(IOVA).outcome);
        bench.mapNested(IOVA, IPA_PAGE + 0x1000 | LEAF);
        assertEquals(Translation.Outcome.ABORT, bench.read(IOVA).outcome);
    }

    // ---- Fetches through stage 2 ----------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFaultOnAContextThatStageTwoDoesNotMap(final boolean stalls) {
        bench.nestedSte(STAGE_2 | (stalls ? StreamTableEntry.S2S : 0));
        bench.mapStageTwo(IPA + CONTEXTS, 0);
        final Translation found = bench.translate(SID, SSID, IOVA, WRITE);
        assertEquals(stalls ? Translation.Outcome.STALL : Translation.Outcome.ABORT, found.outcome);
        assertRecord(
                found,
                Events.F_TRANSLATION,
                stageTwoWord1(false, Events.CLASS_CD),
                IOVA,
                IPA + CONTEXTS);
        bench.mapStageTwo(CONTEXTS);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldRecordAContextThatStageTwoMapsOutsideMemory() {
        bench.mapStageTwo(IPA + CONTEXTS, OUTSIDE | LEAF_2);
        assertRecord(bench.read(IOVA), Events.F_CD_FETCH, 0, 0, OUTSIDE + SSID * 64L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldFaultOnATableThatStageTwoDoesNotMap(final int level) {
        final long slot = bench.nestedSlot(level, IOVA);
        bench.mapStageTwo(IPA + slot, 0);
        assertRecord(
                bench.read(IOVA),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_TTD),
                IOVA,
                (IPA + slot) & -0x1000);
        bench.mapStageTwo(slot & -0x1000);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldRecordATableThatStageTwoMapsOutsideMemory() {
        final long slot = bench.nestedSlot(3, IOVA);
        bench.mapStageTwo(IPA + slot, OUTSIDE | LEAF_2);
        assertRecord(
                bench.read(IOVA),
                Events.F_WALK_EABT,
                Events.RNW | Events.classBits(Events.CLASS_TTD),
                IOVA,
                OUTSIDE | (slot & 0xfff));
    }

    @Test
    void shouldRecordATableOfStageTwoOutsideMemoryUnderAFetch() {
        final long slot = bench.nestedSlot(2, IOVA);
        final long above = bench.slot(STAGE_2_TABLES, 12, 1, 2, IPA + slot);
        bench.memory.writeLong(above, OUTSIDE | PageDescriptor.TABLE_OR_PAGE);
        // The context lies elsewhere, or its fetch would meet the same table.
        bench.nestedSte(STAGE_2 | StreamTableEntry.S2S);
        final long contexts = PAGE + 0x1000;
        bench.cdAt(contexts + SSID * 64L, context(RA), IPA + TABLES, 0);
        bench.ste(
                SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, IPA + contexts),
                2,
                STAGE_2,
                STAGE_2_TABLES);
        bench.mapStageTwo(contexts);
        bench.memory.writeLong(TABLES, 0);
        final long level0 = PAGE + 0x2000;
        bench.cdAt(contexts + SSID * 64L, context(RA), IPA + level0, 0);
        bench.mapStageTwo(level0);
        bench.memory.writeLong(level0, ((IPA + slot) & -0x1000) | PageDescriptor.TABLE_OR_PAGE);
        // The address lies below 1 GiB: the first entry.
        final long fetched = slot & -0x1000;
        assertRecord(
                bench.read(IOVA),
                Events.F_WALK_EABT,
                stageTwoWord1(true, Events.CLASS_TTD),
                IOVA,
                OUTSIDE + 8 * (((IPA + fetched) >>> 12) & 0x1ff));
    }

    @Test
    void shouldSayThatATableWasReadWhereStageTwoForbidsIt() {
        final long slot = bench.nestedSlot(3, IOVA);
        bench.mapStageTwo(IPA + slot, (slot & -0x1000) | (LEAF_2 & ~PageDescriptor.S2AP_READ));
        assertRecord(
                bench.translate(SID, SSID, IOVA, WRITE),
                Events.F_PERMISSION,
                stageTwoWord1(false, Events.CLASS_TTD) | Events.TTRNW,
                IOVA,
                (IPA + slot) & -0x1000);
    }

    @Test
    void shouldReadTablesThatMayNotBeWritten() {
        final long slot = bench.nestedSlot(3, IOVA);
        bench.mapStageTwo(IPA + slot, (slot & -0x1000) | (LEAF_2 & ~PageDescriptor.S2AP_WRITE));
        bench.assertTranslates(PAGE + OFFSET, SID, SSID, IOVA, WRITE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTablesOutOfDeviceMemoryWhenTold(final boolean isProtected) {
        bench.nestedSte(STAGE_2 | (isProtected ? StreamTableEntry.S2PTW : 0));
        final long slot = bench.nestedSlot(3, IOVA);
        bench.mapStageTwo(
                IPA + slot, (slot & -0x1000) | (LEAF_2 & ~PageDescriptor.S2_MEMATTR_WRITE_BACK));
        if (isProtected) {
            bench.assertAborts(Events.F_PERMISSION, IOVA);
        } else {
            bench.assertReads(PAGE + OFFSET, IOVA);
        }
    }

    @Test
    void shouldKeepContextsOutOfDeviceMemoryWhenTold() {
        bench.nestedSte(STAGE_2 | StreamTableEntry.S2PTW);
        bench.mapStageTwo(
                IPA + CONTEXTS, CONTEXTS | (LEAF_2 & ~PageDescriptor.S2_MEMATTR_WRITE_BACK));
        assertRecord(
                bench.read(IOVA),
                Events.F_PERMISSION,
                stageTwoWord1(true, Events.CLASS_CD),
                IOVA,
                IPA + CONTEXTS);
    }

    // ---- Permissions and order ------------------------------------------------------------------

    @Test
    void shouldCheckStageOneBeforeStageTwoLooksAtTheOutput() {
        bench.mapNested(IOVA, IPA_PAGE + 0x1000 | LEAF | PageDescriptor.AP_READ_ONLY);
        assertRecord(
                bench.translate(SID, SSID, IOVA, WRITE),
                Events.F_PERMISSION,
                Events.classBits(Events.CLASS_IN),
                IOVA,
                0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBlameStageTwoForWhatItForbids(final boolean isCached) {
        bench.mapStageTwo(IPA_PAGE, PAGE | (LEAF_2 & ~PageDescriptor.S2AP_WRITE));
        if (isCached) {
            bench.assertReads(PAGE + OFFSET, IOVA);
        }
        assertRecord(
                bench.translate(SID, SSID, IOVA, WRITE),
                Events.F_PERMISSION,
                stageTwoWord1(false, Events.CLASS_IN),
                IOVA,
                IPA_PAGE);
    }

    @Test
    void shouldForbidExecutionAtStageTwo() {
        bench.mapStageTwo(IPA_PAGE, PAGE | LEAF_2 | PageDescriptor.S2_XN);
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, IOVA, READ | EXEC);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldFaultOnAnOutputBeyondTheInputSizeOfStageTwo() {
        bench.mapNested(IOVA, 1L << 40 | LEAF);
        assertRecord(
                bench.read(IOVA),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_IN),
                IOVA,
                1L << 40);
    }

    @Test
    void shouldBlameStageOneForAnOutputBeyondItsOutputSize() {
        // IPS 2 is 40 bits.
        bench.cd(
                SSID, ContextDescriptor.word0(48, 2, TranslatorBench.ASID, false), IPA + TABLES, 0);
        bench.mapNested(IOVA, 1L << 40 | LEAF);
        assertRecord(
                bench.read(IOVA),
                Events.F_ADDR_SIZE,
                Events.RNW | Events.classBits(Events.CLASS_IN),
                IOVA,
                0);
    }

    // ---- Stage 1 bypassed -----------------------------------------------------------------------

    @Test
    void shouldPassTheInputToStageTwoWhereS1DssBypasses() {
        bypassStageOne();
        bench.assertTranslates(PAGE + 8, SID, NO_SSID, IPA_PAGE + 8, READ);
        assertRecord(
                bench.translate(SID, NO_SSID, IOVA, READ),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_IN),
                IOVA,
                IOVA - OFFSET);
    }

    @Test
    void shouldAbortABypassedInputBeyondTheAddressSizeThoughStageTwoStalls() {
        bypassStageOne();
        final Translation found = bench.translate(SID, NO_SSID, 1L << 48, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertRecord(
                found,
                Events.F_ADDR_SIZE,
                Events.RNW | Events.classBits(Events.CLASS_IN),
                1L << 48,
                0);
    }

    private void bypassStageOne() {
        bench.ste(
                SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS),
                StreamTableEntry.S1DSS_BYPASS,
                STAGE_2 | StreamTableEntry.S2S,
                STAGE_2_TABLES);
    }

    @Test
    void shouldRefuseAContextPointerBeyondWhatStageTwoTakes() {
        bench.ste(
                SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, 1L << 41),
                2,
                STAGE_2,
                STAGE_2_TABLES);
        assertRecord(
                bench.read(IOVA),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_CD),
                IOVA,
                1L << 41);
        final TranslatorBench narrow = TranslatorBench.nested(CONFIG.withOas(3));
        narrow.ste(
                SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, 1L << 42),
                2,
                STAGE_2,
                STAGE_2_TABLES);
        narrow.assertAborts(Events.C_BAD_STE, IOVA);
    }
}
