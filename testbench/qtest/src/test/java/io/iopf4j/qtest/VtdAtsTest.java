// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdScript.DONE;
import static io.iopf4j.qtest.VtdScript.FPD;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.PASIDE;
import static io.iopf4j.qtest.VtdScript.RID;
import static io.iopf4j.qtest.VtdScript.TABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Translation requests and translated accesses of a device with a cache of its own. */
class VtdAtsTest {
    private static final long IOVA = 0x1234_5000L;
    private static final int ASK = 4;
    private static final int TRANSLATED = 5;

    private final VtdScript script = new VtdScript();

    @BeforeEach
    void start() {
        script.device(RID);
    }

    @AfterEach
    void leave() {
        script.close();
    }

    private void ask(final int pasid, final long iova, final int access) {
        script.endpoint.request(RID, pasid, iova, access).go(ASK);
    }

    @Test
    void shouldTranslateForADevice() {
        final long page = script.pageOf(5);
        script.map(script.firstStage(RID, PASID, 1), IOVA, page | LEAF);
        ask(PASID, IOVA, READ | WRITE);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(READ | WRITE, script.endpoint.atsPerm() & 3);
        assertEquals(page, script.endpoint.atsAddress());
        assertEquals(12, script.endpoint.atsLog2Bytes());
        final int id = script.endpoint.request(RID, PASID, page, READ).go(TRANSLATED);
        script.endpoint.assertEnded(id, DONE);
        assertEquals(5, script.endpoint.data());
        script.assertNoFault();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldTellOfLargePages(final int level) {
        final long root = script.secondStage(RID, 0, 1);
        script.put(root, 4, level, 0, 1 << 7 | LEAF_2, LEAF_2);
        ask(NO_PASID, 0x5000, READ);
        assertEquals(12 + 9 * level, script.endpoint.atsLog2Bytes());
    }

    /** What a page request may mend is no fault: the device is told that it may do nothing. */
    @ParameterizedTest
    @CsvSource({
        // Leaf of the first stage, access, what is allowed.
        "0, 1, 0",
        "0x65, 1, 1",
        "0x65, 3, 1",
        "0x63, 1, 0"
    })
    void shouldTellADeviceWhatItMayDoAndRecordNothing(
            final String leaf, final int access, final int allowed) {
        script.map(script.firstStage(RID, PASID, 1), IOVA, Long.decode(leaf) | 0x30_0000);
        ask(PASID, IOVA, access);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(allowed, script.endpoint.atsPerm() & 3);
        script.assertNoFault();
    }

    @Test
    void shouldTellADeviceOfASecondStageWithNothing() {
        script.secondStage(RID, 0, 1);
        ask(NO_PASID, IOVA, READ);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(0, script.endpoint.atsPerm() & 3);
        script.assertNoFault();
    }

    /** Reason, and what tables have it. */
    @Test
    void shouldRecordWhatAPageRequestDoesNotMend() {
        ask(PASID, IOVA, READ);
        assertRecorded(0x51, PASID);
        final long root = script.firstStage(RID, PASID, 1);
        script.put(root, 4, 3, IOVA, OUTSIDE | TABLE, TABLE);
        ask(PASID, IOVA, READ);
        assertRecorded(0x70, PASID);
        ask(PASID, IOVA, READ | EXEC);
        assertNotEquals(0, script.endpoint.atsStatus());
        assertEquals(0x5c, script.vtd.fault()[1] >>> 32 & 0xff);
    }

    private void assertRecorded(final int reason, final int pasid) {
        assertNotEquals(0, script.endpoint.atsStatus());
        script.assertFault(
                IOVA,
                VtdWords.fault(RID, pasid, reason, VtdWords.READ | VtdWords.TRANSLATION_REQUEST));
        script.assertNoFault();
    }

    @ParameterizedTest
    @ValueSource(ints = {ASK, TRANSLATED})
    void shouldRefuseADeviceThatMayNot(final int go) {
        script.device(RID, PASIDE);
        script.map(script.firstStage(RID, PASID, 1), IOVA, script.pageOf(5) | LEAF);
        final int id = script.endpoint.request(RID, PASID, IOVA, READ).go(go);
        script.assertFault(
                IOVA,
                VtdWords.fault(
                        RID,
                        PASID,
                        0x44,
                        VtdWords.READ
                                | (go == ASK
                                        ? VtdWords.TRANSLATION_REQUEST
                                        : VtdWords.TRANSLATED)));
        if (go == ASK) {
            assertEquals(1, script.endpoint.atsStatus(), "unsupported request");
        } else {
            script.endpoint.assertEnded(id, VtdScript.ABORTED);
        }
        script.device(RID, PASIDE | FPD);
        script.forgetAll();
        script.endpoint.request(RID, PASID, IOVA, READ).go(go);
        script.assertNoFault();
    }

    @Test
    void shouldRefuseTranslationRequestsWithTranslationOff() {
        script.vtd.commandOff(VtdClient.TE);
        ask(NO_PASID, IOVA, READ);
        assertNotEquals(0, script.endpoint.atsStatus());
        script.assertNoFault();
    }
}
