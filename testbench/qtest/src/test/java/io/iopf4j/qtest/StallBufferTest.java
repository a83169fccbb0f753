// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EventWords.C_BAD_CD;
import static io.iopf4j.qtest.EventWords.C_BAD_STE;
import static io.iopf4j.qtest.EventWords.word0;
import static io.iopf4j.qtest.SmmuScript.A;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CMDQ_PROD;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.DONE;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_CONS;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_PROD;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.R;
import static io.iopf4j.qtest.SmmuScript.S;
import static io.iopf4j.qtest.SmmuScript.S2R;
import static io.iopf4j.qtest.SmmuScript.S2S;
import static io.iopf4j.qtest.SmmuScript.ZEROED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stalls that several streams share, in which order they come up, and who may stall at all. */
class StallBufferTest {
    private static final int SID = 0x10;
    private static final int OTHER = 0x11;
    private static final int SSID = 3;
    private static final long IOVA = 0x1234_5678L;

    private static long iova(final int i) {
        return IOVA + 0x1000L * i;
    }

    private static int sid(final int i) {
        return (i & 1) == 0 ? SID : OTHER;
    }

    private static SmmuScript twoStreams(final int stalls, final int eventsLog2) {
        final SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().withStallMax(stalls), eventsLog2, 5);
        script.oneContext(SID, 1, S);
        script.oneContext(OTHER, 2, S);
        return script;
    }

    // ---- Order ----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 5", "2, 5", "3, 1", "40, 0", "40, 1", "1, 0"})
    void shouldRecordStallsOfAllStreamsInOrderOfArrival(final int stalls, final int eventsLog2) {
        try (SmmuScript script = twoStreams(stalls, eventsLog2)) {
            final int count = 9;
            final int[] ids = new int[count];
            for (int i = 0; i < count; i++) {
                ids[i] = script.assertWaits(sid(i), SSID, iova(i));
            }
            assertEquals(count, script.endpoint.outstanding());
            assertEquals(
                    Math.min(count, Math.min(stalls, 1 << eventsLog2)), script.get(EVENTQ_PROD));
            for (int i = 0; i < count; i++) {
                final int tag = script.assertReadStall(sid(i), SSID, iova(i));
                script.resume(sid(i), tag, i % 3 == 0 ? 0 : 2);
                script.endpoint.assertEnded(ids[i], i % 3 == 0 ? ZEROED : ABORTED);
            }
            script.assertNoEvent();
            assertEquals(0, script.endpoint.outstanding());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldRecordTheExcessAtTheDoorbellOfAResume(final int action) {
        try (SmmuScript script = twoStreams(2, 5)) {
            for (int i = 0; i < 5; i++) {
                script.assertWaits(sid(i), SSID, iova(i));
            }
            assertEquals(2, script.get(EVENTQ_PROD), "STALL_MAX of both streams together");
            final int first = script.assertReadStall(SID, SSID, iova(0));
            final int second = script.assertReadStall(OTHER, SSID, iova(1));
            script.assertNoEvent();
            assertEquals(2, script.get(EVENTQ_PROD), "taking events frees no entry");
            // One that matches nothing frees none either.
            script.resume(OTHER, first, action);
            assertEquals(2, script.get(EVENTQ_PROD));
            script.resume(OTHER, second, action);
            assertEquals(3, script.get(EVENTQ_PROD));
            final int third = script.assertReadStall(SID, SSID, iova(2));
            // Two by one doorbell: both of them before its answer.
            script.smmu.command(0x46, 0);
            script.store(
                    SmmuClient.COMMANDS + 16L * script.get(CMDQ_PROD),
                    0x44 | 2 << 12 | (long) SID << 32,
                    first,
                    0x44 | 2 << 12 | (long) SID << 32,
                    third);
            script.set(CMDQ_PROD, script.get(CMDQ_PROD) + 2);
            assertEquals(5, script.get(EVENTQ_PROD));
            script.assertReadStall(OTHER, SSID, iova(3));
            script.assertReadStall(SID, SSID, iova(4));
        }
    }

    @Test
    void shouldRecordTheExcessAtTheDoorbellOfAStallTerm() {
        try (SmmuScript script = twoStreams(2, 5)) {
            for (int i = 0; i < 6; i++) {
                script.assertWaits(sid(i), SSID, iova(i));
            }
            script.stallTerm(SID);
            // Both recorded ones were one of each; the other's next comes up, and one more waits.
            assertEquals(3, script.get(EVENTQ_PROD));
            assertEquals(3, script.endpoint.outstanding());
            script.assertReadStall(SID, SSID, iova(0));
            final int tag = script.assertReadStall(OTHER, SSID, iova(1));
            script.assertReadStall(OTHER, SSID, iova(3));
            script.assertNoEvent();
            script.resume(OTHER, tag, 2);
            script.assertReadStall(OTHER, SSID, iova(5));
            assertEquals(2, script.endpoint.outstanding());
        }
    }

    @Test
    void shouldLetOtherAccessesPass() {
        try (SmmuScript script = twoStreams(1, 5)) {
            final long contexts = script.stageOne(0x12, 0, 0);
            final long root = script.context(contexts, SSID, 3, A | R);
            script.map(root, IOVA, script.pageOf(9) | LEAF);
            script.assertWaits(SID, SSID, IOVA);
            script.assertWaits(OTHER, SSID, IOVA);
            script.assertReads(9, 0x12, SSID, IOVA & ~0xfffL);
            // What does not stall is recorded though stalls wait for a tag.
            script.assertEnds(ABORTED, 0x12, SSID, iova(1), READ);
            script.assertReadStall(SID, SSID, IOVA);
            script.assertEvent(
                    word0(EventWords.F_TRANSLATION, 0x12, SSID),
                    EventWords.RNW | EventWords.CLASS_IN,
                    iova(1),
                    0);
            script.assertNoEvent();
        }
    }

    @Test
    void shouldStallAgainBehindThoseThatWait() {
        try (SmmuScript script = twoStreams(1, 5)) {
            final int first = script.assertWaits(SID, SSID, iova(0));
            final int second = script.assertWaits(OTHER, SSID, iova(1));
            final int tag = script.assertReadStall(SID, SSID, iova(0));
            script.resume(SID, tag, 1);
            // A retry is a new arrival.
            final int next = script.assertReadStall(OTHER, SSID, iova(1));
            script.resume(OTHER, next, 2);
            script.endpoint.assertEnded(second, ABORTED);
            script.resume(SID, script.assertReadStall(SID, SSID, iova(0)), 2);
            script.endpoint.assertEnded(first, ABORTED);
        }
    }

    // ---- Ends -----------------------------------------------------------------------------------

    @Test
    void shouldEndAllStallsWithSmmuEnable() {
        try (SmmuScript script = twoStreams(2, 1)) {
            for (int i = 0; i < 5; i++) {
                script.assertWaits(sid(i), SSID, iova(i));
            }
            final int tag = script.assertReadStall(SID, SSID, iova(0));
            script.set(CR0, 0xe);
            assertEquals(0, script.endpoint.outstanding());
            for (int i = 0; i < 5; i++) {
                assertEquals(
                        1L << 31 | ABORTED,
                        script.client.readq(script.endpoint.at(EndpointBlock.ENDED)) >>> 32);
            }
            script.endpoint.assertNothingEnded();
            script.assertReadStall(OTHER, SSID, iova(1));
            script.assertNoEvent();
            // The tags are free: an old RESUME does nothing, and as many stall as before.
            script.set(CR0, 0xf);
            script.resume(SID, tag, 1);
            script.assertNoEvent();
            for (int i = 0; i < 2; i++) {
                script.assertWaits(sid(i), SSID, iova(i));
            }
            script.assertReadStall(SID, SSID, iova(0));
            script.assertReadStall(OTHER, SSID, iova(1));
        }
    }

    @Test
    void shouldNotWakeAStallByInvalidation() {
        try (SmmuScript script = new SmmuScript()) {
            final long root = script.oneContext(SID, 1, S);
            final int id = script.assertWaits(SID, SSID, IOVA);
            final int tag = script.assertReadStall(SID, SSID, IOVA);
            script.map(root, IOVA, script.pageOf(7) | LEAF);
            script.forgetConfiguration();
            script.smmu.command(0x30, 0);
            script.smmu.command(0x46, 0);
            script.endpoint.assertNothingEnded();
            script.resume(SID, tag, 1);
            script.endpoint.assertEnded(id, DONE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldLookAgainAtWhatWasHeld(final int change) {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 0, 5)) {
            script.oneContext(SID, 1, S);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            final int id = script.assertWaits(SID, SSID, IOVA);
            final long entry = script.client.readq(SmmuScript.steAt(SID));
            switch (change) {
                // The stream aborts, is not valid, or its context is not.
                case 0 -> script.store(SmmuScript.steAt(SID), 1);
                case 1 -> script.store(SmmuScript.steAt(SID), 0);
                default -> script.store((entry & 0xffff_ffff_ffc0L) + 64 * SSID, 0);
            }
            script.forgetConfiguration();
            script.set(EVENTQ_CONS, 1);
            script.endpoint.assertEnded(id, ABORTED);
            if (change == 0) {
                assertEquals(1, script.get(EVENTQ_PROD));
            } else {
                assertEquals(0, script.get(EVENTQ_PROD), "wrapped");
                assertEquals(
                        word0(change == 1 ? C_BAD_STE : C_BAD_CD, SID, SSID),
                        script.client.readq(SmmuClient.EVENTS));
            }
        }
    }

    // ---- Models ---------------------------------------------------------------------------------

    @Test
    void shouldRefuseEntriesThatStallWhereNothingDoes() {
        try (SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().withStallModel(SmmuV3Config.TERMINATE_ONLY))) {
            script.oneContext(SID, 1, S);
            bad(script, SID, SSID, C_BAD_CD);
            final long contexts = script.stageOne(OTHER, 0, 0);
            script.context(contexts, SSID, 2, R);
            script.assertEnds(ZEROED, OTHER, SSID, IOVA, READ);
            script.assertEvent(
                    word0(EventWords.F_TRANSLATION, OTHER, SSID),
                    EventWords.RNW | EventWords.CLASS_IN,
                    IOVA,
                    0);
            script.stageOne(0x12, 0, 1L << 27);
            bad(script, 0x12, SSID, C_BAD_STE);
            script.stageTwo(0x13, 1, S2S);
            bad(script, 0x13, NO_PASID, C_BAD_STE);
            script.stageTwo(0x14, 1, S2R);
            script.assertEnds(ABORTED, 0x14, NO_PASID, IOVA, READ);
            assertEquals(0, script.get(0x14) >>> 16);
        }
    }

    @Test
    void shouldRefuseEntriesThatDoNotStallWhereAllMust() {
        try (SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().withStallModel(SmmuV3Config.STALL_FORCED))) {
            script.oneContext(SID, 1, A | R);
            bad(script, SID, SSID, C_BAD_CD);
            script.oneContext(OTHER, 2, S);
            final int id = script.assertWaits(OTHER, SSID, IOVA);
            script.resume(OTHER, script.assertReadStall(OTHER, SSID, IOVA), 0);
            script.endpoint.assertEnded(id, ZEROED);
            script.stageOne(0x12, 0, 1L << 27);
            bad(script, 0x12, SSID, C_BAD_STE);
            script.stageTwo(0x13, 1, S2R);
            bad(script, 0x13, NO_PASID, C_BAD_STE);
            script.stageTwo(0x14, 1, S2S);
            script.assertWaits(0x14, NO_PASID, IOVA);
        }
    }

    @Test
    void shouldWantAnAbortWhereTerminationAborts() {
        try (SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().with(SmmuFeature.TERMINATE_ABORTS))) {
            script.oneContext(SID, 1, R);
            bad(script, SID, SSID, C_BAD_CD);
            script.oneContext(OTHER, 2, A | R);
            script.assertEnds(ABORTED, OTHER, SSID, IOVA, READ);
        }
    }

    private static void bad(
            final SmmuScript script, final int sid, final int ssid, final int number) {
        script.assertEnds(ABORTED, sid, ssid, IOVA, READ);
        script.assertEvent(word0(number, sid, ssid), 0, 0, 0);
    }

    @Test
    void shouldHaveStreamsAndSubstreamsAsConfigured() {
        try (SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().withSidBits(5).withSsidBits(2))) {
            script.ste(0x1f, 0x9, 0, 0, 0);
            script.assertReads(0, 0x1f, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
            // The table is larger than that.
            bad(script, 0x20, NO_PASID, EventWords.C_BAD_STREAMID);
            script.oneContext(SID, 1, S);
            bad(script, SID, SSID, C_BAD_STE);
            script.ste(OTHER, SmmuScript.ste0(5, script.smmu.page(), 0, 2), 2, 0, 0);
            bad(script, OTHER, SSID, C_BAD_CD);
        }
    }

    @Test
    void shouldUseTheOneContextWithoutSubstreams() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy().withSsidBits(0))) {
            final long contexts = script.smmu.page();
            // What says how many there are, and how they lie, is not looked at.
            script.ste(SID, SmmuScript.ste0(5, contexts, 2, 9), 0, 0, 0);
            final long root = script.context(contexts, 0, 1, S);
            script.map(root, IOVA, script.pageOf(4) | LEAF);
            script.assertReads(4, SID, NO_PASID, IOVA & ~0xfffL);
            script.assertEnds(ABORTED, SID, 0, IOVA, READ);
            assertEquals(EventWords.C_BAD_SUBSTREAMID, script.smmu.event()[0] & 0xff);
        }
    }
}
