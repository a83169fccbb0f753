// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
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

class ScenarioFileTest {
    private static final Path PAGE = Path.of("../../docs/scenarios.md");
    private static final long MS = 1_000_000;

    @TempDir private Path folder;

    // ---- The page -------------------------------------------------------------------------------

    @Test
    void shouldReadTheExampleOfThePage() throws IOException {
        final Scenario scenario = page();
        assertEquals("page", scenario.name());
        assertEquals("a guest that is away for a second fills the stall buffer", scenario.title());
        assertEquals(
                new Hardware(
                        Hardware.Iommu.SMMUV3,
                        OptionalInt.of(64),
                        OptionalInt.of(256),
                        OptionalLong.of(0)),
                scenario.hardware());
        assertEquals("mainline-6.12", scenario.semantics());
        assertEquals("none", scenario.policy());
        assertEquals(5000 * MS, scenario.durationNs());
        assertEquals(
                new ScenarioVm(
                        "away",
                        List.of("away.0", "away.1"),
                        new Guest.Prompt(Delay.fixed(50_000)),
                        Optional.of(
                                new Workload(
                                        500,
                                        1000 * MS,
                                        8,
                                        false,
                                        10 * MS,
                                        4000 * MS,
                                        1000,
                                        new Workload.Addresses(0x10_0000, 4096, false),
                                        List.of(),
                                        Workload.Access.READ,
                                        1,
                                        PageResponseType.GROUP,
                                        Workload.UNLIMITED))),
                scenario.vms().get(0));
        assertEquals(
                new ScenarioVm(
                        "busy",
                        List.of("nic", "disk"),
                        new Guest.Slow(Delay.exponential(2 * MS, 50 * MS)),
                        Optional.of(
                                new Workload(
                                        2,
                                        MS,
                                        1,
                                        true,
                                        0,
                                        5000 * MS,
                                        Long.MAX_VALUE,
                                        new Workload.Addresses(0x10_0000, 256, true),
                                        List.of(1, 2),
                                        Workload.Access.MIXED,
                                        1,
                                        PageResponseType.GROUP,
                                        32))),
                scenario.vms().get(1));
        assertEquals(List.of(), scenario.vms().get(2).devices());
        assertEquals(
                List.of(
                        new ScenarioEvent(1000 * MS, Kind.SILENCE, "away", null),
                        new ScenarioEvent(2000 * MS, Kind.WAKE, "away", null),
                        new ScenarioEvent(3000 * MS, Kind.MOVE, "disk", "spare"),
                        new ScenarioEvent(3500 * MS, Kind.REPLACE_DOMAIN, "nic", null),
                        new ScenarioEvent(4000 * MS, Kind.REMOVE, "nic", null),
                        new ScenarioEvent(4000 * MS, Kind.CLOSE_FAULT_QUEUE, "spare", null),
                        new ScenarioEvent(4500 * MS, Kind.KILL, "away", null)),
                scenario.events());
        assertEquals(
                List.of(
                        new Hazard(
                                Hazard.Kind.LATE_INTERRUPTS,
                                new Odds(Odds.How.CHANCE, 100_000),
                                0,
                                2000 * MS,
                                30_000,
                                0,
                                Hazard.ALL_MEMORY)),
                scenario.hazards());
        assertFalse(scenario.needsVtd());
    }

    @Test
    void shouldTellOfEachWordOnThePage() throws IOException {
        final String page = Files.readString(PAGE);
        for (final Kind kind : Kind.values()) {
            assertTrue(page.contains("`" + kind.key() + ": "), kind.key());
        }
        for (final Hazard.Kind kind : Hazard.Kind.values()) {
            assertTrue(page.contains("`" + kind.key() + ": " + kind.word() + "`"), kind.word());
        }
        for (final Lie lie : Lie.values()) {
            assertTrue(page.contains("`" + lie + "`"), lie.toString());
        }
        for (final Hardware.Iommu iommu : Hardware.Iommu.values()) {
            assertTrue(page.contains(iommu.toString()), iommu.toString());
        }
    }

    private Scenario page() throws IOException {
        final String page = Files.readString(PAGE);
        final int start = page.indexOf("```yaml\n") + "```yaml\n".length();
        final Path file = folder.resolve("page.yaml");
        Files.writeString(file, page.substring(start, page.indexOf("```", start)));
        return ScenarioFile.read(file);
    }

    // ---- Defaults -------------------------------------------------------------------------------

    @Test
    void shouldFillInWhatIsLeftOut() throws IOException {
        final Scenario scenario = ScenarioText.read("title: T\nduration: 2s\nvms: [{name: a}]\n");
        assertEquals(
                new Scenario(
                        "s",
                        "T",
                        Hardware.DEFAULT,
                        "mainline-6.12",
                        "none",
                        new Scenario.Course(2000 * MS, OptionalLong.empty(), false, Scenario.SEED),
                        List.of(
                                new ScenarioVm(
                                        "a",
                                        List.of("a.0"),
                                        new Guest.Prompt(Delay.fixed(50_000)),
                                        Optional.empty())),
                        List.of(),
                        List.of()),
                scenario);
    }

    @Test
    void shouldRunAWorkloadUntilTheEnd() throws IOException {
        final Workload workload = ScenarioText.workload("rate: 7/ms");
        assertEquals(7, workload.rate());
        assertEquals(MS, workload.perNs());
        assertEquals(0, workload.startNs());
        assertEquals(1000 * MS, workload.stopNs());
        assertEquals(1, workload.burst());
        assertFalse(workload.isRandom());
    }

    // ---- Values ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "1ns, 1",
        "500us, 500000",
        "20ms, 20000000",
        "2s, 2000000000",
        "60min, 3600000000000",
        "0.5ms, 500000",
        "1.000000001s, 1000000001",
        "0.1ns, 0"
    })
    void shouldReadATime(final String text, final long ns) throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        "title: T\nduration: 60min\nvms: [{name: a, guest: {kind: prompt, delay: "
                                + text
                                + "}}]\n");
        assertEquals(new Guest.Prompt(Delay.fixed(ns)), scenario.vms().get(0).guest());
    }

    @Test
    void shouldReadANumberInHex() throws IOException {
        assertEquals(
                List.of(0xabcde), ScenarioText.workload("rate: 1/s, pasids: [0xABCDE]").pasids());
    }

    @Test
    void shouldTakeAliasesForWhatRepeats() throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        """
                        title: T
                        duration: 1s
                        vms:
                        - {name: a, workload: &w {rate: 5/s}}
                        - {name: b, workload: *w}
                        """);
        assertEquals(scenario.vms().get(0).workload(), scenario.vms().get(1).workload());
    }

    @Test
    void shouldTakeNumbersForNames() throws IOException {
        assertEquals(
                List.of("1", "0000:00:02.0"),
                ScenarioText.vm("devices: [1, 0000:00:02.0]").devices());
    }

    @ParameterizedTest
    @CsvSource({
        "slow, Slow[delay=Delay[distribution=EXPONENTIAL",
        "silent, Silent[]",
        "'{kind: slow, delay: 3ms}', Slow[delay=Delay[distribution=FIXED",
        "'{kind: slow, delay: {distribution: uniform, min: 1ms, max: 1ms}}', Slow[delay=Delay[distribution=UNIFORM",
        "'{kind: dying, at: 9ms, silently: true}', Dying[delay=Delay[distribution=FIXED",
        "'{kind: lying, mode: wrong-type, every: 3}', Lying[delay=Delay[distribution=FIXED",
        "hostile, Hostile[delay=Delay[distribution=FIXED",
        "'{kind: hostile, delay: 3ms, every: 2}', Hostile[delay=Delay[distribution=FIXED"
    })
    void shouldReadAGuest(final String yaml, final String start) throws IOException {
        final String guest = ScenarioText.vm("guest: " + yaml).guest().toString();
        assertTrue(guest.startsWith(start), guest);
    }

    // ---- Machines and events --------------------------------------------------------------------

    @Test
    void shouldKillAGuestWhoseDeathIsNoticed() throws IOException {
        final String vms = "title: T\nduration: 1s\nvms: [{name: a, guest: {kind: dying, at: 9ms";
        assertEquals(
                List.of(new ScenarioEvent(9 * MS, Kind.KILL, "a", null)),
                ScenarioText.read(vms + "}}]\n").events());
        assertEquals(List.of(), ScenarioText.read(vms + ", silently: true}}]\n").events());
    }

    @Test
    void shouldMoveAllDevicesOfAMachine() throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        """
                        title: T
                        duration: 1s
                        vms: [{name: a, devices: 2}, {name: b}]
                        events: [{at: 3ms, kill: a}, {at: 2ms, move: a, to: b}]
                        """);
        assertEquals(
                List.of(
                        new ScenarioEvent(2 * MS, Kind.MOVE, "a.0", "b"),
                        new ScenarioEvent(2 * MS, Kind.MOVE, "a.1", "b"),
                        new ScenarioEvent(3 * MS, Kind.KILL, "a", null)),
                scenario.events());
    }

    @Test
    void shouldLetADeviceComeBack() throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        ScenarioText.HEAD
                                + "events:\n"
                                + "- {at: 3ms, move: a.0, to: a}\n"
                                + "- {at: 2ms, move: a.0, to: b}\n");
        assertEquals("b", scenario.events().get(0).to());
    }

    // ---- VT-d -----------------------------------------------------------------------------------

    @Test
    void shouldTakeGroupsAndStreamsWithVtd() throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        """
                        title: T
                        duration: 1s
                        hardware: {iommu: vtd, queueEntries: 2048}
                        vms: [{name: a, workload: {rate: 1/s, groupSize: 4, responseType: stream}}]
                        """);
        assertTrue(scenario.needsVtd());
        final Workload workload = scenario.vms().get(0).workload().orElseThrow();
        assertEquals(PageResponseType.STREAM, workload.responseType());
        assertEquals(4, workload.groupSize());
    }

    @ParameterizedTest
    @CsvSource({
        "WRONG_CODE, true, true, true",
        "TWICE, true, true, true",
        "WRONG_COOKIE, false, false, true",
        "WRONG_TYPE, true, false, false",
        "WRONG_PASID, true, true, false",
        "WRONG_GROUP, true, true, false"
    })
    void shouldKnowWhichAnswersHaveAFieldForALie(
            final Lie lie, final boolean of2017, final boolean of5x, final boolean of612) {
        assertEquals(of2017, lie.canBeTold(FaultGeneration.SERIES_2017));
        assertEquals(of5x, lie.canBeTold(FaultGeneration.LINUX_5_X));
        assertEquals(of612, lie.canBeTold(FaultGeneration.LINUX_6_12));
    }

    @Test
    void shouldNotLetAListBeChanged() throws IOException {
        final List<ScenarioVm> vms = page().vms();
        assertThrows(UnsupportedOperationException.class, () -> vms.remove(0));
    }

    @Test
    void shouldReadHazards() throws IOException {
        assertEquals(
                List.of(
                        hazard(Hazard.Kind.LOST_INTERRUPTS, Odds.How.CHANCE, 50_000, 0, 3 * MS, 0),
                        hazard(
                                Hazard.Kind.FULL_QUEUE,
                                Odds.How.EVERY,
                                7,
                                MS,
                                Hazard.TO_THE_END,
                                30_000),
                        new Hazard(
                                Hazard.Kind.FAILING_MEMORY,
                                Odds.ALWAYS,
                                0,
                                Hazard.TO_THE_END,
                                0,
                                0x4000_0000L,
                                8192)),
                ScenarioText.read(
                                ScenarioText.HEAD
                                        + "hazards:\n"
                                        + "  - {interrupts: lost, chance: 5%, until: 3ms}\n"
                                        + "  - {queue: full, for: 30us, every: 7, from: 1ms}\n"
                                        + "  - {memory: fails, address: 0x40000000, bytes: 8192}\n")
                        .hazards());
    }

    private static Hazard hazard(
            final Hazard.Kind kind,
            final Odds.How how,
            final int number,
            final long fromNs,
            final long untilNs,
            final long lengthNs) {
        return new Hazard(
                kind, new Odds(how, number), fromNs, untilNs, lengthNs, 0, Hazard.ALL_MEMORY);
    }
}
