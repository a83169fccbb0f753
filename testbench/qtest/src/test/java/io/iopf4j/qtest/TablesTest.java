// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.EventWords.CLASS_IN;
import static io.iopf4j.qtest.EventWords.F_ADDR_SIZE;
import static io.iopf4j.qtest.EventWords.F_TRANSLATION;
import static io.iopf4j.qtest.EventWords.RNW;
import static io.iopf4j.qtest.EventWords.S2;
import static io.iopf4j.qtest.EventWords.word0;
import static io.iopf4j.qtest.SmmuScript.A;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CMDQ_BASE;
import static io.iopf4j.qtest.SmmuScript.CMDQ_CONS;
import static io.iopf4j.qtest.SmmuScript.CMDQ_PROD;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.DONE;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_BASE;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_CONS;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_PROD;
import static io.iopf4j.qtest.SmmuScript.GERROR;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.LEAF_2;
import static io.iopf4j.qtest.SmmuScript.PRIQ_BASE;
import static io.iopf4j.qtest.SmmuScript.PRIQ_CONS;
import static io.iopf4j.qtest.SmmuScript.PRIQ_PROD;
import static io.iopf4j.qtest.SmmuScript.R;
import static io.iopf4j.qtest.SmmuScript.S;
import static io.iopf4j.qtest.SmmuScript.S2R;
import static io.iopf4j.qtest.SmmuScript.STRTAB_BASE;
import static io.iopf4j.qtest.SmmuScript.STRTAB_BASE_CFG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Translation tables of every granule and both stages, and how tables and queues are aligned. */
class TablesTest {
    private static final int SID = 0x10;
    private static final int SSID = 3;
    private static final long IOVA = 0x1234_5678L;

    private final SmmuScript script = new SmmuScript();

    @AfterEach
    void leave() {
        script.close();
    }

    // ---- Granules -------------------------------------------------------------------------------

    /**
     * Maps a page or a block, with tables made as they are met.
     *
     * @param granule log2 of its bytes
     * @param inputBits of addresses
     * @param level of the leaf
     */
    private void map(
            final long root,
            final int granule,
            final int inputBits,
            final int startLevel,
            final int level,
            final long address,
            final long leaf) {
        final int stride = granule - 3;
        long table = root;
        for (int at = startLevel; ; at++) {
            final int shift = granule + stride * (3 - at);
            final int bits = at == startLevel ? inputBits - shift : stride;
            final long slot = table + (address >>> shift & (1L << bits) - 1) * 8;
            if (at == level) {
                script.client.writeq(slot, level == 3 ? leaf : leaf & ~2);
                return;
            }
            table = script.alignedPages(granule);
            script.client.writeq(slot, table | 3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // TG0, log2 of the granule, T0SZ, start level, level of the leaf.
        "0, 12, 16, 0, 3",
        "0, 12, 16, 0, 2",
        "0, 12, 16, 0, 1",
        "0, 12, 25, 1, 3",
        "0, 12, 39, 2, 3",
        "0, 12, 34, 2, 3",
        "2, 14, 16, 0, 3",
        "2, 14, 17, 1, 3",
        "2, 14, 28, 2, 3",
        "2, 14, 17, 1, 2",
        "1, 16, 16, 1, 3",
        "1, 16, 22, 2, 3",
        "1, 16, 22, 2, 2",
        "1, 16, 39, 3, 3"
    })
    void shouldWalkTablesOfEveryGranule(
            final int tg0, final int granule, final int t0sz, final int start, final int level) {
        final long contexts = script.stageOne(SID, 0, 0);
        final long root = script.alignedPages(16);
        final int inputBits = 64 - t0sz;
        final long in = 0xabcd_ef98_7654_3000L & (1L << inputBits) - 1 & -(1L << granule);
        final int leafLog2 = granule + (granule - 3) * (3 - level);
        final long page = script.alignedPages(Math.max(granule, 12));
        final long out = page & -(1L << leafLog2);
        script.store(page, 0x77);
        map(root, granule, inputBits, start, level, in, out | LEAF);
        final long cd0 = (SmmuScript.cd0(1, A | R) & ~0xffL) | tg0 << 6 | t0sz;
        script.store(contexts + 64 * SSID, cd0, root, 0, 0xff);
        final long at = (in & -(1L << leafLog2)) | (page - out);
        script.assertReads(0x77, SID, SSID, at);
        // One bit above the range.
        final long beyond = at | 1L << inputBits;
        script.assertEnds(ABORTED, SID, SSID, beyond, READ);
        script.assertEvent(word0(F_TRANSLATION, SID, SSID), RNW | CLASS_IN, beyond, 0);
        script.assertNoEvent();
    }

    @ParameterizedTest
    @CsvSource({
        // S2TG, granule, S2T0SZ, S2SL0, start level, level of the leaf.
        "0, 12, 16, 2, 0, 3",
        "0, 12, 24, 1, 1, 3",
        "0, 12, 24, 1, 1, 1",
        "0, 12, 32, 1, 1, 2",
        // Four tables side by side.
        "0, 12, 32, 0, 2, 3",
        "2, 14, 24, 2, 1, 3",
        "2, 14, 24, 1, 2, 3",
        "1, 16, 24, 1, 2, 3",
        "1, 16, 24, 1, 2, 2",
        "1, 16, 39, 0, 3, 3"
    })
    void shouldWalkTablesOfEveryGranuleAtStageTwo(
            final int s2tg,
            final int granule,
            final int s2t0sz,
            final int s2sl0,
            final int start,
            final int level) {
        final long root = script.alignedPages(18);
        final int inputBits = 64 - s2t0sz;
        final long ipa = 0xabcd_ef98_7654_3000L & (1L << inputBits) - 1 & -(1L << granule);
        final int leafLog2 = granule + (granule - 3) * (3 - level);
        final long page = script.alignedPages(Math.max(granule, 12));
        final long out = page & -(1L << leafLog2);
        script.store(page, 0x77);
        map(root, granule, inputBits, start, level, ipa, out | LEAF_2);
        final long word2 =
                1
                        | (long) s2t0sz << 32
                        | (long) s2sl0 << 38
                        | (long) s2tg << 46
                        | 5L << 48
                        | 1L << 51
                        | S2R;
        script.ste(SID, 1 | 6 << 1, 0, word2, root);
        final long at = (ipa & -(1L << leafLog2)) | (page - out);
        script.assertReads(0x77, SID, NO_PASID, at);
        if (inputBits < 48) {
            final long beyond = at | 1L << inputBits;
            script.assertEnds(ABORTED, SID, NO_PASID, beyond, WRITE);
            script.assertEvent(
                    word0(F_TRANSLATION, SID, -1), S2 | CLASS_IN, beyond, beyond & ~0xfffL);
        }
        script.assertNoEvent();
    }

    // ---- Ranges ---------------------------------------------------------------------------------

    @Test
    void shouldTranslateTheUpperRangeByItsOwnTable() {
        final long contexts = script.stageOne(SID, 0, 0);
        final long below = script.smmu.page();
        final long above = script.smmu.page();
        // TG1 says 4 KiB by 2, and T1SZ is 16.
        final long cd0 = (SmmuScript.cd0(1, A | R) & ~(1L << 30)) | 16L << 16 | 2L << 22;
        script.store(contexts + 64 * SSID, cd0, below, above, 0xff);
        script.map(below, 0x5000, script.pageOf(1) | LEAF);
        script.map(above, 0xffff_0000_0000_5000L, script.pageOf(2) | LEAF);
        script.assertReads(1, SID, SSID, 0x5000);
        script.assertReads(2, SID, SSID, 0xffff_0000_0000_5000L);
        script.assertEnds(ABORTED, SID, SSID, 0xfffe_0000_0000_5000L, READ);
        script.assertEvent(
                word0(F_TRANSLATION, SID, SSID), RNW | CLASS_IN, 0xfffe_0000_0000_5000L, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, S, A | R, A})
    void shouldNotWalkADisabledRange(final long bits) {
        final long contexts = script.stageOne(SID, 0, 0);
        // EPD0: nothing of what describes the range is looked at. It is what a process leaves.
        final long cd0 = (SmmuScript.cd0(1, bits) & ~0x3fffL) | 1 << 14 | 3 << 6 | 63;
        script.store(contexts + 64 * SSID, cd0, -1L >>> 12 & ~0xfL, 0, 0xff);
        if (bits == S) {
            script.assertWaits(SID, SSID, IOVA);
            script.assertReadStall(SID, SSID, IOVA);
            return;
        }
        script.assertEnds((bits & A) != 0 ? ABORTED : 3, SID, SSID, IOVA, READ);
        if ((bits & R) != 0) {
            script.assertEvent(word0(F_TRANSLATION, SID, SSID), RNW | CLASS_IN, IOVA, 0);
        }
        script.assertNoEvent();
    }

    // ---- Both stages ----------------------------------------------------------------------------

    @Test
    void shouldTranslateThroughBothStages() {
        final long[] nested = script.nested(SID, 1, S2R);
        final long root = script.context(nested[0], SSID, 1, A | R);
        final long page = script.pageOf(0x42);
        script.map(nested[1], 0x9000_0000L, page | LEAF_2);
        script.map(root, IOVA, 0x9000_0000L | LEAF);
        script.assertReads(0x42, SID, SSID, IOVA & ~0xfffL);
        script.endpoint.setData(0x43);
        script.assertEnds(DONE, SID, SSID, IOVA, WRITE);
        assertEquals(0x43, script.client.readq(page + 0x678));
        // What stage 1 gives lies beyond what stage 2 takes.
        script.ste(
                SID,
                SmmuScript.ste0(7, nested[0], 0, 3),
                1,
                (SmmuScript.ste2(2, S2R) & ~(63L << 32 | 3L << 38)) | 24L << 32 | 1L << 38,
                script.client.readq(nested[1]) & ~0xfffL);
        script.forgetConfiguration();
        script.map(root, IOVA + 0x1000, 1L << 40 | LEAF);
        script.assertEnds(ABORTED, SID, SSID, IOVA + 0x1000, READ);
        script.assertEvent(
                word0(F_TRANSLATION, SID, SSID), RNW | S2 | CLASS_IN, IOVA + 0x1000, 1L << 40);
        // S1DSS 1: without a PASID stage 2 alone.
        script.assertReads(0x42, SID, NO_PASID, page);
        script.assertEnds(ABORTED, SID, NO_PASID, 0x8000_0123L, READ);
        script.assertEvent(
                word0(F_TRANSLATION, SID, -1), RNW | S2 | CLASS_IN, 0x8000_0123L, 0x8000_0000L);
        script.assertEnds(ABORTED, SID, NO_PASID, 1L << 50, READ);
        script.assertEvent(word0(F_ADDR_SIZE, SID, -1), RNW | CLASS_IN, 1L << 50, 0);
        script.assertNoEvent();
    }

    @Test
    void shouldAbortWhatLeadsToNoMemoryWithoutAnEvent() {
        final long root = script.oneContext(SID, 1, S);
        script.map(root, IOVA, SmmuScript.OUTSIDE | LEAF);
        script.endpoint.setData(0x99);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertEnds(ABORTED, SID, SSID, IOVA, WRITE);
        assertEquals(0x99, script.endpoint.data());
        script.assertNoEvent();
    }

    // ---- Alignment ------------------------------------------------------------------------------

    @Test
    void shouldAlignALinearStreamTableToItsSize() {
        script.set(CR0, 0xe);
        // 256 entries of 64 bytes: what lies below 16 KiB does not count.
        script.set64(STRTAB_BASE, SmmuClient.STREAM_TABLE | 0x3fc0);
        script.set(CR0, 0xf);
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertReads(0, SID, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
        // The stated size aligns, though there are fewer StreamIDs: 2^14 entries are 1 MiB.
        script.set(CR0, 0xe);
        script.set(STRTAB_BASE_CFG, 14);
        script.set64(STRTAB_BASE, SmmuClient.STREAM_TABLE | 0xf_ffc0);
        assertEquals(14, script.get(STRTAB_BASE_CFG), "as it was written");
        script.set(CR0, 0xf);
        script.forgetConfiguration();
        script.ste(0xfff, 0x9, 0, 0, 0);
        script.assertReads(0, 0xfff, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
        script.assertEnds(ABORTED, 0x1000, NO_PASID, 0, READ);
        script.assertEvent(word0(EventWords.C_BAD_STREAMID, 0x1000, -1), 0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void shouldTakeAReservedFormatAsLinear(final int fmt) {
        script.reconfigure(STRTAB_BASE_CFG, fmt << 16 | 8 << 6 | 8);
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertReads(0, SID, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
    }

    @Test
    void shouldAlignAFirstLevelToItsSize() {
        final long levelOne = script.twoLevelStreams(6, 12);
        script.set(CR0, 0xe);
        // 2^(12-6) descriptors of 8 bytes.
        script.set64(STRTAB_BASE, levelOne | 0x1c0);
        script.set(CR0, 0xf);
        final long levelTwo = script.smmu.page();
        script.store(levelOne + 8 * 5, levelTwo | 7);
        script.store(levelTwo + 64 * 9, 0x9, 0, 0, 0);
        script.assertReads(0, 5 << 6 | 9, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
    }

    @Test
    void shouldAlignQueuesToTheirSize() {
        script.set(CR0, 0);
        final long base = script.alignedPages(14);
        // 64 commands are 1 KiB, 16 events 512 bytes, 8 requests 128.
        script.set64(CMDQ_BASE, base | 0x3e0 | 6);
        script.set64(EVENTQ_BASE, base + 0x1000 | 0x1e0 | 4);
        script.set64(PRIQ_BASE, base + 0x2000 | 0x60 | 3);
        script.set(CMDQ_PROD, 63);
        script.set(CMDQ_CONS, 63);
        script.set(EVENTQ_PROD, 15);
        script.set(EVENTQ_CONS, 15);
        script.set(PRIQ_PROD, 7);
        script.set(PRIQ_CONS, 7);
        script.set(CR0, 0xf);
        script.store(base + 16 * 63, 0x1046, 0);
        script.store(base, 0x1046, 0);
        script.set(CMDQ_PROD, 0x41);
        assertEquals(0x41, script.get(CMDQ_CONS));
        assertEquals(List.of(2, 2), script.client.interrupts());
        for (int i = 0; i < 2; i++) {
            script.assertEnds(ABORTED, 0x20 + i, NO_PASID, 0, READ);
            script.endpoint.pageRequest(0x20 + i, NO_PASID, 0, READ, 5, true);
        }
        assertEquals(0x11, script.get(EVENTQ_PROD));
        assertEquals(0x20_0000_0004L, script.client.readq(base + 0x1000 + 32 * 15));
        assertEquals(0x21_0000_0004L, script.client.readq(base + 0x1000));
        assertEquals(9, script.get(PRIQ_PROD));
        assertEquals(0x5000_0000_0000_0020L, script.client.readq(base + 0x2000 + 16 * 7));
        assertEquals(0x5000_0000_0000_0021L, script.client.readq(base + 0x2000));
    }

    @Test
    void shouldCapQueuesAtWhatIsBuiltIn() {
        try (SmmuScript small =
                new SmmuScript(
                        SmmuV3Config.roomy()
                                .withCommandQueueLog2Max(6)
                                .withEventQueueLog2Max(1)
                                .withPriQueueLog2Max(1),
                        19,
                        31)) {
            assertEquals(19, small.get(EVENTQ_BASE) & 0x1f, "as it was written");
            for (int i = 0; i < 3; i++) {
                small.assertEnds(ABORTED, 0x20 + i, NO_PASID, 0, READ);
                small.endpoint.pageRequest(0x20 + i, NO_PASID, 0, READ, 5, true);
            }
            assertEquals(1 << 31 | 2, small.get(EVENTQ_PROD));
            assertEquals(1 << 31 | 2, small.get(PRIQ_PROD));
        }
    }

    @Test
    void shouldSurvivePointersThatNobodyCanReach() {
        // More than the queue holds lies between them: nothing is consumed and nothing written.
        script.set(CMDQ_PROD, 0x45);
        assertEquals(0, script.get(CMDQ_CONS));
        script.set(EVENTQ_CONS, 1);
        script.set(PRIQ_CONS, 1);
        script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
        script.endpoint.pageRequest(0x20, NO_PASID, 0, READ, 5, true);
        script.oneContext(SID, 1, S);
        script.assertWaits(SID, SSID, IOVA);
        assertEquals(0, script.get(EVENTQ_PROD) & 0x3f);
        assertEquals(0, script.get(PRIQ_PROD) & 0x3f);
        assertEquals(0, script.get(GERROR));
        script.set(EVENTQ_CONS, 0);
        assertEquals(1, script.get(EVENTQ_PROD) & 0x3f, "the stall");
    }
}
