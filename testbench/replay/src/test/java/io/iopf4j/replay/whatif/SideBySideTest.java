// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenarios;
import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SideBySideTest {
    private static final Fate SUCCESS = new Fate(Outcome.ANSWERED, PageResponseCode.SUCCESS);
    private static final Fate REFUSED = new Fate(Outcome.TERMINATED, PageResponseCode.INVALID);
    private static final Fate UNREPORTED = new Fate(Outcome.UNREPORTED, Ledger.NONE);
    private static final Fate OUTSTANDING = new Fate(Outcome.OUTSTANDING, Ledger.NONE);

    private static SideBySide stallBuffer;

    @BeforeAll
    static void shouldRunOnce() throws IOException {
        stallBuffer = policies(scenario("shared-stall-buffer"), "none", "vm-quota=half");
    }

    // ---- Pairs ----------------------------------------------------------------------------------

    @Test
    void shouldPairADumpsFaultsByTheirNumber() throws IOException {
        final SideBySide result = policies(twoFaults(), "none", "vm-quota=1");
        assertEquals(2, result.pairs());
        assertEquals(0, result.notInAll());
        assertEquals(1, result.differences());
        final Difference second = result.difference(0);
        assertEquals(List.of(OptionalInt.of(1), OptionalInt.of(1)), second.faults());
        assertEquals(List.of(SUCCESS, REFUSED), second.fates());
        assertEquals("dev0", second.device());
        assertEquals(2, second.number());
        assertEquals(0x8000, second.iova());
    }

    @Test
    void shouldPairAScenariosFaultsByDeviceAndNumber() throws IOException {
        final SideBySide result = stallBuffer;
        final int most = (int) result.runs().get(1).faults().result().raised();
        assertEquals(most, result.pairs());
        assertEquals(most - result.runs().get(0).faults().result().raised(), result.notInAll());
        for (int i = 0; i < result.differences(); i++) {
            final Difference difference = result.difference(i);
            for (int run = 0; run < 2; run++) {
                if (difference.faults().get(run).isPresent()) {
                    final int fault = difference.faults().get(run).getAsInt();
                    final Ledger ledger = result.runs().get(run).faults().result().ledger();
                    assertEquals(difference.number(), ledger.access(fault));
                    assertEquals(
                            difference.device(), result.runs().get(run).faults().device(fault));
                } else {
                    assertEquals(Fate.NOT_RAISED, difference.fates().get(run));
                    assertTrue(result.story(i, run).isEmpty());
                }
            }
        }
    }

    @Test
    void shouldTellOfDifferencesInTheOrderInWhichTheyWereRaised() throws IOException {
        final SideBySide result = stallBuffer;
        long lastNs = 0;
        for (int i = 0; i < result.differences(); i++) {
            final int run = result.difference(i).faults().get(0).isPresent() ? 0 : 1;
            final long raisedNs = result.story(i, run).orElseThrow().steps().get(0).ns();
            assertTrue(raisedNs >= lastNs, "difference " + i);
            lastNs = raisedNs;
        }
    }

    @Test
    void shouldFindNoDifferenceUnderTheSameRules() throws IOException {
        final SideBySide result = policies(scenario("fifteen-devices"), "none", "device-quota=64");
        assertEquals(0, result.differences());
        assertEquals(List.of(), result.shifts());
        assertEquals(List.of(), result.first(3));
    }

    // ---- What they say --------------------------------------------------------------------------

    @Test
    void shouldCountHowFatesShiftFromTheFirstRun() throws IOException {
        final SideBySide result = stallBuffer;
        assertEquals(
                List.of(
                        new Shift(1, "silent", UNREPORTED, REFUSED, 1836),
                        new Shift(1, "silent", OUTSTANDING, REFUSED, 32)),
                result.shifts().subList(0, 2));
        assertEquals(result.differences(), result.shifts().stream().mapToLong(Shift::count).sum());
    }

    @Test
    void shouldTellFirstOfEachMachineAndWay() throws IOException {
        final SideBySide result = stallBuffer;
        final List<Difference> told = result.first(3).stream().map(result::difference).toList();
        assertEquals(
                List.of("silent", "silent", "web"), told.stream().map(Difference::vm).toList());
        assertEquals(List.of(OUTSTANDING, REFUSED), told.get(0).fates());
        assertEquals(List.of(UNREPORTED, REFUSED), told.get(1).fates());
        assertEquals(List.of(UNREPORTED, SUCCESS), told.get(2).fates());
        assertEquals(0, result.first(3).get(0));
        assertEquals(result.differences(), result.first(Integer.MAX_VALUE).size());
    }

    @Test
    void shouldTellTheStoryOfAFaultOverItsQuota() throws IOException {
        final SideBySide result = policies(twoFaults(), "none", "vm-quota=1");
        assertEquals(
                List.of(
                        "device dev0 raises it",
                        "hardware stalls it with tag 1, queues a record",
                        "driver reports it",
                        "guest it is in the queue of dev0",
                        "guest answers success after 3.008 ms",
                        "hardware completes it: translated"),
                told(result, 0, 0));
        assertEquals(
                List.of(
                        "device dev0 raises it",
                        "hardware stalls it with tag 1, queues a record",
                        "driver reports it",
                        "policy vm-quota=1 ends it: over quota, dev0 has 1 of 1 outstanding",
                        "hardware completes it: aborted"),
                told(result, 0, 1));
    }

    @Test
    void shouldTellWhoHeldTheRoomThatAFaultDidNotFind() throws IOException {
        final SideBySide result =
                SideBySide.run(
                        twoFaults(),
                        List.of(
                                new Variant("roomy", Rules.DEFAULT),
                                new Variant("tight", Rules.DEFAULT.withHardware(stalls(1)))),
                        1,
                        Runs.Listener.UNHEARD);
        assertEquals(0, result.differences(), "it waits, and then it is answered");
        final VmWaits waits = result.runs().get(1).waits().get(0);
        assertEquals(List.of(new VmWaits.Charge("dev0", waits.roomNs())), waits.charges());
        assertTrue(waits.roomNs() > 0);
        final List<String> story =
                new StoryTeller(result.runs().get(1).faults(), result.endNs())
                        .tell(1).steps().stream().map(Story.Step::text).toList();
        assertEquals("has no room for it: dev0 holds all 1 stalls", story.get(1));
        assertTrue(
                story.get(2).matches("stalls it with tag \\d+, queues a record after .*"),
                story.toString());
    }

    @Test
    void shouldTellOfAFaultThatTimedOut() throws IOException {
        final SideBySide result = policies(twoFaults(), "none", "timeout=2ms");
        assertTrue(
                told(result, 0, 1).contains("policy timeout=2ms ends it: no answer for 2.000 ms"),
                told(result, 0, 1).toString());
    }

    // ---- Who starved whom -----------------------------------------------------------------------

    @Test
    void shouldChargeTheSilentOneWithTheOthersWaiting() throws IOException {
        final SideBySide result = stallBuffer;
        final VmWaits web = result.runs().get(0).waits().get(1);
        assertEquals("web", web.vm());
        assertEquals(16, web.neverReported());
        assertEquals(web.totalNs(), web.roomNs());
        assertEquals("silent", web.charges().get(0).vm());
        final long charged = web.charges().stream().mapToLong(VmWaits.Charge::ns).sum();
        assertTrue(Math.abs(web.roomNs() - charged) <= 4, "rounded, of each machine");
        assertTrue(web.charges().get(0).ns() > 0.99 * web.roomNs());
        assertEquals(64, web.takenAtPeak());
        final VmWaits saved = result.runs().get(1).waits().get(1);
        assertEquals(0, saved.totalNs());
        assertEquals(List.of(), saved.charges());
    }

    @Test
    void shouldChargeThoseWhoHeldAQueueThatHasStopped() throws IOException {
        final SideBySide result = policies(scenario("shared-prq"), "none", "vm-quota=half");
        final VmWaits web = result.runs().get(0).waits().get(1);
        assertEquals("silent", web.charges().get(0).vm());
        final long charged = web.charges().stream().mapToLong(VmWaits.Charge::ns).sum();
        assertTrue(Math.abs(web.roomNs() - charged) <= 4, "rounded, of each machine");
    }

    @Test
    void shouldCountRecordsInAQueueOfRequests() throws IOException {
        final SideBySide result = policies(scenario("shared-prq"), "none", "credit=16");
        final List<VmWaits> full = result.runs().get(0).waits();
        final int taken = full.get(0).takenAtPeak();
        assertTrue(taken > 240 && taken <= 256, "of its 256 entries, not a group each: " + taken);
        assertEquals(taken, full.stream().mapToInt(VmWaits::heldAtPeak).sum());
        assertEquals(0, full.get(0).heldAtPeak() % 4, "the silent machine's groups are of 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifteen-devices", "storm"})
    void shouldShareOutThePeak(final String name) throws IOException {
        final SideBySide result = policies(scenario(name), "none", "vm-quota=half");
        for (final SideBySide.Run run : result.runs()) {
            assertEquals(
                    run.waits().get(0).takenAtPeak(),
                    run.waits().stream().mapToInt(VmWaits::heldAtPeak).sum());
            for (final VmWaits vm : run.waits()) {
                assertTrue(vm.roomNs() <= vm.totalNs(), vm.toString());
                assertTrue(vm.longestNs() <= vm.totalNs(), vm.toString());
            }
        }
    }

    // ---- Runs -----------------------------------------------------------------------------------

    @Test
    void shouldBeTheSameWhateverTheNumberOfWorkers() throws IOException {
        final Faults dump = dump(ReadDump.of("open-mixed-a.dat"));
        assertEquals(whole(dump, 1), whole(dump, 3));
    }

    @Test
    void shouldSayWhatCannotBeRun() {
        final IOException refused =
                assertThrows(
                        IOException.class,
                        () ->
                                SideBySide.run(
                                        scenario("shared-prq"),
                                        List.of(
                                                new Variant(
                                                        "a", Rules.DEFAULT.withHardware(stalls(4))),
                                                new Variant("b", Rules.DEFAULT)),
                                        2,
                                        Runs.Listener.UNHEARD));
        assertTrue(refused.getMessage().contains("VT-d has no stall buffer"), refused.getMessage());
    }

    private static String whole(final Faults faults, final int workers) throws IOException {
        final SideBySide result =
                SideBySide.run(
                        faults,
                        Stream.of("none", "vm-quota=8", "timeout=10ms")
                                .map(SideBySideTest::variant)
                                .toList(),
                        workers,
                        Runs.Listener.UNHEARD);
        final StringBuilder text = new StringBuilder();
        for (final SideBySide.Run run : result.runs()) {
            new LedgerWriter(run.faults()).writeCsv(text);
            text.append(run.waits());
        }
        assertFalse(result.shifts().isEmpty());
        return text.append(result.shifts()).toString();
    }

    private static List<String> told(final SideBySide result, final int index, final int run) {
        return result.story(index, run).orElseThrow().steps().stream()
                .map(step -> step.layer().word() + " " + step.text())
                .toList();
    }

    private static SideBySide policies(final Faults faults, final String... policies)
            throws IOException {
        return SideBySide.run(
                faults,
                Stream.of(policies).map(SideBySideTest::variant).toList(),
                2,
                Runs.Listener.UNHEARD);
    }

    private static Variant variant(final String policy) {
        return new Variant(policy, Rules.DEFAULT.withPolicy(policy));
    }

    private static Hardware stalls(final int entries) {
        return new Hardware(
                Hardware.Iommu.AUTO,
                OptionalInt.of(entries),
                OptionalInt.empty(),
                OptionalLong.empty());
    }

    private static Faults scenario(final String name) throws IOException {
        return new ScenarioFaults(name, Scenarios.named(name));
    }

    private static Faults dump(final ReadDump dump) {
        return new DumpFaults("dump", dump.recording(), dump.summary(), Map.of());
    }

    /** Of one device; the second is raised while the first waits for its answer. */
    private static Faults twoFaults() throws IOException {
        return dump(
                ReadDump.of(
                        new TraceText()
                                .joinsQueue("dev0")
                                .faults("dev0", 7, 0x61)
                                .pause(1_000)
                                .faults("dev0", 8, 0x62)
                                .pause(3_000)
                                .writes(0xf1, 1, 0)
                                .responds("dev0", 7, 0x61, 1, 0)
                                .writes(0xf1, 2, 0)
                                .responds("dev0", 8, 0x62, 2, 0)));
    }
}
