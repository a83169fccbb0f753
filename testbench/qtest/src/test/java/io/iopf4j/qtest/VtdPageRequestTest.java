// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdClient.PPR;
import static io.iopf4j.qtest.VtdClient.PQH;
import static io.iopf4j.qtest.VtdClient.PQT;
import static io.iopf4j.qtest.VtdClient.PRO;
import static io.iopf4j.qtest.VtdClient.PRS;
import static io.iopf4j.qtest.VtdScript.DTE;
import static io.iopf4j.qtest.VtdScript.FPD;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.PASIDE;
import static io.iopf4j.qtest.VtdScript.PRE;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Page requests of 256 bits: what is queued, what is refused and how, what is answered. */
class VtdPageRequestTest {
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final int GROUP = 0x15;
    private static final int SUCCESS = 0;
    private static final int INVALID = 1;
    private static final int FAILURE = 15;

    private final VtdScript script = new VtdScript();

    @BeforeEach
    void start() {
        script.device(RID);
    }

    @AfterEach
    void leave() {
        script.close();
    }

    private void send(final int pasid, final int access, final boolean isLast) {
        script.endpoint.pageRequest(RID, pasid, ADDRESS + 0x678, access, GROUP, isLast);
    }

    // ---- What is queued -------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // PASID, access, last, words 0 and 1.
        "0x42, 3, true, 0x0000004203100101, 0x00007f12345670af",
        "0x42, 1, false, 0x0000004203100101, 0x00007f12345670a9",
        "0x42, 2, true, 0x0000004203100101, 0x00007f12345670ae",
        "0x42, 0, false, 0x0000004203100101, 0x00007f12345670a8",
        "0x42, 5, true, 0x0010004203100101, 0x00007f12345670ad",
        "0x42, 9, true, 0x0020004203100101, 0x00007f12345670ad",
        "0x42, 15, true, 0x0030004203100101, 0x00007f12345670af",
        "0, 1, true, 0x0000000003100101, 0x00007f12345670ad",
        "0x1fff, 1, true, 0x00001fff03100101, 0x00007f12345670ad",
        "-1, 1, true, 0x0000000003100001, 0x00007f12345670ad",
        "-1, 15, true, 0x0000000003100001, 0x00007f12345670af"
    })
    void shouldQueueARequestBitForBit(
            final String pasid,
            final int access,
            final boolean isLast,
            final String word0,
            final String word1) {
        send(Integer.decode(pasid), access, isLast);
        script.assertRequest(Long.decode(word0), Long.decode(word1), 0, 0);
        script.assertNoRequest();
        script.assertNoFault();
        script.endpoint.assertNoResponse();
        assertEquals(0, script.endpoint.outstanding());
        script.endpoint.assertNothingEnded();
    }

    @Test
    void shouldQueueAStopMarker() {
        script.endpoint.request(RID, PASID, ADDRESS, READ | WRITE).go(3);
        script.assertRequest(0x0000_0042_0310_0101L, 4, 0, 0);
    }

    @Test
    void shouldTellOfTheQueueInItsRegisters() {
        send(PASID, READ, true);
        script.vtd.assertRegister64(32, PQT);
        script.vtd.assertRegister64(0, PQH);
        script.vtd.assertRegister(PPR, PRS);
        assertEquals(List.of(VtdClient.PRQ_IRQ), script.client.interrupts());
        assertEquals(0x42, script.client.readl(VtdClient.MESSAGES + 8));
        script.vtd.set(PRS, PPR);
        script.vtd.assertRegister(0, PRS);
    }

    @Test
    void shouldGoRoundAndRound() {
        for (int i = 0; i < 300; i++) {
            script.endpoint.pageRequest(RID, PASID, i * 0x1000L, READ, i, true);
            script.assertRequest(0x0000_0042_0310_0101L, i * 0x1000L | (i & 0x1ff) << 3 | 5, 0, 0);
        }
        assertEquals(300 * 32 % 4096, script.vtd.get(PQT));
    }

    @Test
    void shouldHaveAQueueOfManyPages() {
        script.vtd.enableRequests(4);
        for (int i = 0; i < 2047; i++) {
            script.endpoint.pageRequest(RID, PASID, i * 0x1000L, READ, i & 0x1ff, false);
        }
        script.vtd.assertRegister(PPR, PRS);
        script.endpoint.pageRequest(RID, PASID, 0, READ, 0, false);
        script.vtd.assertRegister(PPR | PRO, PRS);
        script.vtd.assertRegister64(2047 * 32, PQT);
    }

    /** The request's own page is forgotten before software hears of it. */
    @Test
    void shouldForgetThePageThatIsAskedFor() {
        final long root = script.firstStage(RID, PASID, 1);
        script.map(root, ADDRESS, script.pageOf(5) | (VtdScript.LEAF & ~2));
        script.assertReads(5, RID, PASID, ADDRESS);
        script.map(root, ADDRESS, script.pageOf(6) | VtdScript.LEAF);
        script.assertReads(5, RID, PASID, ADDRESS);
        send(PASID, WRITE, true);
        script.assertReads(6, RID, PASID, ADDRESS);
    }

    // ---- What is not ----------------------------------------------------------------------------

    @Test
    void shouldDiscardAMalformedRequest() {
        send(PASID, EXEC, true);
        send(PASID, EXEC | WRITE, true);
        script.assertNoRequest();
        script.assertNoFault();
        script.vtd.assertRegister(0, PRS);
    }

    @ParameterizedTest
    @CsvSource({
        // Reason, context bits (or -1: none), PASID, response of a last request.
        "0x45, 0x14, 0x42, 1",
        "0x46, 0x1c, 0x2000, 1",
        "0x47, 0x0c, 0x42, 1",
        "0x47, 0x0c, -1, 1"
    })
    void shouldRefuseWhatTheContextDoesNotAllow(
            final String reason, final String bits, final String pasidText, final int code) {
        final int pasid = Integer.decode(pasidText);
        script.device(RID, Integer.decode(bits));
        send(pasid, READ, true);
        script.assertFault(
                ADDRESS, VtdWords.fault(RID, pasid, Integer.decode(reason), VtdWords.PAGE_REQUEST));
        script.endpoint.assertResponse(pasid, code, GROUP);
        send(pasid, READ, false);
        script.assertFault(
                ADDRESS, VtdWords.fault(RID, pasid, Integer.decode(reason), VtdWords.PAGE_REQUEST));
        script.endpoint.assertNoResponse();
        // FPD keeps it from being recorded, not from being refused.
        script.device(RID, Integer.decode(bits) | FPD);
        script.forgetAll();
        send(pasid, READ, true);
        script.assertNoFault();
        script.endpoint.assertResponse(pasid, code, GROUP);
        script.assertNoRequest();
        script.vtd.assertRegister(0, PRS);
    }

    @Test
    void shouldRecordTheVectorOfARequestWithoutPre() {
        script.device(RID, DTE | PASIDE);
        send(PASID, READ, true);
        script.assertFault(ADDRESS, 0x8000_4247_9000_0310L);
    }

    @Test
    void shouldFailARequestWhoseTablesCannotBeRead() {
        script.vtd.setRoot(OUTSIDE | VtdClient.SCALABLE);
        send(PASID, READ, true);
        script.assertFault(ADDRESS, VtdWords.fault(RID, PASID, 0x38, VtdWords.PAGE_REQUEST));
        script.endpoint.assertResponse(PASID, FAILURE, GROUP);
        script.assertNoRequest();
    }

    @Test
    void shouldRefuseAStopMarkerLikeARequest() {
        script.device(RID, DTE | PASIDE);
        script.endpoint.request(RID, PASID, 0, 0).go(3);
        script.assertNoRequest();
        assertEquals(0x47, script.vtd.fault()[1] >>> 32 & 0xff);
    }

    @Test
    void shouldQueueNothingWithoutTranslation() {
        script.vtd.commandOff(VtdClient.TE);
        send(PASID, READ, false);
        script.assertNoRequest();
        script.vtd.assertRegister(0, PRS);
    }

    @Test
    void shouldNotLookAtThePasidsEntry() {
        script.device(RID, PASIDE | PRE | DTE);
        send(0x1fff, READ, true);
        script.assertRequest(0x0000_1fff_0310_0101L, 0x0000_7f12_3456_70adL, 0, 0);
    }

    // ---- Responses ------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0000004203100019, 0x42, 0",
        "0x0000004203101019, 0x42, 1",
        "0x0000004203102019, 0x42, 15",
        "0x000000420310f019, 0x42, 15",
        "0x000000420310e019, 0x42, 15",
        "0x0000000003100009, -1, 0",
        "0x0000000003101009, -1, 1"
    })
    void shouldSendAResponse(final String word0, final String pasid, final int code) {
        send(Integer.decode(pasid), READ, true);
        script.vtd.submit(Long.decode(word0), 0xac);
        script.endpoint.assertResponse(Integer.decode(pasid), code, GROUP);
        script.endpoint.assertNoResponse();
    }

    @Test
    void shouldSendResponsesInTheOrderOfTheQueue() {
        for (int i = 0; i < 5; i++) {
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ, i, true);
        }
        for (final int i : new int[] {4, 0, 3, 1, 2}) {
            script.vtd.put(VtdWords.response(RID, PASID, i & 1), i << 3 | 4);
        }
        script.vtd.ring();
        for (final int i : new int[] {4, 0, 3, 1, 2}) {
            script.endpoint.assertResponse(PASID, (i & 1) == 0 ? SUCCESS : INVALID, i);
        }
    }

    @Test
    void shouldSendAResponseToNobodyNowhere() {
        script.vtd.submit(VtdWords.response(0x0999, PASID, 0), 0xac);
        script.endpoint.assertNoResponse();
    }

    /** After a failure a plain requester may go on. */
    @Test
    void shouldQueueRequestsAfterAFailure() {
        send(PASID, READ | PRIV, true);
        script.vtd.submit(VtdWords.response(RID, PASID, 15), 0xac);
        script.endpoint.assertResponse(PASID, FAILURE, GROUP);
        script.vtd.request();
        send(NO_PASID, READ, true);
        script.assertRequest(0x0310_0001L, 0x0000_7f12_3456_70adL, 0, 0);
    }
}
