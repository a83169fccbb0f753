// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdClient.PPR;
import static io.iopf4j.qtest.VtdClient.PQT;
import static io.iopf4j.qtest.VtdClient.PRO;
import static io.iopf4j.qtest.VtdClient.PRS;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of 2017: extended contexts, requests of 128 bits, group and stream responses. */
class VtdRevision2Test {
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final int GROUP = 0x15;
    private static final int PRIVATE = 0x1234;
    private static final int STREAM = 8;

    /** Bits of an extended context entry. */
    private static final long PRS_ENABLE = 1 << 9;

    private static final long PASIDE = 1 << 11;

    /** log2 of the PASID table's entries less 5: 256 of them. */
    private static final long PTS = 3;

    private final VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED);
    private final VtdClient vtd = script.vtd;

    @AfterEach
    void leave() {
        script.close();
    }

    /** A context with a second stage and a PASID table of 256 entries; gives both. */
    private long[] device(final int rid, final int type) {
        final long second = vtd.page();
        final long pasids = vtd.page();
        vtd.store(
                script.contextAt(rid),
                1 | (long) type << 2 | PRS_ENABLE | PASIDE | second,
                2 | 5 << 8,
                pasids | PTS,
                0);
        return new long[] {second, pasids};
    }

    private long firstStage(final long pasids, final int pasid) {
        final long root = vtd.page();
        script.client.writeq(pasids + 8L * pasid, root | 1);
        return root;
    }

    private void send(final int access, final boolean isLast) {
        script.endpoint.pageRequest(RID, PASID, ADDRESS, access, GROUP, isLast);
    }

    private void sendStream(final int access, final boolean isLast) {
        script.client.writel(VtdMachine.ENDPOINT_BASE + 0x14, GROUP | (isLast ? 1 << 16 : 0));
        script.client.writel(VtdMachine.ENDPOINT_BASE + 0x50, PRIVATE);
        script.endpoint.request(RID, PASID, ADDRESS, access).go(STREAM);
    }

    // ---- Tables ---------------------------------------------------------------------------------

    @Test
    void shouldTranslateWithoutPasidByTheSecondStage() {
        final long second = device(RID, 0)[0];
        script.map2(second, ADDRESS, script.pageOf(7) | LEAF_2);
        script.assertReads(7, RID, NO_PASID, ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5})
    void shouldTranslateWithPasidByAFlatTable(final int type) {
        final long pasids = device(RID, type)[1];
        script.map(firstStage(pasids, PASID), ADDRESS, script.pageOf(7) | LEAF);
        script.assertReads(7, RID, PASID, ADDRESS);
        script.assertWrites(8, RID, PASID, ADDRESS);
        script.assertReads(8, RID, PASID, ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 5})
    void shouldPassThrough(final int type) {
        device(RID, type);
        script.assertReads(9, RID, NO_PASID, script.pageOf(9));
    }

    /** Functions from 0x80 on are in the upper table, by their low seven bits. */
    @Test
    void shouldFindTheUpperHalfOfABus() {
        final long second = device(0x0380, 0)[0];
        script.map2(second, ADDRESS, script.pageOf(7) | LEAF_2);
        script.assertReads(7, 0x0380, NO_PASID, ADDRESS);
        final long upper = script.client.readq(VtdScript.rootAt(0x0380) + 8) & -0x1000L;
        assertEquals(1, script.client.readq(upper) & 1, "entry 0 of the upper table");
    }

    // ---- Requests -------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // Access, last, words.
        "3, true, 0x0a8000000300042c, 0x00007f1234567103",
        "1, true, 0x0a8000000300042c, 0x00007f1234567101",
        "5, false, 0x0a80000003000424, 0x00007f1234567105",
        "11, false, 0x0a80000003000424, 0x00007f123456710b"
    })
    void shouldQueueARequestBitForBit(
            final int access, final boolean isLast, final String word0, final String word1) {
        device(RID, 0);
        send(access, isLast);
        script.assertRequest(Long.decode(word0), Long.decode(word1));
        script.assertNoRequest();
    }

    @ParameterizedTest
    @CsvSource({
        "1, false, 0x0a80123403000425, 0x00007f1234567101",
        "3, true, 0x0a8012340300042d, 0x00007f1234567103"
    })
    void shouldQueueAStreamRequestBitForBit(
            final int access, final boolean isLast, final String word0, final String word1) {
        device(RID, 0);
        sendStream(access, isLast);
        script.assertRequest(Long.decode(word0), Long.decode(word1));
        script.assertNoRequest();
        assertEquals(1, script.client.readl(VtdMachine.ENDPOINT_BASE + 0x1c), "it took an id");
        assertEquals(0, script.endpoint.outstanding());
    }

    @Test
    void shouldHaveAQueueOf256Entries() {
        device(RID, 0);
        for (int i = 0; i < 255; i++) {
            send(READ, false);
        }
        vtd.assertRegister(PPR, PRS);
        vtd.assertRegister64(255 * 16, PQT);
        send(READ, false);
        vtd.assertRegister(PPR | PRO, PRS);
    }

    @Test
    void shouldAnswerByItselfWhatOverflows() {
        device(RID, 0);
        for (int i = 0; i < 255; i++) {
            send(READ, false);
        }
        send(READ, false);
        script.endpoint.assertNoResponse();
        send(READ, true);
        script.endpoint.assertResponse(PASID, 0, GROUP);
        sendStream(READ, false);
        script.endpoint.assertResponse(PASID, 0, GROUP);
        script.endpoint.assertNoResponse();
    }

    @ParameterizedTest
    @ValueSource(longs = {PASIDE, PRS_ENABLE})
    void shouldRefuseRequestsThatTheContextDoesNotAllow(final long bits) {
        vtd.store(script.contextAt(RID), 1 | bits | vtd.page(), 2 | 5 << 8, vtd.page() | PTS, 0);
        send(READ, true);
        script.assertNoRequest();
        script.endpoint.assertResponse(PASID, 1, GROUP);
    }

    // ---- Responses ------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0000004203100019, 0x0a80123400000000, 0",
        "0x0000004203100019, 0x0a80123400000001, 1",
        "0x0000004203100019, 0x0a8012340000000f, 15",
        "0x0a8012340300042a, 0x00007f1234567100, 0",
        "0x0a8012340300042a, 0x00007f1234567101, 1",
        "0x0a8012340300042a, 0x00007f123456710f, 15",
        "0x0a8012340300042a, 0x00007f1234567103, 15"
    })
    void shouldSendResponsesOfBothKinds(final String word0, final String word1, final int code) {
        device(RID, 0);
        sendStream(READ, true);
        vtd.submit(Long.decode(word0), Long.decode(word1));
        script.endpoint.assertResponse(PASID, code, GROUP);
        script.endpoint.assertNoResponse();
    }

    @Test
    void shouldKnowStreamsInThisFormAlone() {
        try (VtdScript newer = new VtdScript()) {
            newer.device(RID);
            newer.endpoint.request(RID, PASID, ADDRESS, READ).go(STREAM);
            newer.assertNoRequest();
            assertEquals(0, newer.client.readl(VtdMachine.ENDPOINT_BASE + 0x1c), "no id");
        }
    }

    // ---- Invalidations --------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0000004200050026, 0x0, true",
        "0x0000004200050036, 0x00007f1234567000, true",
        "0x0000004300050026, 0x0, false",
        "0x12, 0x0, true"
    })
    void shouldForgetTranslationsThatADescriptorNames(
            final String word0, final String word1, final boolean isGone) {
        final long root = firstStage(device(RID, 0)[1], PASID);
        script.map(root, ADDRESS, script.pageOf(5) | LEAF);
        script.assertReads(5, RID, PASID, ADDRESS);
        script.map(root, ADDRESS, script.pageOf(6) | LEAF);
        script.assertReads(5, RID, PASID, ADDRESS);
        vtd.submit(Long.decode(word0), Long.decode(word1));
        script.assertReads(isGone ? 6 : 5, RID, PASID, ADDRESS);
    }

    @Test
    void shouldForgetAPasidThatADescriptorNames() {
        final long pasids = device(RID, 0)[1];
        script.map(firstStage(pasids, PASID), ADDRESS, script.pageOf(5) | LEAF);
        script.assertReads(5, RID, PASID, ADDRESS);
        script.client.writeq(pasids + 8 * PASID, 0);
        vtd.submit(VtdWords.iotlb(1, 0));
        script.assertReads(5, RID, PASID, ADDRESS);
        vtd.submit(VtdWords.pasidCache(1, 5, PASID));
        vtd.submit(VtdWords.iotlb(1, 0));
        script.assertEnds(VtdScript.ABORTED, RID, PASID, ADDRESS, READ);
    }
}
