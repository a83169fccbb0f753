// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.ASID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.MEMORY;
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
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STREAM_TABLE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is kept, and what each command drops of it and must leave. Memory is changed behind the
 * cache: the old answer means kept, the new one dropped.
 */
final class CacheTest {
    private static final long NEW_PAGE = PAGE + 0x8000;
    private static final long BLOCK = (LEAF & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
    private static final long S1 = TranslatorBench.s1(StreamTableEntry.CONFIG_S1, CONTEXTS);
    private static final long BYPASS = StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS);
    private static final long EL2 = (long) StreamTableEntry.STRW_EL2 << StreamTableEntry.STRW_SHIFT;
    private static final int OTHER_SID = 0x11;
    private static final int OTHER_SSID = 8;

    private TranslatorBench bench = TranslatorBench.stageOne();

    // ---- Stream table entries -------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldKeepAnEntryUntilCfgiSteNamesIt(final int leaf) {
        bench.ste(SID, BYPASS, 0, 0, 0);
        bench.ste(OTHER_SID, BYPASS, 0, 0, 0);
        assertBypasses(SID, true);
        assertBypasses(OTHER_SID, true);
        bench.ste(SID, 0, 0, 0, 0);
        bench.ste(OTHER_SID, 0, 0, 0, 0);
        bench.command(Commands.cfgiSte(OTHER_SID + 1), leaf);
        assertBypasses(SID, true);
        bench.command(Commands.cfgiSte(SID), leaf);
        assertBypasses(SID, false);
        assertBypasses(OTHER_SID, true);
        bench.ste(SID, BYPASS, 0, 0, 0);
        assertBypasses(SID, false); // What is not valid is kept as well.
    }

    private void assertBypasses(final int sid, final boolean does) {
        if (does) {
            bench.assertTranslates(IOVA, sid, NO_SSID, IOVA, READ);
        } else {
            bench.assertAborts(Events.C_BAD_STE, sid, NO_SSID, IOVA, READ);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0x10, 0x12", "1, 0x10, 0x14", "3, 0x10, 0x20", "31, 0, 0x40"})
    void shouldDropTheAlignedRangeOfStreams(
            final int range, final String firstDropped, final String firstKept) {
        for (int sid = 0; sid < 0x40; sid++) {
            bench.ste(sid, BYPASS, 0, 0, 0);
            assertBypasses(sid, true);
            bench.ste(sid, 0, 0, 0, 0);
        }
        bench.command(CmdqOp.CFGI_STE_RANGE | (long) OTHER_SID << 32, range);
        for (int sid = 0; sid < 0x40; sid++) {
            assertBypasses(
                    sid, sid < Integer.decode(firstDropped) || sid >= Integer.decode(firstKept));
        }
    }

    @Test
    void shouldNotKeepAnEntryThatCouldNotBeFetched() {
        bench.translator.setStreamTable(OUTSIDE, 8, true);
        bench.assertAborts(Events.F_STE_FETCH, IOVA);
        bench.translator.setStreamTable(STREAM_TABLE, 8, true);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.translator.setStreamTable(OUTSIDE, 8, true);
        bench.assertReads(PAGE + OFFSET, IOVA); // Kept, wherever the table is now.
    }

    @Test
    void shouldKeepAnEntryForItsWholeSpan() {
        bench.ste(SID + 2, BYPASS, 2L << StreamTableEntry.CONT_SHIFT, 0, 0);
        assertBypasses(SID + 2, true);
        for (int sid = SID; sid < SID + 4; sid++) {
            bench.ste(sid, 0, 0, 0, 0);
        }
        bench.ste(SID + 4, 0, 0, 0, 0);
        assertBypasses(SID, true);
        assertBypasses(SID + 3, true);
        assertBypasses(SID + 4, false);
        bench.command(Commands.cfgiSte(SID + 1), 1);
        assertBypasses(SID, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 | 5L << 1 | 31L << 59})
    void shouldNotTakeTheSpanOfAnEntryThatIsNotValidOrIllegal(final long word0) {
        bench.ste(SID + 1, word0, 2L << StreamTableEntry.CONT_SHIFT, 0, 0);
        bench.ste(SID, BYPASS, 0, 0, 0);
        assertBypasses(SID + 1, false);
        assertBypasses(SID, true);
    }

    @Test
    void shouldRecordTwoEntriesForOneStream() {
        bench.ste(SID + 2, BYPASS, 2L << StreamTableEntry.CONT_SHIFT, 0, 0);
        bench.ste(SID, BYPASS, 0, 0, 0);
        assertBypasses(SID, true);
        assertBypasses(SID + 2, true);
        assertBypasses(SID + 3, true);
        final Translation found = bench.translate(SID, SSID, IOVA, READ);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        TranslatorBench.assertRecord(found, Events.F_CFG_CONFLICT, 0, 0, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertBypasses(SID, true);
    }

    @Test
    void shouldKeepAFirstLevelDescriptorUntilCfgiSteWithoutLeaf() {
        bench.translator.setStreamTable(STREAM_TABLE, 1 << 16 | 6 << 6 | 8, true);
        bench.memory.writeLong(STREAM_TABLE, 0);
        bench.assertAborts(Events.C_BAD_STREAMID, IOVA);
        bench.memory.writeLong(STREAM_TABLE, LevelOneDescriptor.ofStreams(PAGE, 7));
        bench.memory.writeLong(PAGE + 64L * SID, BYPASS);
        assertBypasses(SID, true); // What led nowhere was not kept.
        bench.memory.writeLong(STREAM_TABLE, 0);
        bench.memory.writeLong(PAGE + 64L * SID, 0);
        bench.command(Commands.cfgiSte(SID), 1);
        assertBypasses(SID, false);
        bench.command(Commands.cfgiSte(SID), 0);
        bench.assertAborts(Events.C_BAD_STREAMID, IOVA);
        bench.memory.writeLong(STREAM_TABLE, LevelOneDescriptor.ofStreams(PAGE, 7));
        assertBypasses(SID, false);
        bench.memory.writeLong(STREAM_TABLE, 0);
        bench.command(CmdqOp.CFGI_STE_RANGE | (long) SID << 32, 0);
        bench.assertAborts(Events.C_BAD_STREAMID, IOVA);
    }

    // ---- Context descriptors --------------------------------------------------------------------

    /** Two contexts of two streams are kept and then broken; says which still work. */
    private void assertContextsKept(
            final boolean own, final boolean otherSsid, final boolean otherSid) {
        assertContextKept(SID, SSID, own);
        assertContextKept(SID, OTHER_SSID, otherSsid);
        assertContextKept(OTHER_SID, SSID, otherSid);
    }

    private void assertContextKept(final int sid, final int ssid, final boolean isKept) {
        if (isKept) {
            bench.assertTranslates(PAGE + OFFSET, sid, ssid, IOVA, READ);
        } else {
            bench.assertAborts(Events.C_BAD_CD, sid, ssid, IOVA, READ);
        }
    }

    private void keepContexts() {
        bench.ste(OTHER_SID, S1, 2, VMID, 0);
        bench.cd(OTHER_SSID, context(RA), TABLES, 0);
        bench.map(IOVA, PAGE | LEAF);
        assertContextsKept(true, true, true);
        bench.cd(SSID, 0, 0, 0);
        bench.cd(OTHER_SSID, 0, 0, 0);
        assertContextsKept(true, true, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldDropOneContext(final int leaf) {
        keepContexts();
        bench.command(Commands.cfgiCd(SID, SSID), leaf);
        assertContextsKept(false, true, true);
        bench.cd(SSID, context(RA), TABLES, 0);
        assertContextsKept(false, true, true); // What is not valid is kept as well.
    }

    @Test
    void shouldDropTheContextsOfAStream() {
        keepContexts();
        bench.command(Commands.cfgiCdAll(SID), 0);
        assertContextsKept(false, false, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldDropTheContextsOfAStreamWithItsEntry(final int leaf) {
        keepContexts();
        bench.command(Commands.cfgiSte(SID), leaf);
        assertContextsKept(false, false, true);
    }

    @Test
    void shouldDropTheContextsOfARangeOfStreams() {
        keepContexts();
        bench.command(CmdqOp.CFGI_STE_RANGE | (long) (SID + 2) << 32, 0);
        assertContextsKept(true, true, true);
        bench.command(CmdqOp.CFGI_STE_RANGE | (long) SID << 32, 0);
        assertContextsKept(false, false, false);
    }

    @Test
    void shouldDropAllConfiguration() {
        keepContexts();
        bench.command(CmdqOp.CFGI_STE_RANGE, Commands.RANGE_ALL);
        assertContextsKept(false, false, false);
    }

    @Test
    void shouldKeepALevelOneContextDescriptorUntilCfgiCdWithoutLeaf() {
        bench.ste(SID, S1 | 1 << 4, 2, VMID, 0);
        bench.map(IOVA, PAGE | LEAF);
        final long leaves = CONTEXTS + 0x1000;
        bench.memory.writeLong(CONTEXTS, 0);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, IOVA);
        bench.memory.writeLong(CONTEXTS, LevelOneDescriptor.ofContexts(leaves));
        bench.cdAt(leaves + 64L * SSID, context(RA), TABLES, 0);
        bench.command(Commands.cfgiCd(SID, SSID), 1);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, IOVA);
        bench.command(Commands.cfgiCd(SID, SSID), 0);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.memory.writeLong(CONTEXTS, 0);
        bench.cdAt(leaves + 64L * OTHER_SSID, context(RA), TABLES, 0);
        bench.assertTranslates(PAGE + OFFSET, SID, OTHER_SSID, IOVA, READ);
        bench.command(Commands.cfgiCdAll(SID), 0);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, IOVA);
    }

    // ---- What is and is not kept of translations ------------------------------------------------

    @Test
    void shouldKeepATranslationButNoFault() {
        bench.assertAborts(Events.F_TRANSLATION, IOVA);
        bench.map(IOVA, PAGE | (LEAF & ~PageDescriptor.AF));
        bench.assertAborts(Events.F_ACCESS, IOVA);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, 0);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldHoldTheOldPermissionsAgainstANewAccess() {
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, PAGE | LEAF | PageDescriptor.AP_READ_ONLY);
        bench.assertTranslates(PAGE + OFFSET, SID, SSID, IOVA, WRITE); // Stale and permissive.
        bench.command(Commands.tlbiNhVa(VMID, ASID), IOVA - OFFSET);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, IOVA, WRITE); // Stale and strict.
        bench.command(Commands.tlbiNhVa(VMID, ASID), IOVA - OFFSET);
        bench.assertTranslates(PAGE + OFFSET, SID, SSID, IOVA, WRITE);
    }

    @Test
    void shouldNotKeepATranslationThatDidNotAllowTheAccess() {
        bench.map(IOVA, PAGE | LEAF | PageDescriptor.AP_READ_ONLY);
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, IOVA, WRITE);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertTranslates(PAGE + OFFSET, SID, SSID, IOVA, WRITE);
    }

    @Test
    void shouldMatchInARangeThatIsNotWalked() {
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.cd(
                SSID, (context(0) | ContextDescriptor.A | ContextDescriptor.EPD0) & ~0x3fffL, 0, 0);
        bench.command(Commands.cfgiCd(SID, SSID), 1);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.command(Commands.tlbiNhAsid(VMID, ASID), 0);
        assertEquals(Translation.Outcome.ABORT, bench.read(IOVA).outcome);
    }

    @Test
    void shouldShareTranslationsOfOneSpaceBetweenStreams() {
        bench.ste(OTHER_SID, S1, 2, VMID, 0);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, 0);
        bench.assertTranslates(PAGE + OFFSET, OTHER_SID, SSID, IOVA, READ);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotShareTranslationsBetweenAsids(final boolean isGlobal) {
        bench.cd(OTHER_SSID, context(RA) ^ 1L << 48, TABLES, 0);
        bench.map(IOVA, PAGE | (isGlobal ? LEAF & ~PageDescriptor.NG : LEAF));
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, 0);
        bench.assertAborts(Events.F_TRANSLATION, SID, OTHER_SSID, IOVA, READ);
    }

    @Test
    void shouldTellVmidsApartWhereStageTwoIsBuiltIn() {
        for (final boolean isBuiltIn : new boolean[] {true, false}) {
            bench =
                    TranslatorBench.stageOne(
                            isBuiltIn ? CONFIG : CONFIG.without(SmmuFeature.STAGE_2));
            bench.ste(OTHER_SID, S1, 2, VMID + 1, 0);
            bench.map(IOVA, PAGE | LEAF);
            bench.assertReads(PAGE + OFFSET, IOVA);
            bench.map(IOVA, NEW_PAGE | LEAF);
            bench.assertTranslates(
                    (isBuiltIn ? NEW_PAGE : PAGE) + OFFSET, OTHER_SID, SSID, IOVA, READ);
        }
    }

    @Test
    void shouldGiveWayInTurnWhenFull() {
        for (int page = 0; page <= 4096; page++) {
            bench.map((long) page << 12, PAGE | LEAF);
            bench.assertReads(PAGE, (long) page << 12);
        }
        bench.map(0, NEW_PAGE | LEAF);
        bench.map(0x1000, NEW_PAGE | LEAF);
        bench.assertReads(PAGE, 0x1000); // Still there; the first is gone.
        bench.assertReads(NEW_PAGE, 0);
        bench.assertReads(NEW_PAGE, 0x1000); // Which has taken the place of the second.
    }

    // ---- TLBI of stage 1 ------------------------------------------------------------------------

    /** Who has a cached translation of {@code IOVA}; see {@link #keepInEveryWorld}. */
    private static final String[] WHO = {
        "own", "global", "otherAsid", "otherVmid", "stage2", "el2", "nested"
    };

    private static final int GLOBAL_SID = 0x20;
    private static final int OTHER_ASID_SSID = 9;
    private static final int OTHER_VMID_SID = 0x22;
    private static final int STAGE_2_SID = 0x23;
    private static final int EL2_SID = 0x24;
    private static final int NESTED_SID = 0x25;
    private static final long GLOBAL_IOVA = IOVA + 0x10_0000;
    private static final int NESTED_SSID = 10;
    private static final int NESTED_ASID = ASID + 2;

    /** Each of {@link #WHO} has a translation to {@code PAGE}, and then tables that say another. */
    private void keepInEveryWorld() {
        bench.ste(GLOBAL_SID, S1, 2, VMID, 0);
        bench.cd(OTHER_ASID_SSID, context(RA) ^ 1L << 48, TABLES, 0);
        bench.ste(OTHER_VMID_SID, S1, 2, VMID + 1, 0);
        bench.ste(
                STAGE_2_SID,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S2),
                0,
                STAGE_2,
                STAGE_2_TABLES);
        bench.ste(EL2_SID, S1, 2 | EL2, 0, 0);
        // The nested stream's tables lie at intermediate addresses.
        bench.ste(
                NESTED_SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS),
                2,
                STAGE_2,
                STAGE_2_TABLES);
        bench.mapStageTwo(CONTEXTS);
        bench.cd(
                NESTED_SSID,
                ContextDescriptor.word0(39, 5, NESTED_ASID, false),
                IPA + MEMORY + 0x60_0000,
                0);
        bench.mapStageTwo(MEMORY + 0x60_0000);
        bench.mapStageTwo(MEMORY + 0x61_0000);
        bench.mapStageTwo(MEMORY + 0x62_0000);
        bench.memory.writeLong(
                MEMORY + 0x60_0000 + 8 * (IOVA >>> 30),
                IPA + MEMORY + 0x61_0000 | PageDescriptor.TABLE_OR_PAGE);
        bench.memory.writeLong(
                MEMORY + 0x61_0000 + 8 * ((IOVA >>> 21) & 0x1ff),
                IPA + MEMORY + 0x62_0000 | PageDescriptor.TABLE_OR_PAGE);
        changeTo(PAGE);
        assertEquals("own global otherAsid otherVmid stage2 el2 nested", kept());
        changeTo(NEW_PAGE);
        assertEquals("own global otherAsid otherVmid stage2 el2 nested", kept());
    }

    private void changeTo(final long page) {
        bench.map(IOVA, page | LEAF);
        bench.map(GLOBAL_IOVA, page | (LEAF & ~PageDescriptor.NG));
        bench.mapStageTwo(IOVA, page | LEAF_2);
        bench.memory.writeLong(MEMORY + 0x62_0000 + 8 * ((IOVA >>> 12) & 0x1ff), IPA + page | LEAF);
        bench.mapStageTwo(page);
    }

    private String kept() {
        final int[] sid = {SID, GLOBAL_SID, SID, OTHER_VMID_SID, STAGE_2_SID, EL2_SID, NESTED_SID};
        final int[] ssid = {SSID, SSID, OTHER_ASID_SSID, SSID, NO_SSID, SSID, NESTED_SSID};
        final StringBuilder kept = new StringBuilder();
        for (int i = 0; i < WHO.length; i++) {
            final long iova = i == 1 ? GLOBAL_IOVA : IOVA;
            final Translation found = bench.translate(sid[i], ssid[i], iova, READ);
            assertEquals(Translation.Outcome.TRANSLATED, found.outcome, WHO[i]);
            if (found.outputAddress == PAGE + OFFSET) {
                kept.append(kept.isEmpty() ? "" : " ").append(WHO[i]);
            } else {
                assertEquals(NEW_PAGE + OFFSET, found.outputAddress, WHO[i]);
            }
        }
        return kept.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "0x10, 0, otherVmid stage2 el2", // NH_ALL
        "0x11, 0, global otherAsid otherVmid stage2 el2 nested", // NH_ASID
        "0x12, 0, global otherAsid otherVmid stage2 el2 nested", // NH_VA
        "0x12, 0x100000, own otherAsid otherVmid stage2 el2 nested", // NH_VA of the global one
        "0x12, 0x1000, own global otherAsid otherVmid stage2 el2 nested",
        "0x13, 0, global otherVmid stage2 el2", // NH_VAA
        "0x13, 0x100000, own otherAsid otherVmid stage2 el2 nested",
        "0x20, 0, own global otherAsid otherVmid stage2 nested", // EL2_ALL
        "0x21, 0, own global otherAsid otherVmid stage2 el2 nested", // EL2_ASID
        "0x22, 0, own global otherAsid otherVmid stage2 nested", // EL2_VA
        "0x23, 0, own global otherAsid otherVmid stage2 nested", // EL2_VAA
        "0x28, 0, otherVmid el2", // S12_VMALL
        "0x2a, 0, own global otherAsid otherVmid el2 nested", // S2_IPA
        "0x30, 0, el2" // NSNH_ALL
    })
    void shouldDropWhatIsNamedAndLeaveTheRest(
            final String opcode, final String offset, final String left) {
        keepInEveryWorld();
        final long word0 = (Commands.tlbiNhVa(VMID, ASID) & ~0xffL) | Long.decode(opcode);
        bench.command(word0, (IOVA - OFFSET + Long.decode(offset)) | 1);
        assertEquals(left, kept());
    }

    @Test
    void shouldTagEl2WithAsidsUnderE2h() {
        bench.translator.setE2h(true);
        bench.ste(SID, S1, 2 | EL2, VMID, 0);
        bench.map(IOVA, PAGE | LEAF);
        final LongConsumer assertDropsOnly =
                opcode -> {
                    bench.map(IOVA, PAGE | LEAF);
                    bench.command(CmdqOp.TLBI_EL2_ALL, 0);
                    bench.assertReads(PAGE + OFFSET, IOVA);
                    bench.map(IOVA, NEW_PAGE | LEAF);
                    bench.command(opcode | (ASID + 1L) << 48, IOVA - OFFSET);
                    bench.assertReads(PAGE + OFFSET, IOVA);
                    bench.command(opcode | (long) ASID << 48, IOVA - OFFSET);
                    bench.assertReads(NEW_PAGE + OFFSET, IOVA);
                };
        assertDropsOnly.accept(CmdqOp.TLBI_EL2_ASID);
        assertDropsOnly.accept(CmdqOp.TLBI_EL2_VA);
    }

    @Test
    void shouldLeaveCombinedEntriesToNhAllAfterS2Ipa() {
        bench = TranslatorBench.nested();
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.mapStageTwo(IPA + PAGE, NEW_PAGE | LEAF_2);
        bench.command(Commands.tlbiS2Ipa(VMID), IPA + PAGE);
        bench.assertReads(PAGE + OFFSET, IOVA); // As the architecture allows.
        bench.command(Commands.tlbiNhAll(VMID), 0);
        bench.assertReads(NEW_PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldKeepStageTwoUnderACombinedEntryThatIsDropped() {
        bench = TranslatorBench.nested();
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.mapStageTwo(IPA + PAGE, NEW_PAGE | LEAF_2);
        bench.command(Commands.tlbiNhAll(VMID), 0);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldMaskAsidsAndVmidsThatAreShort() {
        bench =
                TranslatorBench.stageOne(
                        CONFIG.without(SmmuFeature.ASID16).without(SmmuFeature.VMID16));
        assertDrops(Commands.tlbiNhAsid(VMID | 0xab00, ASID | 0xcd00), 0);
        bench = TranslatorBench.stageOne(CONFIG.without(SmmuFeature.STAGE_2));
        assertDrops(Commands.tlbiNhAll(VMID + 1), 0);
    }

    private void assertDrops(final long word0, final long word1) {
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.map(IOVA, NEW_PAGE | LEAF);
        bench.command(word0, word1);
        bench.assertReads(NEW_PAGE + OFFSET, IOVA);
    }

    @Test
    void shouldDropABlockByAnyAddressInIt() {
        final long start = PAGE & -0x20_0000L;
        final long slot = bench.slot(TABLES, 12, 0, 2, IOVA);
        bench.memory.writeLong(slot, start | BLOCK);
        bench.assertReads(start + (IOVA & 0x1f_ffff), IOVA);
        bench.memory.writeLong(slot, 0);
        bench.command(Commands.tlbiNhVa(VMID, ASID), (IOVA & -0x20_0000L) - 0x1000);
        bench.assertReads(start, IOVA & -0x20_0000L);
        bench.command(Commands.tlbiNhVa(VMID, ASID), (IOVA | 0x1f_ffff) & -0x1000);
        bench.assertAborts(Events.F_TRANSLATION, IOVA);
    }

    @Test
    void shouldIgnoreATagInTheAddressToDrop() {
        assertDrops(Commands.tlbiNhVa(VMID, ASID), IOVA - OFFSET | 0xabL << 56);
    }

    // ---- Ranges and level hints -----------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // NUM, SCALE, TG: pages of 4 KiB from page 4 of 16 on that go.
        "0, 0, 1, 1",
        "1, 0, 1, 2",
        "0, 3, 1, 8",
        "2, 1, 1, 6",
        "31, 31, 1, 12",
        "3, 0, 0, 1" // Without TG the range does not count.
    })
    void shouldDropTheRange(final int num, final int scale, final int tg, final int dropped) {
        keepPages();
        bench.command(
                Commands.withRange(Commands.tlbiNhVa(VMID, ASID), num, scale),
                0x4000 | (long) tg << 10 | (dropped == 1 && tg == 1 ? 3 << 8 : 0));
        for (int page = 0; page < 16; page++) {
            final boolean isDropped = page >= 4 && page < 4 + dropped;
            bench.assertReads(isDropped ? NEW_PAGE : PAGE, (long) page << 12);
        }
    }

    @Test
    void shouldIgnoreRangesThatAreNotBuiltIn() {
        bench = TranslatorBench.stageOne(CONFIG.without(SmmuFeature.RANGE_INVALIDATION));
        keepPages();
        bench.command(Commands.withRange(Commands.tlbiNhVa(VMID, ASID), 3, 0), 0x4000 | 1 << 10);
        bench.assertReads(NEW_PAGE, 0x4000);
        bench.assertReads(PAGE, 0x5000);
    }

    private void keepPages() {
        for (long page = 0; page < 16; page++) {
            bench.map(page << 12, PAGE | LEAF);
            bench.assertReads(PAGE, page << 12);
            bench.map(page << 12, NEW_PAGE | LEAF);
        }
    }

    @Test
    void shouldNotWrapARangeAtTheTop() {
        bench.cd(SSID, context(RA | 16 << 16 | 2 << 22) & ~ContextDescriptor.EPD1, TABLES, TABLES);
        final long top = -0x1000;
        bench.map(0, PAGE | LEAF);
        bench.map(top & 0xffff_ffff_ffffL, PAGE | LEAF);
        bench.assertReads(PAGE, 0);
        bench.assertReads(PAGE, top);
        bench.map(0, NEW_PAGE | LEAF);
        bench.map(top & 0xffff_ffff_ffffL, NEW_PAGE | LEAF);
        bench.command(
                Commands.withRange(Commands.tlbiNhVa(VMID, ASID), 31, 31),
                (top - 0x1000) | 1 << 10);
        bench.assertReads(NEW_PAGE, top);
        bench.assertReads(PAGE, 0);
    }

    @ParameterizedTest
    @CsvSource({
        // TG, TTL, and whether a page of 4 KiB and a block of 2 MiB go.
        "1, 3, true, false",
        "1, 2, false, true",
        "1, 1, false, false",
        "3, 3, false, false",
        "0, 2, true, true"
    })
    void shouldHoldAnInvalidationToItsHints(
            final int tg, final int ttl, final boolean page, final boolean block) {
        final long at = 0x4000_0000L;
        final long start = PAGE & -0x20_0000L;
        bench.map(at, PAGE | LEAF);
        final long blockSlot = bench.slot(TABLES, 12, 0, 2, at + 0x20_0000);
        bench.memory.writeLong(blockSlot, start | BLOCK);
        bench.assertReads(PAGE, at);
        bench.assertReads(start, at + 0x20_0000);
        bench.map(at, 0);
        bench.memory.writeLong(blockSlot, 0);
        final long hints = (long) tg << 10 | (long) ttl << 8;
        bench.command(Commands.tlbiNhVa(VMID, ASID), at | hints);
        bench.command(Commands.tlbiNhVa(VMID, ASID), at + 0x20_0000 | hints);
        assertGone(page, at);
        assertGone(block, at + 0x20_0000);
    }

    private void assertGone(final boolean isGone, final long iova) {
        assertEquals(
                isGone ? Translation.Outcome.ABORT : Translation.Outcome.TRANSLATED,
                bench.read(iova).outcome);
    }

    @Test
    void shouldTakeLevelOneOf16KiBAsAnyLevel() {
        bench.cd(SSID, context(RA | 2 << 6), TABLES, 0);
        bench.map(TABLES, 14, 0, 3, 0x4000, PAGE | LEAF);
        bench.assertReads(PAGE, 0x4000);
        bench.map(TABLES, 14, 0, 3, 0x4000, 0);
        bench.command(
                Commands.withRange(Commands.tlbiNhVa(VMID, ASID), 1, 0), 0x4000 | 2 << 10 | 1 << 8);
        assertGone(true, 0x4000);
    }

    @Test
    void shouldDropARangeForEveryAsid() {
        keepPages();
        bench.command(
                Commands.withRange(CmdqOp.TLBI_NH_VAA | (long) VMID << 32, 3, 0), 0x4000 | 1 << 10);
        bench.assertReads(PAGE, 0x3000);
        bench.assertReads(NEW_PAGE, 0x7000);
        bench.assertReads(PAGE, 0x8000);
    }

    @Test
    void shouldTakeAnyOtherCommandForAMistake() {
        assertThrows(AssertionError.class, () -> bench.command(CmdqOp.SYNC, 0));
    }
}
