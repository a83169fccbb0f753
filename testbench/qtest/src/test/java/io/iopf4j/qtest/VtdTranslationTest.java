// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdScript.DONE;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static io.iopf4j.qtest.VtdScript.TABLE;
import static io.iopf4j.qtest.VtdScript.pasid0;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What scalable mode translates, and how: both stages, either, neither. */
class VtdTranslationTest {
    private static final long IOVA = 0x1234_5000L;

    private final VtdScript script = new VtdScript();

    @BeforeEach
    void start() {
        script.device(RID);
    }

    @AfterEach
    void leave() {
        script.close();
    }

    // ---- Which tables ---------------------------------------------------------------------------

    /** Both halves of a bus, by function, and both ends of the buses. */
    @ParameterizedTest
    @ValueSource(ints = {0x0000, 0x037f, 0x0380, 0x03ff, 0xff00, 0xffff})
    void shouldFindEveryFunctionsContext(final int rid) {
        script.device(rid);
        script.map(script.firstStage(rid, PASID, 1), IOVA, script.pageOf(rid + 1) | LEAF);
        script.assertReads(rid + 1, rid, PASID, IOVA);
        final long root = script.client.readq(VtdScript.rootAt(rid) + ((rid & 0x80) >> 4));
        final long context = (root & -0x1000L) + 32L * (rid & 0x7f);
        assertEquals(1, script.client.readq(context) & 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x3f, 0x40, 0x1fff})
    void shouldFindEveryPasid(final int pasid) {
        script.map(script.firstStage(RID, pasid, 1), IOVA, script.pageOf(7) | LEAF);
        script.assertReads(7, RID, pasid, IOVA);
    }

    @Test
    void shouldFindTheLastPasidOfTheLargestDirectory() {
        final long directory = script.vtd.alignedPage(17);
        script.vtd.store(script.contextAt(RID), 1 | VtdScript.PASIDE | 7 << 9 | directory, 0, 0, 0);
        script.map(script.firstStage(RID, 0xf_ffff, 1), IOVA, script.pageOf(7) | LEAF);
        script.assertReads(7, RID, 0xf_ffff, IOVA);
    }

    /** RID_PASID does not count without RPS. */
    @Test
    void shouldTranslateWithoutPasidByPasidZero() {
        script.client.writeq(script.contextAt(RID) + 8, 0x41);
        script.map(script.firstStage(RID, 0, 1), IOVA, script.pageOf(7) | LEAF);
        script.assertReads(7, RID, NO_PASID, IOVA);
    }

    // ---- The first stage ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"4, 0x00007ffffffff000", "4, -0x800000000000", "5, 0xfffffffffff000", "5, -0x1000"})
    void shouldWalkTheFirstStage(final int levels, final String iova) {
        final long root = script.vtd.page();
        script.vtd.store(
                script.pasidAt(RID, PASID), pasid0(1, 0), 1, root | (levels == 5 ? 1 << 2 : 0));
        final long at = Long.decode(iova);
        script.put(root, levels, 0, at, script.pageOf(7) | LEAF, TABLE);
        script.assertReads(7, RID, PASID, at);
        script.assertWrites(8, RID, PASID, at + 0x10);
        script.assertReads(8, RID, PASID, at + 0x10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldWalkLargePages(final int level) {
        final long page = level == 1 ? 0x0c00_0000L : 0;
        final long offset = 0x0fff_f000L & ((1L << (12 + 9 * level)) - 1);
        script.vtd.store(page + offset, 0x77);
        script.put(
                script.firstStage(RID, PASID, 1), 4, level, 1L << 40, page | 1 << 7 | LEAF, TABLE);
        script.assertReads(0x77, RID, PASID, (1L << 40) + offset);
        script.put(script.secondStage(RID, 0x50, 2), 4, level, 1L << 40, page | 1 << 7 | 3, LEAF_2);
        script.assertReads(0x77, RID, 0x50, (1L << 40) + offset);
    }

    @Test
    void shouldMarkWhatWasAccessedAndWritten() {
        final long root = script.firstStage(RID, PASID, 1);
        script.put(root, 4, 0, IOVA, script.pageOf(7) | 7, 7);
        script.assertReads(7, RID, PASID, IOVA);
        for (int level = 1; level < 4; level++) {
            final long above = script.entryAt(root, 4, level, IOVA, 7);
            assertEquals(0x27, script.client.readq(above) & 0xfff, "level " + level);
        }
        final long leaf = script.entryAt(root, 4, 0, IOVA, 7);
        assertEquals(0x27, script.client.readq(leaf) & 0xfff, "accessed");
        script.assertWrites(8, RID, PASID, IOVA);
        assertEquals(0x67, script.client.readq(leaf) & 0xfff, "dirty");
    }

    /**
     * Rights of the first stage: leaf, bits of the PASID entry (SRE 0x1, ERE 0x2, WPE 0x10, NXE
     * 0x20, SMEP 0x40), access, reason or 0.
     */
    @ParameterizedTest
    @CsvSource({
        "0x67, 0x0, 1, 0",
        "0x67, 0x0, 2, 0",
        "0x65, 0x0, 2, 0x85",
        "0x63, 0x0, 1, 0x81",
        "0x67, 0x2, 5, 0",
        "0x67, 0x0, 5, 0x5c",
        "0x67, 0x1, 9, 0",
        "0x63, 0x1, 9, 0",
        "0x63, 0x1, 10, 0",
        "0x61, 0x1, 10, 0",
        "0x61, 0x11, 10, 0x85",
        "0x67, 0x0, 10, 0x5d",
        "0x67, 0x3, 13, 0",
        "0x67, 0x43, 13, 0x82",
        "0x63, 0x43, 13, 0",
        "0x8000000000000067, 0x22, 5, 0x82",
        "0x8000000000000067, 0x22, 1, 0",
        "0x67, 0x22, 5, 0"
    })
    void shouldHeedTheFirstStagesRights(
            final String leaf, final String bits, final int access, final String reason) {
        final long root = script.vtd.page();
        script.vtd.store(script.pasidAt(RID, PASID), pasid0(1, 0), 1, root | Long.decode(bits));
        final long page = script.pageOf(7);
        script.map(root, IOVA, page | Long.parseUnsignedLong(leaf.substring(2), 16));
        if (Integer.decode(reason) == 0) {
            script.assertEnds(DONE, RID, PASID, IOVA, access);
            script.assertNoFault();
        } else {
            script.assertFaults(Integer.decode(reason), RID, PASID, IOVA, access);
        }
    }

    // ---- Others ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2, 4, 0xfffffffff000", "3, 5, 0x1fffffffffff000"})
    void shouldWalkTheSecondStage(final int aw, final int levels, final String iova) {
        final long root = script.vtd.page();
        script.vtd.store(script.pasidAt(RID, PASID), 1 | aw << 2 | 2 << 6 | root, 1, 0);
        final long at = Long.decode(iova);
        script.put(root, levels, 0, at, script.pageOf(7) | LEAF_2, LEAF_2);
        script.assertReads(7, RID, PASID, at);
        script.assertWrites(8, RID, PASID, at + 0x10);
        script.assertReads(8, RID, PASID, at + 0x10);
    }

    @Test
    void shouldPassThrough() {
        script.vtd.store(script.pasidAt(RID, 0), pasid0(4, 0), 1, 0);
        script.assertReads(9, RID, NO_PASID, script.pageOf(9));
        script.vtd.store(script.pasidAt(RID, PASID), pasid0(4, 0), 1, 0);
        script.assertReads(9, RID, PASID, script.pageOf(9));
    }

    @Test
    void shouldTranslateByBothStages() {
        final long[] roots = script.nested(RID, PASID, 5);
        final long page = script.pageOf(9);
        // Intermediate 2^39 is the page; the first stage's tables are where they are.
        script.map2(roots[1], 1L << 39, page | LEAF_2);
        script.map(roots[0], IOVA, 1L << 39 | LEAF);
        script.assertReads(9, RID, PASID, IOVA);
        script.assertWrites(8, RID, PASID, IOVA);
        assertEquals(8, script.client.readq(page));
        // The smaller of both stages' rights.
        script.map2(roots[1], 1L << 39, page | 1);
        script.vtd.submit(VtdWords.iotlb(1, 0));
        script.assertReads(8, RID, PASID, IOVA);
        script.assertFaults(0x85, RID, PASID, IOVA, WRITE);
    }

    @Test
    void shouldFaultByBothStagesWhereThereIsNothingInOne() {
        final long[] roots = script.nested(RID, PASID, 5);
        script.map(roots[0], IOVA, 1L << 39 | LEAF);
        script.assertFaults(0x79, RID, PASID, IOVA, READ);
        script.assertFaults(0x71, RID, PASID, IOVA + 0x1000, READ);
    }

    @Test
    void shouldAbortWhereThereIsNoMemory() {
        script.map(script.firstStage(RID, PASID, 1), IOVA, VtdScript.OUTSIDE | LEAF);
        script.assertEnds(VtdScript.ABORTED, RID, PASID, IOVA, READ);
        script.assertNoFault();
    }

    @Test
    void shouldSurviveAccessesAcrossPages() {
        script.map(script.firstStage(RID, PASID, 1), IOVA, script.pageOf(7) | LEAF);
        for (int offset = 0xff9; offset < 0x1000; offset++) {
            script.endpoint.request(RID, PASID, IOVA + offset, READ).go(1);
            script.endpoint.request(RID, PASID, IOVA + offset, WRITE).go(1);
        }
        assertEquals("OK little", script.client.command("endianness"));
        assertEquals(0, script.endpoint.outstanding());
    }
}
