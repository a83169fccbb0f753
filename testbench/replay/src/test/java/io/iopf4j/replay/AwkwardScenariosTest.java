// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose counts can be worked out by hand, where a device or an answer comes too late. */
class AwkwardScenariosTest {
    private static final String REMOVED =
            """
            title: a device goes with eight faults outstanding
            duration: 1s
            vms: [{name: a, guest: silent, workload: {rate: 1000/s, inFlight: 8}}]
            events: [{at: 500ms, remove: a}]
            """;
    private static final String REPLACED =
            """
            title: answers come after the domain has changed
            duration: 1s
            vms: [{name: a, guest: {kind: slow, delay: 95ms}, workload: {rate: 100/s}}]
            events: [{at: 502ms, replaceDomain: a}]
            """;
    private static final String LIES =
            """
            title: each fourth answer has a code that does not exist
            duration: 1s
            vms:
            - name: a
              guest: {kind: lying, mode: wrong-code, every: 4}
              workload: {rate: 100/s, stop: 800ms}
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x", "mainline-6.12"})
    void shouldRaiseNothingOnceItsDeviceIsRemoved(final String semantics) throws IOException {
        final RunResult result = run(REMOVED, semantics, "none");
        assertEquals(8, result.raised());
        assertEquals(semantics.equals("mainline-6.12") ? 8 : 0, count(result, Outcome.DRAINED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x"})
    void shouldNotTimeOutWhatNobodyCanAnswerAnyMore(final String semantics) throws IOException {
        final RunResult result = run(REMOVED, semantics, "timeout=600ms,vm-quota=8");
        assertEquals(8, count(result, Outcome.OUTSTANDING));
        assertTrue(holds(result, "EveryAnswerReachesItsDevice"));
        assertFalse(holds(result, "NoFaultOutlivesItsDomain"));
    }

    @Test
    void shouldTellThatALateAnswerIsTakenForAnotherFault() throws IOException {
        assertFalse(
                holds(run(REPLACED, "mainline-6.12", "none"), "ResponsesCarryTheGroupTheyAnswer"));
    }

    @Test
    void shouldRefuseEachLateAnswerOnceItIsDrained() throws IOException {
        final RunResult drained = run(REPLACED, "mainline-6.12", "drain");
        assertEquals(10, count(drained, Outcome.DRAINED));
        assertEquals(10, drained.ledger().refused());
        assertTrue(drained.bench().invariants().hold());
    }

    /** A group's index is all that an answer names, and the hardware gives it anew at once. */
    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x"})
    void shouldTellThatDrainingDoesNotHelpWhereAnswersNameTheGroupAlone(final String semantics)
            throws IOException {
        final RunResult drained = run(REPLACED, semantics, "drain");
        assertEquals(10, count(drained, Outcome.DRAINED));
        assertTrue(drained.ledger().refused() < 10);
        assertFalse(holds(drained, "ResponsesCarryTheGroupTheyAnswer"));
    }

    @Test
    void shouldKeepWhatTheDriverOf2017RefusedToAnswer() throws IOException {
        final RunResult result = run(LIES, "v3-2017", "none");
        assertEquals(20, count(result, Outcome.OUTSTANDING));
        assertTrue(result.bench().invariants().hold());
        final RunResult timed = run(LIES, "v3-2017", "timeout=20ms");
        assertEquals(20, count(timed, Outcome.TIMED_OUT));
        assertTrue(timed.bench().invariants().hold());
    }

    /** The ring keeps the record, and another machine's fault gets the tag. */
    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x"})
    void shouldNotTakeARecordThatLayInTheRingForAnothers(final String semantics)
            throws IOException {
        final ReplayResult result =
                ReadDump.of("open-mixed-a.dat")
                        .replay(
                                new ReplaySettings(
                                        Map.of(),
                                        new Hardware(
                                                Hardware.Iommu.SMMUV3,
                                                OptionalInt.of(64),
                                                OptionalInt.empty(),
                                                OptionalLong.empty()),
                                        Semantics.of(semantics),
                                        Policies.parse("timeout=1ms"),
                                        1));
        assertTrue(holds(result.run(), "NothingCrossesFromOneVmToAnother"));
    }

    private RunResult run(final String yaml, final String semantics, final String policy)
            throws IOException {
        final Path file = Files.writeString(folder.resolve("s.yaml"), yaml);
        return new ScenarioRun(ScenarioFile.read(file))
                .withSemantics(Optional.of(Semantics.of(semantics)))
                .withPolicies(Optional.of(Policies.parse(policy)))
                .run(time -> {});
    }

    private static long count(final RunResult result, final Outcome outcome) {
        return result.outcomes().get(outcome);
    }

    private static boolean holds(final RunResult result, final String invariant) {
        return result.bench().invariants().all().stream()
                .filter(any -> any.name().equals(invariant))
                .allMatch(Invariant::holds);
    }
}
