// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong with the hardware: each hazard does something, and most break nothing. */
class HazardRunTest {
    private static final int QUEUE_ENTRIES = 128;
    private static final String MACHINES =
            """
            title: hazards
            hardware: {stallEntries: 16}
            policy: drain
            duration: 50ms
            vms:
              - name: web
                devices: 2
                workload: {rate: 5/ms, burst: 4, pasids: [1, 2], inFlight: 16, stop: 30ms}
              - name: db
                devices: 2
                guest: {kind: slow, delay: {distribution: exponential, mean: 500us, max: 3ms}}
                workload: {rate: 5/ms, stop: 30ms}
            """;
    private static final String EVENTS =
            """
            events:
              - {at: 8ms, replaceDomain: web.0}
              - {at: 12ms, move: web.1, to: db}
            """;

    @TempDir private Path folder;

    // ---- What must break nothing ----------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "SMMUV3, 'interrupts: late, by: 300us, chance: 30%'",
        "SMMUV3, 'interrupts: spurious, every: 1'",
        "SMMUV3, 'interrupts: lost, chance: 20%, until: 20ms'",
        "SMMUV3, 'allocation: fails, every: 5'",
        "SMMUV3, 'memory: slow, by: 2us, chance: 20%'",
        "SMMUV3, 'queue: full, for: 1ms, chance: 10%'",
        "SMMUV3, 'driver: preempted, chance: 20%'",
        "VTD, 'interrupts: late, by: 300us, chance: 30%'",
        "VTD, 'interrupts: spurious, every: 1'",
        "VTD, 'interrupts: lost, chance: 20%, until: 20ms'",
        "VTD, 'allocation: fails, every: 5'",
        "VTD, 'memory: slow, by: 2us, chance: 20%'",
        "VTD, 'queue: full, for: 9ms, every: 5, until: 20ms'",
        "VTD, 'driver: preempted, chance: 20%'"
    })
    void shouldEndEveryFaultAndBreakNothing(final Hardware.Iommu iommu, final String hazard)
            throws IOException {
        final String calm = ledger(run(iommu, EVENTS, 1));
        for (long seed = 1; seed <= 2; seed++) {
            final RunResult result = run(iommu, EVENTS + "hazards:\n  - {" + hazard + "}\n", seed);
            assertAllHold(result);
            assertEquals(result.raised(), result.bench().ledger().ended(), "all have ended");
            if (seed == 1 && !hazard.contains("spurious")) {
                // A spurious interrupt is to do nothing; the lines that it raises are counted
                // where it is made.
                assertNotEquals(calm, ledger(result), "it has done something");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldEndWhatDevicesForgetThatAreResetOrGone(final Hardware.Iommu iommu)
            throws IOException {
        final String unplugged =
                """
                events:
                  - {at: 5ms, reset: db}
                  - {at: 10ms, unplug: db.1}
                  - {at: 15ms, unplug: web}
                  - {at: 20ms, remove: db.1}
                  - {at: 20ms, remove: web.0}
                """;
        final RunResult result = run(iommu, unplugged, 1);
        assertAllHold(result);
        final Ledger ledger = result.bench().ledger();
        assertEquals(result.raised(), ledger.ended());
        for (int row = 0; row < ledger.size(); row++) {
            final boolean isWebs = ledger.vm(row) == 0;
            assertTrue(!isWebs || ledger.raisedNs(row) <= 15_000_000, "raised when it was gone");
        }
        assertTrue(result.bench().devices().get(3).endpoint().plugged().isUnplugged());
    }

    @Test
    void shouldMoveNoDataForADeviceThatWasReset() throws IOException {
        final String silent =
                MACHINES.replace(
                        "guest: {kind: slow, delay: {distribution: exponential,"
                                + " mean: 500us, max: 3ms}}",
                        "guest: {kind: prompt, delay: 5ms}");
        final RunResult result =
                run(
                        scenario(silent + "events:\n  - {at: 12ms, reset: db}\n"),
                        Hardware.Iommu.VTD,
                        1);
        assertAllHold(result);
        assertTrue(
                result.bench().ledger().ended() == result.raised()
                        && rowsAborted(result.bench().ledger()) > 10,
                "what was outstanding at the reset is aborted, though answered rightly");
    }

    private static long rowsAborted(final Ledger ledger) {
        long aborted = 0;
        for (int row = 0; row < ledger.size(); row++) {
            aborted +=
                    ledger.outcome(row) == Outcome.ANSWERED
                                    && ledger.result(row) == AccessResult.ABORTED
                            ? 1
                            : 0;
        }
        return aborted;
    }

    // ---- What hangs faults, and who says so -----------------------------------------------------

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldHangWhoseInterruptsAreLostForGood(final Hardware.Iommu iommu) throws IOException {
        final RunResult result = run(iommu, "hazards:\n  - {interrupts: lost, from: 10ms}\n", 1);
        assertTrue(result.outcomes().get(Outcome.OUTSTANDING) > 0, "nobody hears of them");
        assertAllHold(result);
    }

    @ParameterizedTest
    @CsvSource({
        "SMMUV3, 'commands: spoiled, chance: 1%', CMDQ error",
        "VTD, 'commands: spoiled, chance: 1%', VT-d detected Invalidation Queue Error",
        "SMMUV3, 'memory: fails, chance: 1%', ",
        "VTD, 'memory: fails, chance: 1%', ",
    })
    void shouldGoOnThoughTheHardwareIsBroken(
            final Hardware.Iommu iommu, final String hazard, final String logged)
            throws IOException {
        final RunResult result = run(iommu, EVENTS + "hazards:\n  - {" + hazard + "}\n", 1);
        assertTrue(result.bench().hardware().commandErrors() > 0, "errors");
        assertTrue(result.raised() > result.outcomes().get(Outcome.ANSWERED), "some hang");
        if (logged != null) {
            assertTrue(
                    result.bench().log().recent().stream().anyMatch(line -> line.contains(logged)),
                    () -> String.join("\n", result.bench().log().recent()));
        }
    }

    @Test
    void shouldSayThatARecordWasUnreadWhenItsDomainChanged() throws IOException {
        final Scenario scenario =
                scenario(
                        MACHINES
                                + EVENTS
                                + "hazards:\n  - {interrupts: lost, chance: 20%, until: 20ms}\n");
        final RunResult result =
                new ScenarioRun(scenario)
                        .withHardware(new Hardware(Hardware.Iommu.SMMUV3))
                        .withPolicies(Optional.of(Policies.parse("none")))
                        .run(time -> {});
        final List<String> broken =
                result.bench().invariants().all().stream()
                        .filter(invariant -> !invariant.holds())
                        .map(Invariant::name)
                        .toList();
        assertTrue(broken.contains("NoFaultOutlivesItsDomain"), broken.toString());
    }

    // ---- The storm, and the same again ----------------------------------------------------------

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldWeatherTheStorm(final Hardware.Iommu iommu) throws IOException {
        for (long seed = 1; seed <= 3; seed++) {
            final RunResult result = run(Scenarios.named("storm"), iommu, seed);
            assertAllHold(result);
            assertEquals(result.raised(), result.bench().ledger().ended(), "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldGiveTheSameLedgerForTheSameSeed(final Hardware.Iommu iommu) throws IOException {
        final Scenario storm = Scenarios.named("storm");
        assertEquals(ledger(run(storm, iommu, 7)), ledger(run(storm, iommu, 7)));
        assertFalse(ledger(run(storm, iommu, 7)).equals(ledger(run(storm, iommu, 8))));
    }

    /** Its request lies in the queue while it is pulled out; then the host has no memory for it. */
    @Test
    void shouldForgetARequestOfADeviceThatIsGoneIfItsReportFails() throws IOException {
        final RunResult result =
                run(
                        scenario(
                                """
                                title: unplugged before the report, which fails
                                hardware: {iommu: vtd}
                                semantics: v5-2018
                                policy: drain
                                calm: 25ms
                                duration: 225ms
                                careful: true
                                vms:
                                  - name: a
                                    devices: [a.0]
                                    guest: {kind: prompt, delay: 50us}
                                  - name: b
                                    devices: [b.0]
                                    guest: {kind: prompt, delay: 50us}
                                events:
                                  - {at: 1us, access: a.0, pasid: 2}
                                  - {at: 1us, access: b.0}
                                  - {at: 4447426ns, access: b.0, pasid: 1}
                                  - {at: 4448626ns, unplug: b.0}
                                  - {at: 4448626ns, kill: a}
                                hazards:
                                  - {allocation: fails, every: 3}
                                """),
                        Hardware.Iommu.VTD,
                        208372);
        assertEquals(Outcome.DRAINED, result.ledger().outcome(2));
        assertAllHold(result);
    }

    private RunResult run(final Hardware.Iommu iommu, final String rest, final long seed)
            throws IOException {
        return run(scenario(MACHINES + rest), iommu, seed);
    }

    private Scenario scenario(final String yaml) throws IOException {
        final Path file = folder.resolve("hazards.yaml");
        Files.writeString(file, yaml);
        return ScenarioFile.read(file);
    }

    private static RunResult run(
            final Scenario scenario, final Hardware.Iommu iommu, final long seed)
            throws IOException {
        return new ScenarioRun(scenario)
                .withHardware(
                        new Hardware(
                                iommu,
                                OptionalInt.empty(),
                                OptionalInt.of(QUEUE_ENTRIES),
                                OptionalLong.empty()))
                .withSeed(seed)
                .run(time -> {});
    }

    private static String ledger(final RunResult result) throws IOException {
        final StringBuilder text = new StringBuilder();
        new LedgerWriter(result).writeCsv(text);
        return text.toString();
    }

    private static void assertAllHold(final RunResult result) {
        for (final Invariant invariant : result.bench().invariants().all()) {
            assertTrue(invariant.holds(), invariant.name() + ": " + invariant.breach());
        }
    }
}
