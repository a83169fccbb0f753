// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DumpTrackerTest {
    private static final String DEV = "dev0";
    private static final int PRODUCER = 11;
    private static final int GUEST = 22;
    private static final int HOST = 33;
    private static final int FILE = 0xf1;
    private static final int GROUP = 0x61;
    private static final int SUCCESS = 0;
    private static final int INVALID = 1;

    private final TraceText text = new TraceText();

    @Test
    void shouldTellAnAnswerOfTheGuest() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP);
        text.thread(GUEST).reads(FILE, 1).writes(FILE, 1, INVALID);
        text.responds(DEV, 7, GROUP, 1, INVALID).writeReturns(8);
        final ReadDump dump = ReadDump.of(text);
        assertAnswer(only(dump), INVALID, AnsweredBy.GUEST);
        assertEquals(
                Map.of((long) FILE, new TreeSet<>(List.of(DEV))), dump.summary().devicesByFile());
        assertEquals(
                List.of(Recording.Kind.RAISE, Recording.Kind.READ, Recording.Kind.ANSWER),
                kinds(dump));
    }

    @Test
    void shouldKeepWhatTheRequestAskedFor() throws IOException {
        text.reports(DEV, 7, 5, 3).delivers(DEV, 7, GROUP, 5, 1).reportReturns(0);
        final RecordedGroup group = only(ReadDump.of(text));
        assertEquals(DEV, group.device());
        assertEquals(7, group.grpid());
        assertTrue(group.hasPasid());
        assertEquals(5, group.pasid());
        assertEquals(1, group.perm());
        assertEquals(0x7000, group.addr());
        assertTrue(group.isDelivered());
    }

    @Test
    void shouldTellEveryAnswerOfOneWrite() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP).faults(DEV, 8, GROUP + 1);
        text.thread(GUEST).writes(FILE, 1, SUCCESS);
        text.responds(DEV, 7, GROUP, 1, SUCCESS).responds(DEV, 8, GROUP + 1, 2, INVALID);
        text.writeReturns(16);
        final List<RecordedGroup> groups = ReadDump.of(text).recording().groups();
        assertAnswer(groups.get(0), SUCCESS, AnsweredBy.GUEST);
        assertAnswer(groups.get(1), INVALID, AnsweredBy.GUEST);
    }

    @Test
    void shouldTellAnAnswerBecauseTheDomainIsReplaced() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP);
        text.thread(HOST).attaches(DEV).answersForUserSpace();
        text.responds(DEV, 7, GROUP, 0, INVALID);
        final ReadDump dump = ReadDump.of(text);
        assertAnswer(only(dump), INVALID, AnsweredBy.DOMAIN_CHANGE);
        assertEquals(List.of(Recording.Kind.RAISE, Recording.Kind.REPLACE), kinds(dump));
    }

    @Test
    void shouldTakeADomainChangeBeforeLeavingTheQueueForADetach() throws IOException {
        text.thread(HOST).joinsQueue(DEV).attaches(DEV).answersForUserSpace().leavesQueue(DEV);
        assertEquals(
                List.of(Recording.Kind.ATTACH, Recording.Kind.DETACH), kinds(ReadDump.of(text)));
    }

    @Test
    void shouldTellAnAnswerBecauseTheDeviceLeavesItsQueue() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP);
        text.thread(HOST).leavesQueue(DEV).reachesHardware(DEV, 7, INVALID);
        final ReadDump dump = ReadDump.of(text);
        assertAnswer(only(dump), INVALID, AnsweredBy.DEVICE_REMOVAL);
        assertEquals(0, dump.summary().unanswered());
    }

    @Test
    void shouldTellAnAnswerForWantOfAHandler() throws IOException {
        text.reports(DEV, 7).reachesHardware(DEV, 7, INVALID).reportReturns(-19);
        final ReadDump dump = ReadDump.of(text);
        assertAnswer(only(dump), INVALID, AnsweredBy.KERNEL);
        assertFalse(only(dump).isDelivered());
        assertEquals(0, dump.summary().groups());
        assertEquals(0, dump.summary().outstandingHighWater());
    }

    @Test
    void shouldDoubtAReportThatSucceedsWithoutADelivery() throws IOException {
        text.reports(DEV, 7).reportReturns(0);
        assertTrue(only(ReadDump.of(text)).isUncertain());
    }

    @Test
    void shouldDoubtAReportThatTheThreadsNextOneOvertakes() throws IOException {
        text.reports(DEV, 7).faults(DEV, 8, GROUP);
        final List<RecordedGroup> groups = ReadDump.of(text).recording().groups();
        assertTrue(groups.get(0).isUncertain());
        assertFalse(groups.get(1).isUncertain());
    }

    @Test
    void shouldOpenAGroupWhoseReportIsMissing() throws IOException {
        text.delivers(DEV, 7, GROUP);
        final ReadDump dump = ReadDump.of(text);
        assertEquals(7, only(dump).grpid());
        assertEquals(0, dump.summary().pageRequests());
        assertEquals(1, dump.summary().groups());
    }

    @Test
    void shouldDoubtAGroupWhosePointerIsUsedAgain() throws IOException {
        text.faults(DEV, 7, GROUP).faults(DEV, 8, GROUP);
        final ReadDump dump = ReadDump.of(text);
        assertTrue(dump.recording().groups().get(0).isUncertain());
        assertFalse(dump.recording().groups().get(1).isUncertain());
        assertEquals(1, dump.summary().unanswered());
        assertEquals(1, dump.summary().outstandingHighWater());
    }

    @Test
    void shouldDoubtAGroupThatIsFreedWithoutAnAnswer() throws IOException {
        text.faults(DEV, 7, GROUP).frees(GROUP);
        final ReadDump dump = ReadDump.of(text);
        assertTrue(only(dump).isUncertain());
        assertEquals(0, dump.summary().unanswered());
    }

    @Test
    void shouldCountAnAnswerToAGroupItNeverSaw() throws IOException {
        text.thread(GUEST).writes(FILE, 1, SUCCESS).responds(DEV, 7, GROUP, 1, SUCCESS);
        final ReadDump dump = ReadDump.of(text);
        assertEquals(1, dump.summary().answeredUnseen());
        assertEquals(1, dump.summary().success());
        assertEquals(List.of(), dump.recording().groups());
    }

    @Test
    void shouldCountAnAnswerOnceThoughTheHardwareHearsOfItToo() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP).faults("dev1", 7, GROUP + 1);
        text.thread(GUEST).writes(FILE, 1, SUCCESS).responds(DEV, 7, GROUP, 1, SUCCESS);
        final ReadDump dump = ReadDump.of(text);
        assertEquals(1, dump.summary().success());
        assertEquals(1, dump.summary().unanswered());
    }

    @Test
    void shouldTellByTheCookieWhoAnsweredIfTheCallIsMissing() throws IOException {
        text.thread(PRODUCER).faults(DEV, 7, GROUP).faults(DEV, 8, GROUP + 1);
        text.thread(GUEST).responds(DEV, 7, GROUP, 5, SUCCESS);
        text.responds(DEV, 8, GROUP + 1, 0, INVALID);
        final List<RecordedGroup> groups = ReadDump.of(text).recording().groups();
        assertEquals(AnsweredBy.GUEST, groups.get(0).answeredBy());
        assertEquals(AnsweredBy.DOMAIN_CHANGE, groups.get(1).answeredBy());
    }

    @Test
    void shouldKnowAGroupOfSeveralRequests() throws IOException {
        text.reports(DEV, 7, 0, 0).reportReturns(0);
        text.reports(DEV, 7).delivers(DEV, 7, GROUP, 0, 2).reportReturns(0);
        final ReadDump dump = ReadDump.of(text);
        assertEquals(2, only(dump).requests());
        assertEquals(2, dump.summary().pageRequests());
        assertEquals(1, dump.summary().lastRequests());
        assertTrue(dump.recording().hasGroupsOfSeveral());
    }

    @Test
    void shouldCountWhatIsNoPageRequestApart() throws IOException {
        text.event(
                "iopf_report",
                "(probed+0x0/0x1) dev=0xd1 type=2 flags=0x2 pasid=0 grpid=1 perm=0x1 addr=0x1000"
                        + " name=\"dev0\"");
        final DumpSummary summary = ReadDump.of(text).summary();
        assertEquals(1, summary.unrecoverable());
        assertEquals(0, summary.pageRequests());
    }

    @Test
    void shouldFollowADeviceThatLeavesAndComesBack() throws IOException {
        text.joinsGroup(DEV).joinsQueue(DEV).leavesQueue(DEV).leavesGroup(DEV);
        text.joinsGroup(DEV).joinsQueue(DEV);
        final ReadDump dump = ReadDump.of(text);
        assertEquals(List.of(DEV), dump.recording().devices());
        assertEquals(
                List.of(
                        Recording.Kind.ATTACH,
                        Recording.Kind.DETACH,
                        Recording.Kind.REMOVE,
                        Recording.Kind.ATTACH),
                kinds(dump));
    }

    @Test
    void shouldNotFollowADeviceThatNeverFaults() throws IOException {
        text.joinsGroup("nic").leavesGroup("nic").faults(DEV, 7, GROUP);
        assertEquals(List.of(DEV), ReadDump.of(text).recording().devices());
    }

    @Test
    void shouldNotFollowTheDomainsOfADeviceThatNeverFaults() throws IOException {
        text.thread(HOST).attaches("nic").answersForUserSpace().leavesQueue("nic");
        text.attaches("nic").answersForUserSpace();
        assertEquals(List.of(), kinds(ReadDump.of(text)));
    }

    @Test
    void shouldDoubtAPasidOfMoreBitsThanThereAre() throws IOException {
        text.reports(DEV, 7, 1 << 20, 3).delivers(DEV, 7, GROUP, 1 << 20, 1);
        final ReadDump dump = ReadDump.of(text);
        assertTrue(only(dump).isUncertain());
        assertTrue(dump.warnings().get(0).contains("20 bits"), dump.warnings().get(0));
    }

    @Test
    void shouldDoubtWhatIsOutstandingWhenEventsAreLost() throws IOException {
        text.faults(DEV, 7, GROUP).lost(12).faults(DEV, 8, GROUP + 1);
        final ReadDump dump = ReadDump.of(text);
        assertTrue(dump.recording().groups().get(0).isUncertain(), "its answer may be lost");
        assertEquals(1, dump.warnings().size());
        assertTrue(dump.warnings().get(0).contains("12 counted"), dump.warnings().get(0));
    }

    @Test
    void shouldTrustWhatIsRaisedAfterTheLastLoss() throws IOException {
        text.lost(12).faults(DEV, 7, GROUP).faults(DEV, 8, GROUP + 1);
        assertFalse(ReadDump.of(text).recording().groups().get(1).isUncertain());
    }

    @Test
    void shouldSpanFromTheFirstEventToTheLast() throws IOException {
        text.faults(DEV, 7, GROUP);
        final DumpSummary summary = ReadDump.of(text).summary();
        assertEquals(100_000_001_000L, summary.firstNs());
        assertEquals(100_000_003_000L, summary.lastNs());
    }

    private static RecordedGroup only(final ReadDump dump) {
        assertEquals(1, dump.recording().groups().size());
        return dump.recording().groups().get(0);
    }

    private static void assertAnswer(
            final RecordedGroup group, final int code, final AnsweredBy by) {
        assertEquals(code, group.code());
        assertEquals(by, group.answeredBy());
        assertFalse(group.isUncertain());
    }

    private static List<Recording.Kind> kinds(final ReadDump dump) {
        return dump.recording().steps().stream().map(Recording.Step::kind).toList();
    }

    // ---- Groups of several requests -------------------------------------------------------------

    @Test
    void shouldPutTheRequestsOfAGroupTogether() throws IOException {
        final int withPasid = 1;
        text.requests(DEV, 7, 0xa000, 1, withPasid).requests(DEV, 8, 0xf000, 1, withPasid);
        text.requests(DEV, 7, 0xb000, 3, withPasid).requests("dev1", 7, 0xc000, 1, withPasid);
        text.reports(DEV, 7, 5, 3).delivers(DEV, 7, GROUP, 5, 3).reportReturns(0);
        final ReadDump dump = ReadDump.of(text);
        final RecordedGroup group = only(dump);
        assertEquals(3, group.requests());
        assertEquals(3, group.knownRequests());
        assertEquals(
                List.of(0xa000L, 0xb000L, 0x7000L),
                List.of(group.addr(0), group.addr(1), group.addr(2)));
        assertEquals(List.of(1, 3, 1), List.of(group.perm(0), group.perm(1), group.perm(2)));
        assertEquals(2, dump.summary().incompleteRequests(), "of group 8 and of dev1");
        assertTrue(dump.recording().hasGroupsOfSeveral());
    }

    @Test
    void shouldLeaveOutWhatTheKernelDiscarded() throws IOException {
        text.requests(DEV, 7, 0xa000, 1, 1).requests(DEV, 7, 0xb000, 1, 1);
        text.reports(DEV, 7, 5, 3).delivers(DEV, 7, GROUP, 5, 2).reportReturns(0);
        final RecordedGroup group = only(ReadDump.of(text));
        assertEquals(2, group.knownRequests());
        assertEquals(List.of(0xb000L, 0x7000L), List.of(group.addr(0), group.addr(1)));
    }

    @Test
    void shouldReplayWhatItKnowsOfAGroupWhoseRequestsAreLost() throws IOException {
        text.requests(DEV, 7, 0xa000, 1, 1);
        text.reports(DEV, 7, 5, 3).delivers(DEV, 7, GROUP, 5, 6).reportReturns(0);
        final RecordedGroup group = only(ReadDump.of(text));
        assertEquals(6, group.requests());
        assertEquals(2, group.knownRequests());
    }

    @Test
    void shouldKnowVtdByItsEvents() throws IOException {
        text.faults(DEV, 7, GROUP);
        assertFalse(ReadDump.of(text).summary().isOfVtd());
        text.event("prq_report", "dmar0/0000:00:02.0 seq# 0: rid=0x10 addr=0x7 r---- pasid=0x1");
        assertTrue(ReadDump.of(text).summary().isOfVtd());
    }
}
