// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.EventWords.C_BAD_STE;
import static io.iopf4j.qtest.EventWords.C_BAD_STREAMID;
import static io.iopf4j.qtest.EventWords.C_BAD_SUBSTREAMID;
import static io.iopf4j.qtest.EventWords.F_STREAM_DISABLED;
import static io.iopf4j.qtest.EventWords.word0;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CMDQ_CONS;
import static io.iopf4j.qtest.SmmuScript.CMDQ_PROD;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.DONE;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_BASE;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_CONS;
import static io.iopf4j.qtest.SmmuScript.EVENTQ_PROD;
import static io.iopf4j.qtest.SmmuScript.GERROR;
import static io.iopf4j.qtest.SmmuScript.GERRORN;
import static io.iopf4j.qtest.SmmuScript.IRQ_CTRL;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.OUTSIDE;
import static io.iopf4j.qtest.SmmuScript.PRIQ_CONS;
import static io.iopf4j.qtest.SmmuScript.PRIQ_PROD;
import static io.iopf4j.qtest.SmmuScript.R;
import static io.iopf4j.qtest.SmmuScript.S;
import static io.iopf4j.qtest.SmmuScript.ZEROED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten behaviours that emulations of an SMMUv3 get wrong, each as software sees it. */
class OftenWrongTest {
    private static final int SID = 0x10;
    private static final int OTHER = 0x11;
    private static final int SSID = 3;
    private static final long IOVA = 0x1234_5678L;
    private static final int OVERFLOW = 1 << 31;

    // ---- A stall while the event queue is full --------------------------------------------------

    @Test
    void shouldHoldAStallWhileTheEventQueueIsFull() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 1, 5)) {
            script.oneContext(SID, 4, S);
            fillEvents(script);
            for (int i = 0; i < 3; i++) {
                script.assertWaits(SID, SSID, IOVA + 0x1000L * i);
            }
            assertEquals(2, script.get(EVENTQ_PROD), "neither written nor an overflow");
            assertEquals(3, script.endpoint.outstanding());
            script.endpoint.assertNothingEnded();

            // What does not stall is lost, once said.
            script.assertEnds(ABORTED, 0x22, NO_PASID, 0, READ);
            assertEquals(OVERFLOW | 2, script.get(EVENTQ_PROD));
            script.assertEnds(ABORTED, 0x22, NO_PASID, 0, READ);
            assertEquals(OVERFLOW | 2, script.get(EVENTQ_PROD), "toggled once");

            // With room for one, one is written before the answer, though the overflow is present.
            script.set(EVENTQ_CONS, 1);
            assertEquals(OVERFLOW | 3, script.get(EVENTQ_PROD));
            script.set(EVENTQ_CONS, OVERFLOW | 2);
            assertEquals(OVERFLOW, script.get(EVENTQ_PROD), "wrapped");
            script.set(EVENTQ_CONS, OVERFLOW | 3);
            assertEquals(OVERFLOW | 1, script.get(EVENTQ_PROD));
            assertEquals(3, script.endpoint.outstanding());
        }
    }

    @Test
    void shouldHoldAStallWhileTheEventQueueIsOff() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            script.set(CR0, 0xb);
            final int id = script.assertWaits(SID, SSID, IOVA);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            assertEquals(0, script.get(EVENTQ_PROD), "an event is lost without overflow");
            script.set(CR0, 0xf);
            assertEquals(1, script.get(EVENTQ_PROD));
            script.resume(SID, script.assertReadStall(SID, SSID, IOVA), 2);
            script.endpoint.assertEnded(id, ABORTED);
        }
    }

    @Test
    void shouldHoldAStallUntilTheAbortOfTheEventQueueIsAcknowledged() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            script.set(CR0, 0xb);
            script.set64(EVENTQ_BASE, OUTSIDE | 5);
            script.set(CR0, 0xf);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            assertEquals(4, script.get(GERROR), "EVENTQ_ABT_ERR");
            assertEquals(List.of(3), script.client.interrupts());
            script.assertWaits(SID, SSID, IOVA);
            script.set(CR0, 0xb);
            script.set64(EVENTQ_BASE, SmmuClient.EVENTS | 5);
            script.set(CR0, 0xf);
            assertEquals(0, script.get(EVENTQ_PROD));
            script.set(GERRORN, 4);
            assertEquals(1, script.get(EVENTQ_PROD));
            script.assertReadStall(SID, SSID, IOVA);
        }
    }

    @Test
    void shouldWriteNoRecordOfAHeldStallThatSoftwareHasMended() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 1, 5)) {
            final long root = script.oneContext(SID, 4, S);
            fillEvents(script);
            final int id = script.assertWaits(SID, SSID, IOVA);
            final int next = script.assertWaits(SID, SSID, IOVA + 0x1000);
            script.map(root, IOVA, script.pageOf(1) | LEAF);
            script.set(EVENTQ_CONS, 1);
            script.endpoint.assertEnded(id, DONE);
            assertEquals(3, script.get(EVENTQ_PROD), "the room went to the one behind");
            assertEquals(1, script.endpoint.outstanding());
            script.stallTerm(SID);
            script.endpoint.assertEnded(next, ABORTED);
        }
    }

    private static void fillEvents(final SmmuScript script) {
        script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
        script.assertEnds(ABORTED, 0x21, NO_PASID, 0, READ);
        assertEquals(2, script.get(EVENTQ_PROD));
    }

    // ---- What a RESUME names --------------------------------------------------------------------

    @Test
    void shouldIgnoreAResumeWithAWrongStreamId() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            script.oneContext(OTHER, 5, S);
            final int id = script.assertWaits(SID, SSID, IOVA);
            final int tag = script.assertReadStall(SID, SSID, IOVA);
            for (int action = 0; action < 4; action++) {
                script.resume(OTHER, tag, action);
                script.resume(0, tag, action);
                script.resume(SID | 1 << 20, tag, action);
                script.resume(SID, tag ^ 1, action);
                script.resume(SID, 0xffff, action);
            }
            script.endpoint.assertNothingEnded();
            script.assertNoEvent();
            assertEquals(1, script.endpoint.outstanding());
            // The SubstreamID is no part of what is matched.
            script.smmu.command(0x44 | 1 << 11 | 5 << 12 | (long) SID << 32, 0);
            script.endpoint.assertNothingEnded();
            script.resume(SID, tag, 2);
            script.endpoint.assertEnded(id, ABORTED);
            script.resume(SID, tag, 2);
            script.endpoint.assertNothingEnded();
            assertEquals(0, script.get(GERROR));
        }
    }

    @Test
    void shouldNotGiveATagAgainThatIsNotYetAnswered() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            script.oneContext(OTHER, 5, S);
            final Set<Integer> tags = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                final int sid = (i & 1) == 0 ? SID : OTHER;
                script.assertWaits(sid, SSID, IOVA + 0x1000L * i);
                tags.add(sid << 16 | script.assertReadStall(sid, SSID, IOVA + 0x1000L * i));
            }
            assertEquals(20, tags.size());
        }
    }

    // ---- What a RESUME does ---------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0,3,false", "1,0,false", "2,2,false", "3,0,false", "0,2,true", "2,2,true"})
    void shouldTakeTheResumeActionBitsAsWritten(
            final int action, final int how, final boolean terminatesWithAbort) {
        final SmmuV3Config config = SmmuV3Config.roomy();
        try (SmmuScript script =
                new SmmuScript(
                        terminatesWithAbort ? config.with(SmmuFeature.TERMINATE_ABORTS) : config)) {
            // With S the context's A does not say how a stall ends.
            final long root = script.oneContext(SID, 4, terminatesWithAbort ? S | SmmuScript.A : S);
            final int read = script.assertWaits(SID, SSID, IOVA);
            final int readTag = script.assertReadStall(SID, SSID, IOVA);
            final int write = script.endpoint.write(SID, SSID, IOVA, 0x77);
            final int writeTag =
                    script.assertStall(
                            word0(EventWords.F_TRANSLATION, SID, SSID),
                            EventWords.CLASS_IN,
                            IOVA,
                            0);
            assertNotEquals(readTag, writeTag);
            final long page = script.pageOf(5);
            if (how != 0) {
                script.map(root, IOVA, page | LEAF);
            }
            script.endpoint.setData(0x99);
            script.resume(SID, writeTag, action);
            script.resume(SID, readTag, action);
            if (how == 0) {
                // Retried where nothing is mapped: both stall again, with new records.
                script.endpoint.assertNothingEnded();
                final int again =
                        script.assertStall(
                                word0(EventWords.F_TRANSLATION, SID, SSID),
                                EventWords.CLASS_IN,
                                IOVA,
                                0);
                final int readAgain = script.assertReadStall(SID, SSID, IOVA);
                script.map(root, IOVA, page | LEAF);
                script.client.writeq(page + 0x678, 0x55);
                script.resume(SID, readAgain, action);
                script.endpoint.assertEnded(read, DONE);
                assertEquals(0x55, script.endpoint.data());
                script.resume(SID, again, action);
                script.endpoint.assertEnded(write, DONE);
                assertEquals(0x77, script.client.readq(page + 0x678));
                return;
            }
            script.endpoint.assertEnded(write, how);
            script.endpoint.assertEnded(read, how);
            assertEquals(0, script.client.readq(page + 0x678), "nothing was stored");
            assertEquals(how == ZEROED ? 0 : 0x99, script.endpoint.data());
            script.assertNoEvent();
        }
    }

    // ---- After a command error ------------------------------------------------------------------

    @Test
    void shouldRestartAfterACommandErrorWithoutAProdWrite() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            final int id = script.assertWaits(SID, SSID, IOVA);
            final int tag = script.assertReadStall(SID, SSID, IOVA);
            script.client.interrupts();
            final long queue = SmmuClient.COMMANDS;
            script.store(queue, 0x30, 0);
            script.store(queue + 16, 0xff, 0);
            script.store(queue + 32, 0x2044 | (long) SID << 32, tag);
            script.store(queue + 48, 0x46 | 1 << 12, 0);
            script.set(CMDQ_PROD, 4);
            assertEquals(1 << 24 | 1, script.get(CMDQ_CONS), "at the bad one, with CERROR_ILL");
            assertEquals(1, script.get(GERROR));
            assertEquals(List.of(3), script.client.interrupts());
            script.endpoint.assertNothingEnded();
            // Neither more commands nor the enable goes past the error.
            script.store(queue + 64, 0x46, 0);
            script.set(CMDQ_PROD, 5);
            script.set(CR0, 0x7);
            script.set(CR0, 0xf);
            assertEquals(1, script.get(CMDQ_CONS) & 0xffff);
            assertEquals(1, script.get(GERROR));
            script.endpoint.assertNothingEnded();

            script.store(queue + 16, 0x46, 0);
            script.set(GERRORN, 1);
            assertEquals(5, script.get(CMDQ_CONS) & 0xffff);
            script.endpoint.assertEnded(id, ABORTED);
            assertEquals(List.of(2), script.client.interrupts());
        }
    }

    @Test
    void shouldFindTheSameErrorAgainIfNothingWasMended() {
        try (SmmuScript script = new SmmuScript()) {
            script.store(SmmuClient.COMMANDS, 0, 0);
            script.set(CMDQ_PROD, 1);
            for (int i = 1; i <= 4; i++) {
                assertEquals(1 << 24, script.get(CMDQ_CONS));
                assertEquals(i & 1, script.get(GERROR));
                assertEquals(List.of(3), script.client.interrupts());
                script.set(GERRORN, script.get(GERROR));
            }
        }
    }

    @Test
    void shouldTakeProdBackToTheCommandInError() {
        try (SmmuScript script = new SmmuScript()) {
            script.store(SmmuClient.COMMANDS, 0x46, 0, 0xff, 0, 0xff, 0);
            script.set(CMDQ_PROD, 3);
            assertEquals(1 << 24 | 1, script.get(CMDQ_CONS));
            script.set(CMDQ_PROD, 1);
            script.set(GERRORN, 1);
            assertEquals(1, script.get(GERROR), "no other error");
            assertEquals(1, script.get(CMDQ_CONS) & 0xffff);
            script.store(SmmuClient.COMMANDS + 16, 0x46, 0);
            script.set(CMDQ_PROD, 2);
            assertEquals(2, script.get(CMDQ_CONS) & 0xffff);
        }
    }

    // ---- GERROR ---------------------------------------------------------------------------------

    @Test
    void shouldToggleGerrorOnlyWhileInactive() {
        try (SmmuScript script = new SmmuScript()) {
            for (int round = 0; round < 4; round++) {
                final int active = (round & 1) == 0 ? 0x10 : 0;
                for (int i = 0; i < 3; i++) {
                    // A SYNC whose message goes nowhere: MSI_CMDQ_ABT_ERR, and it is consumed.
                    script.smmu.command(0x46 | 1 << 12, OUTSIDE);
                    assertEquals(active, script.get(GERROR));
                    assertEquals(
                            i == 0 ? List.of(3, 2) : List.of(2),
                            script.client.interrupts(),
                            "a repeat is not signalled");
                }
                assertEquals(0x10 ^ active, script.get(GERRORN));
                script.set(GERRORN, active);
            }
        }
    }

    @Test
    void shouldToggleErrorsOneByOne() {
        try (SmmuScript script = new SmmuScript()) {
            script.smmu.command(0x46 | 1 << 12, OUTSIDE);
            script.smmu.issue(0xff, 0);
            assertEquals(0x11, script.get(GERROR));
            script.set(GERRORN, 0x10);
            assertEquals(0x11, script.get(GERROR));
            assertEquals(1, script.smmu.commandError(), "not the one that was acknowledged");
            script.set(GERROR, 0);
            assertEquals(0x11, script.get(GERROR), "read only");
            script.smmu.recoverCommands();
            assertEquals(0x11, script.get(GERRORN));
            script.assertError(1, 0xff, 0);
            assertEquals(0x10, script.get(GERROR));
        }
    }

    // ---- The PRI queue's overflow ---------------------------------------------------------------

    @Test
    void shouldWriteNothingToThePriQueueUntilTheOverflowIsAcknowledged() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 5, 1)) {
            final EndpointClient endpoint = script.endpoint;
            for (int i = 0; i < 3; i++) {
                endpoint.pageRequest(SID, NO_PASID, IOVA, READ, i, true);
            }
            assertEquals(OVERFLOW | 2, script.get(PRIQ_PROD));
            endpoint.assertResponse(NO_PASID, 0, 2);
            // Room alone is not enough, and the flag is toggled once.
            for (int taken = 1; taken <= 2; taken++) {
                script.set(PRIQ_CONS, taken);
                endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 9 + taken, true);
                assertEquals(OVERFLOW | 2, script.get(PRIQ_PROD));
                endpoint.assertResponse(NO_PASID, 0, 9 + taken);
            }
            endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 4, false);
            endpoint.assertNoResponse();
            script.client.interrupts();
            script.set(PRIQ_CONS, OVERFLOW | 2);
            assertEquals(OVERFLOW | 2, script.get(PRIQ_PROD), "what was dropped stays away");
            endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 5, true);
            assertEquals(OVERFLOW | 3, script.get(PRIQ_PROD));
            assertEquals(List.of(1), script.client.interrupts());
            endpoint.assertNoResponse();
            // The next overflow toggles back.
            endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 6, true);
            assertEquals(OVERFLOW, script.get(PRIQ_PROD));
            endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 7, true);
            assertEquals(0, script.get(PRIQ_PROD));
        }
    }

    // ---- The event interrupt --------------------------------------------------------------------

    @Test
    void shouldRaiseTheEventInterruptOnEmptyToNonEmptyOnly() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 1, 5)) {
            script.oneContext(SID, 4, S);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            assertEquals(List.of(0), script.client.interrupts());
            script.assertEnds(ABORTED, 0x21, NO_PASID, 0, READ);
            script.assertWaits(SID, SSID, IOVA);
            script.assertEnds(ABORTED, 0x22, NO_PASID, 0, READ);
            assertEquals(List.of(), script.client.interrupts(), "nor for an overflow");
            // One is left, so that the stall that gets its room makes no edge.
            script.set(EVENTQ_CONS, 1);
            assertEquals(3, script.get(EVENTQ_PROD) & 3);
            assertEquals(List.of(), script.client.interrupts());
            script.set(EVENTQ_CONS, 3);
            script.assertWaits(SID, SSID, IOVA);
            assertEquals(List.of(0), script.client.interrupts());
            // Emptied and filled by one store.
            script.assertEnds(ABORTED, 0x21, NO_PASID, 0, READ);
            script.assertWaits(SID, SSID, IOVA);
            script.assertWaits(SID, SSID, IOVA);
            assertEquals(List.of(), script.client.interrupts());
            script.set(EVENTQ_CONS, 1);
            assertEquals(List.of(0), script.client.interrupts(), "one edge for two records");
        }
    }

    @Test
    void shouldNeverSignalWhatCameBeforeTheEnable() {
        try (SmmuScript script = new SmmuScript()) {
            script.set(IRQ_CTRL, 0);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            script.smmu.command(0x46 | 1 << 12, OUTSIDE);
            script.endpoint.pageRequest(SID, NO_PASID, 0, READ, 1, true);
            assertEquals(List.of(2), script.client.interrupts(), "IRQ_CTRL does not gate a SYNC");
            script.set(IRQ_CTRL, 7);
            script.assertEnds(ABORTED, 0x20, NO_PASID, 0, READ);
            script.endpoint.pageRequest(SID, NO_PASID, 0, READ, 1, true);
            assertEquals(List.of(), script.client.interrupts());
        }
    }

    // ---- What a driver takes from a record ------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {0x1234_5678L, 0xfff, 0x1, 0x7fff_ffff_fff8L, 0xab00_0000_1234_5671L})
    void shouldReportTheUnmaskedAddressAndTheStagAsGroup(final long iova) {
        // That the driver makes the tag the group of its fault is shown among the driver's tests.
        try (SmmuScript script = new SmmuScript()) {
            final long contexts = script.stageOne(SID, 0, 0);
            // TBI0, so that a tagged address gets to the tables.
            final long root = script.context(contexts, SSID, 4, S | 1L << 38);
            final int first = script.assertWaits(SID, SSID, iova);
            final int second = script.assertWaits(SID, SSID, iova);
            final int firstTag = script.assertReadStall(SID, SSID, iova);
            final int secondTag = script.assertReadStall(SID, SSID, iova);
            assertNotEquals(firstTag, secondTag, "one group for one access");
            script.map(root, iova & 0xffff_ffff_ffffL, script.pageOf(1) | LEAF);
            script.resume(SID, secondTag, 1);
            script.endpoint.assertEnded(second, DONE);
            script.resume(SID, firstTag, 1);
            script.endpoint.assertEnded(first, DONE);
        }
    }

    // ---- STALL_TERM -----------------------------------------------------------------------------

    @Test
    void shouldReachEveryStallOfTheStreamButNoOtherWithStallTerm() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 2, 5)) {
            final long contexts = script.stageOne(SID, 0, 0);
            script.context(contexts, 0, 1, S);
            script.context(contexts, 1, 2, S);
            script.context(contexts, SSID, 3, S);
            script.oneContext(OTHER, 4, S);
            // Recorded and held ones of both, with and without PASID: the queue has four places.
            final int[] own = {
                script.assertWaits(SID, NO_PASID, IOVA), script.assertWaits(SID, 1, IOVA)
            };
            final int other = script.assertWaits(OTHER, SSID, IOVA);
            script.assertWaits(SID, SSID, IOVA);
            final int otherHeld = script.assertWaits(OTHER, SSID, IOVA + 0x1000);
            script.assertWaits(SID, SSID, IOVA + 0x1000);
            assertEquals(6, script.endpoint.outstanding());
            assertEquals(4, script.get(EVENTQ_PROD));

            script.stallTerm(0x40);
            assertEquals(6, script.endpoint.outstanding());
            script.stallTerm(SID);
            assertEquals(2, script.endpoint.outstanding());
            final Set<Long> ended = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                ended.add(script.client.readq(script.endpoint.at(EndpointBlock.ENDED)));
            }
            final long aborted = 1L << 63 | 2L << 32;
            assertEquals(
                    Set.of(aborted | own[0], aborted | own[1], aborted | 4, aborted | 6),
                    ended,
                    "recorded or not, aborted each");
            script.endpoint.assertNothingEnded();

            // The old records stay; the stall of the other stream that waited comes behind them.
            final int tag = script.assertReadStall(SID, -1, IOVA);
            script.assertReadStall(SID, 1, IOVA);
            final int otherTag = script.assertReadStall(OTHER, SSID, IOVA);
            script.assertReadStall(SID, SSID, IOVA);
            final int otherHeldTag = script.assertReadStall(OTHER, SSID, IOVA + 0x1000);
            script.assertNoEvent();
            script.resume(SID, tag, 1);
            script.endpoint.assertNothingEnded();
            script.resume(OTHER, otherHeldTag, 2);
            script.endpoint.assertEnded(otherHeld, ABORTED);
            script.resume(OTHER, otherTag, 0);
            script.endpoint.assertEnded(other, ZEROED);
            // What stalls afterwards is not meant, and an empty stream is no error.
            script.assertWaits(SID, 1, IOVA);
            script.stallTerm(OTHER);
            script.endpoint.assertNothingEnded();
            assertEquals(1, script.endpoint.outstanding());
            assertEquals(0, script.get(GERROR));
        }
    }

    // ---- Two levels -----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // Split, Span, first StreamID of the second level, number in it, whether it is there.
        "6, 1, 0x40, 0, true",
        "6, 1, 0x40, 1, false",
        "6, 4, 0x40, 7, true",
        "6, 4, 0x40, 8, false",
        "6, 7, 0x40, 63, true",
        "6, 8, 0x40, 0, false",
        "8, 9, 0x100, 255, true",
        "8, 8, 0x100, 127, true",
        "8, 8, 0x100, 128, false",
        "8, 10, 0x100, 0, false",
        "10, 11, 0x400, 1023, true",
        "10, 0, 0x400, 0, false",
        "10, 12, 0x400, 0, false",
        "10, 31, 0x400, 0, false",
        // Any other split is 6.
        "7, 7, 0x40, 63, true",
        "0, 8, 0x40, 0, false"
    })
    void shouldHonourSpanAndS1dssOfTwoLevelTables(
            final int split,
            final int span,
            final String firstSid,
            final int number,
            final boolean isThere) {
        try (SmmuScript script = new SmmuScript()) {
            final int first = Integer.decode(firstSid);
            final long levelOne = script.twoLevelStreams(split, 12);
            final long levelTwo = script.alignedPages(16);
            final int shift = split == 8 || split == 10 ? split : 6;
            // The pointer's bits within the table count for nothing.
            final long noise = span > 1 && span <= 11 ? 64 : 0;
            script.store(levelOne + 8L * (first >> shift), levelTwo | noise | span);
            // Bypass.
            script.store(levelTwo + 64L * number, 0x9, 0, 0, 0);
            final int sid = first + number;
            final long page = script.pageOf(0x77);
            if (isThere) {
                script.assertReads(0x77, sid, NO_PASID, page);
                script.assertNoEvent();
            } else {
                script.assertEnds(ABORTED, sid, NO_PASID, page, READ);
                script.assertEvent(word0(C_BAD_STREAMID, sid, -1), 0, 0, 0);
            }
            script.assertEnds(ABORTED, 0x1000, 5, page, READ);
            script.assertEvent(word0(C_BAD_STREAMID, 0x1000, 5), 0, 0, 0);
            // Without RECINVSID it is as silent as it is aborted.
            script.reconfigure(SmmuScript.CR2, 0);
            script.assertEnds(ABORTED, 0x1000, NO_PASID, page, READ);
            script.assertNoEvent();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 6", "0, 7", "0, 10", "1, 7", "1, 10", "2, 11", "2, 12"})
    void shouldHonourS1dssOfTablesOfEveryFormat(final int s1Fmt, final int s1CdMax) {
        try (SmmuScript script = new SmmuScript()) {
            final int last = (1 << s1CdMax) - 1;
            final long contexts = script.alignedPages(s1Fmt == 0 ? s1CdMax + 6 : 12);
            final long firstCd;
            final long lastCd;
            if (s1Fmt == 0) {
                firstCd = contexts;
                lastCd = contexts + 64L * last;
            } else {
                final int split = s1Fmt == 1 ? 6 : 10;
                firstCd = script.alignedPages(split + 6);
                final long lastTable = script.alignedPages(split + 6);
                lastCd = lastTable + 64L * (last & (1 << split) - 1);
                script.store(contexts, firstCd | 1);
                script.store(contexts + 8L * (last >> split), lastTable | 1);
            }
            final long root = script.smmu.page();
            script.store(firstCd, SmmuScript.cd0(1, R), root, 0, 0xff);
            script.store(lastCd, SmmuScript.cd0(2, R), root, 0, 0xff);
            final long page = script.pageOf(0x11);
            script.map(root, IOVA, script.pageOf(0x22) | LEAF);
            final long in = IOVA & ~0xfffL;
            for (final int s1Dss : new int[] {0, 1, 2, 3}) {
                script.ste(SID, SmmuScript.ste0(5, contexts, s1Fmt, s1CdMax), s1Dss, 0, 0);
                script.forgetConfiguration();
                // The last substream is there whatever S1DSS says; the one behind it is not.
                script.assertReads(0x22, SID, last, in);
                script.assertEnds(ABORTED, SID, last + 1, in, READ);
                script.assertEvent(word0(C_BAD_SUBSTREAMID, SID, last + 1) & ~(1L << 11), 0, 0, 0);
                if (s1Dss == 2) {
                    script.assertReads(0x22, SID, NO_PASID, in);
                    script.assertEnds(ABORTED, SID, 0, in, READ);
                    script.assertEvent(word0(F_STREAM_DISABLED, SID, -1), 0, 0, 0);
                } else {
                    script.assertReads(0x22, SID, 0, in);
                    if (s1Dss == 1) {
                        script.assertReads(0x11, SID, NO_PASID, page);
                    } else {
                        script.assertEnds(ABORTED, SID, NO_PASID, in, READ);
                        script.assertEvent(word0(F_STREAM_DISABLED, SID, -1), 0, 0, 0);
                    }
                }
                script.assertNoEvent();
            }
        }
    }

    @Test
    void shouldRefuseASubstreamWhoseFirstLevelIsInvalid() {
        try (SmmuScript script = new SmmuScript()) {
            final long contexts = script.smmu.page();
            script.ste(SID, SmmuScript.ste0(5, contexts, 1, 8), 2, 0, 0);
            script.assertEnds(ABORTED, SID, 0x45, IOVA, WRITE);
            script.assertEvent(word0(C_BAD_SUBSTREAMID, SID, 0x45) & ~(1L << 11), 0, 0, 0);
            // Without PASID it is context 0's first level.
            script.assertEnds(ABORTED, SID, NO_PASID, IOVA, WRITE);
            script.assertEvent(word0(C_BAD_SUBSTREAMID, SID, -1), 0, 0, 0);
            script.assertEnds(ABORTED, 0x33, NO_PASID, IOVA, WRITE);
            script.assertEvent(word0(C_BAD_STE, 0x33, -1), 0, 0, 0);
            assertNull(script.smmu.pageRequest());
            assertArrayEquals(new byte[8], script.client.readBytes(contexts, 8));
        }
    }
}
