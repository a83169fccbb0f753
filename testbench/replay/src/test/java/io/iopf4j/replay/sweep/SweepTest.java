// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.whatif.DumpFaults;
import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.Runs;
import io.iopf4j.replay.whatif.ScenarioFaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepTest {
    private static Faults scenario(final String name) throws IOException {
        return new ScenarioFaults(name, ScenarioFile.read(Path.of("../scenarios", name + ".yaml")));
    }

    private static Faults dump() throws IOException {
        final ReadDump dump = ReadDump.of("open-mixed-a.dat");
        return new DumpFaults("mixed", dump.recording(), dump.summary(), Map.of());
    }

    private static Question policies(
            final Faults faults, final String list, final String criterion, final String offender) {
        return new Question(
                faults,
                Rules.DEFAULT.withPolicy(list),
                PolicyRanges.parse(list),
                Criterion.parse(criterion),
                Optional.ofNullable(offender));
    }

    private static SweepResult run(final Question question, final int workers) throws IOException {
        return new Sweep(question, workers, Runs.Listener.UNHEARD).run().orElseThrow();
    }

    private static List<String> harmless(final SweepResult result) {
        return result.unharmed(0).stream()
                .map(stretch -> stretch.first().word() + "-" + stretch.last().word())
                .toList();
    }

    private static Optional<String> answer(final SweepResult result) {
        return result.answer().map(point -> point.values().get(0).word());
    }

    @Test
    void shouldFindTheSmallestQuotaThatHarmsNobodyElse() throws IOException {
        final SweepResult result =
                run(
                        policies(
                                scenario("shared-stall-buffer"),
                                "vm-quota={1,2,32,63,64}",
                                "answered",
                                null),
                        2);
        assertEquals("silent", result.offender().name());
        assertEquals(64, result.offender().outstandingHighWater());
        assertEquals(Optional.of("2"), answer(result));
        // With one place a quota ends faults of the others; with all of them it limits nobody.
        assertEquals(List.of("2-63"), harmless(result));
    }

    @Test
    void shouldFindNoDeviceQuotaThatHoldsFifteenDevices() throws IOException {
        final Faults faults = scenario("fifteen-devices");
        final SweepResult none = run(policies(faults, "device-quota={3,4,5}", "answered", null), 2);
        assertEquals(Optional.empty(), none.answer());
        assertFalse(none.isIdle());
        assertEquals("4", none.closest().orElseThrow().values().get(0).word());
        assertEquals(List.of("web", "db"), none.closest().orElseThrow().harmed());
        assertEquals(
                Optional.of("32"),
                answer(run(policies(faults, "vm-quota={8,32}", "answered", null), 2)));
    }

    @Test
    void shouldCountFaultsThatAStarvedMachineNeverRaised() throws IOException {
        final SweepResult result =
                run(policies(scenario("fifteen-devices"), "device-quota={8}", "answered", null), 1);
        final VmTally web = result.done().get(0).vm("web");
        // It raises 1,600 if nobody is in its way, and 48 of them never came to a record.
        assertEquals(1600, web.owed());
        assertEquals(web.owed() - web.outcomes().get(Outcome.ANSWERED), web.lost() + web.missing());
        assertTrue(web.missing() > 1000, web.toString());
    }

    @Test
    void shouldSayWhichTimeoutHarmsNotEvenTheSlow() throws IOException {
        final SweepResult result =
                run(
                        policies(
                                scenario("slow-guest-timeout"),
                                "timeout={50ms,128ms,256ms,10s}",
                                "answered",
                                Question.NOBODY),
                        2);
        assertEquals(Optional.of("256ms"), answer(result));
        assertEquals(List.of("slow"), result.done().get(0).harmed());
    }

    @Test
    void shouldBoundTheLatencyOfOthers() throws IOException {
        final Faults faults = scenario("slow-guest-timeout");
        // The slow guest's own 99th percentile stands near 100 ms.
        assertEquals(
                Optional.empty(),
                answer(run(policies(faults, "timeout={1s}", "p99=50ms", Question.NOBODY), 1)));
        assertEquals(
                Optional.of("1s"),
                answer(run(policies(faults, "timeout={1s}", "p80=50ms", Question.NOBODY), 1)));
        assertEquals(
                Optional.of("1s"),
                answer(run(policies(faults, "timeout={1s}", "p100=1ms", "slow"), 1)));
    }

    @Test
    void shouldComeToTheSameWhateverTheNumberOfWorkers() throws IOException {
        final Question question =
                new Question(
                        dump(),
                        Rules.DEFAULT,
                        List.of(
                                Axis.ofStallEntries(Range.parse("{16,64,128}")),
                                Axis.ofGuestDelay(Range.parse("{1ms,100ms}"))),
                        Criterion.DEFAULT,
                        Optional.empty());
        final SweepResult one = run(question, 1);
        for (final int workers : new int[] {2, 7}) {
            assertEquals(one, run(question, workers));
        }
        assertEquals(6, one.doneCount());
        assertEquals(2, one.lines());
    }

    @Test
    void shouldFindTheRoomThatARecordingNeeds() throws IOException {
        final SweepResult result =
                run(
                        new Question(
                                dump(),
                                Rules.DEFAULT,
                                List.of(Axis.ofStallEntries(Range.parse("{64,117,118,128}"))),
                                Criterion.parse("wait=0ns"),
                                Optional.of(Question.NOBODY)),
                        2);
        // So many were outstanding at most when it was recorded.
        assertEquals(Optional.of("118"), answer(result));
        assertEquals(118, result.answer().orElseThrow().stallHighWater());
    }

    @Test
    void shouldBoundTheWaitForRoom() throws IOException {
        final SweepResult result =
                run(
                        new Question(
                                dump(),
                                Rules.DEFAULT,
                                List.of(Axis.ofStallEntries(Range.parse("{16,64,128}"))),
                                Criterion.parse("wait=100ms"),
                                Optional.empty()),
                        2);
        assertEquals(Optional.of("64"), answer(result));
    }

    @Test
    void shouldHoldASmallSizeAgainstTheScenariosOwn() throws IOException {
        final SweepResult result =
                run(
                        new Question(
                                scenario("shared-stall-buffer"),
                                Rules.DEFAULT.withPolicy("vm-quota=half"),
                                List.of(Axis.ofStallEntries(Range.parse("{2,64}"))),
                                Criterion.DEFAULT,
                                Optional.empty()),
                        1);
        assertEquals(Optional.of("64"), answer(result));
    }

    @Test
    void shouldNotBlameAGuestsOwnDelayOnAnybody() throws IOException {
        final SweepResult result =
                run(
                        new Question(
                                scenario("shared-stall-buffer"),
                                Rules.DEFAULT.withPolicy("vm-quota=16"),
                                List.of(Axis.ofGuestDelay(Range.parse("{50us,20ms}"))),
                                Criterion.DEFAULT,
                                Optional.empty()),
                        1);
        assertEquals(List.of("50us-20ms"), harmless(result));
        assertEquals(20e6, (double) result.done().get(1).vm("web").p50Ns(), 20e3);
    }

    @Test
    void shouldHaveNoAnswerIfNothingIsAtStake() throws IOException {
        final ReadDump greedy = ReadDump.of("open-greedy-a.dat");
        final SweepResult result =
                run(
                        policies(
                                new DumpFaults(
                                        "greedy", greedy.recording(), greedy.summary(), Map.of()),
                                "vm-quota={1,8}",
                                "answered",
                                null),
                        1);
        assertTrue(result.isIdle());
        assertEquals(Optional.empty(), result.answer());
    }

    @Test
    void shouldKeepWhatIsDoneWhenItIsStopped() throws IOException {
        final Question question =
                policies(scenario("shared-stall-buffer"), "vm-quota=1..8", "answered", null);
        final AtomicReference<Sweep> self = new AtomicReference<>();
        final Sweep sweep =
                new Sweep(
                        question,
                        1,
                        (done, all, share) -> {
                            // The run without policy, the one without the offender, and three.
                            if (done == 5) {
                                self.get().stop();
                            }
                        });
        self.set(sweep);
        final SweepResult result = sweep.run().orElseThrow();
        assertTrue(result.isInterrupted());
        assertEquals(3, result.doneCount());
        assertEquals(Optional.of("2"), answer(result));
    }

    @Test
    void shouldHaveNothingToTellIfStoppedAtOnce() throws IOException {
        final Sweep sweep =
                new Sweep(
                        policies(
                                scenario("shared-stall-buffer"), "vm-quota=1..8", "answered", null),
                        1,
                        Runs.Listener.UNHEARD);
        sweep.stop();
        assertEquals(Optional.empty(), sweep.run());
    }

    @Test
    void shouldNameTheMachinesIfTheOffenderIsNone() throws IOException {
        final Question question =
                policies(scenario("shared-stall-buffer"), "vm-quota={4}", "answered", "nope");
        final String message = assertThrows(IOException.class, () -> run(question, 1)).getMessage();
        assertTrue(message.contains("nope") && message.contains("silent, web"), message);
    }

    @Test
    void shouldRefuseMoreThanTwoRangesOrTooManyRuns() {
        final List<Axis> three =
                Stream.of("vm-quota=1..2", "timeout=1s..2s", "credit=1..2")
                        .flatMap(list -> PolicyRanges.parse(list).stream())
                        .toList();
        assertThrows(IllegalArgumentException.class, () -> Question.checked(three));
        assertThrows(IllegalArgumentException.class, () -> Question.checked(List.of()));
        final List<Axis> large = PolicyRanges.parse("vm-quota=1..64,credit=1..65+1");
        assertThrows(IllegalArgumentException.class, () -> Question.checked(large));
    }

    @Test
    void shouldLeaveTheOtherSizesOfTheHardwareAlone() {
        final Rules rules =
                Rules.DEFAULT.withHardware(
                        new Hardware(
                                Hardware.Iommu.SMMUV3,
                                OptionalInt.of(3),
                                OptionalInt.of(8),
                                OptionalLong.of(5)));
        final Rules other =
                Axis.ofStallEntries(Range.parse("7..7")).setting().apply(rules, Value.ofNumber(7));
        assertEquals(
                new Hardware(
                        Hardware.Iommu.SMMUV3,
                        OptionalInt.of(7),
                        OptionalInt.of(8),
                        OptionalLong.of(5)),
                other.hardware());
    }
}
