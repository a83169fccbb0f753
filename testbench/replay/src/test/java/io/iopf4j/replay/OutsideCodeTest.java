// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.HardwareParts;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.ledger.TagIndex;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioException;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.testing.Outside;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code from outside is loaded once for a run, and closed at its end, however it ends. */
class OutsideCodeTest {
    private static final String DUMP = "open-mixed-a.dat";

    @TempDir private Path folder;

    @BeforeEach
    void clear() {
        Outside.STEPS.clear();
    }

    private Scenario scenario(final String... lines) throws IOException {
        return ScenarioFile.read(
                Files.writeString(
                        folder.resolve("mine.yaml"),
                        "title: mine\nduration: 1s\nvms: [{name: vm-a}]\n"
                                + String.join("\n", lines)));
    }

    @Test
    void shouldLoadWhatAScenarioNamesWhenItIsRun() throws IOException {
        final Scenario scenario =
                scenario(
                        "policy: outside:./quota.so limit=4,timeout=1s", "semantics: outside:6.12");
        assertEquals(List.of(), Outside.STEPS);
        final RunResult result = new ScenarioRun(scenario).run(time -> {});
        assertEquals(
                List.of(
                        "load policy ./quota.so limit=4",
                        "load profile 6.12",
                        "close policy ./quota.so limit=4",
                        "close core 6.12"),
                Outside.STEPS);
        final BenchSettings settings = result.bench().settings();
        assertEquals(List.of("outside:./quota.so limit=4", "timeout=1s"), settings.policyNames());
        assertEquals("outside:6.12", settings.semantics().profileName());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy: outside:a,inside:b"
                        + "|unknown scheme 'inside:' in 'inside:b': must be one of outside:",
                "policy: outside:a,outside:a|outside:a is given twice: outside:a,outside:a",
                "semantics: inside:b"
                        + "|unknown scheme 'inside:' in 'inside:b': must be one of outside:",
            })
    void shouldNameTheLineThatNobodyCanLoad(final String line, final String message) {
        final ScenarioException refusal =
                assertThrows(ScenarioException.class, () -> scenario(line));
        assertTrue(refusal.getMessage().contains("mine.yaml:4: "), refusal.getMessage());
        assertTrue(refusal.getMessage().endsWith(message), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy: outside:a,outside:broken|policy",
                "semantics: outside:broken|profile"
            })
    void shouldNameTheScenarioWhoseCodeCannotBeLoaded(final String line, final String what)
            throws IOException {
        final ScenarioRun run =
                new ScenarioRun(scenario(line))
                        .withPolicies(
                                "profile".equals(what)
                                        ? Optional.of(Policies.parse("outside:a"))
                                        : Optional.empty());
        final IOException refusal = assertThrows(IOException.class, () -> run.run(time -> {}));
        assertEquals("mine: outside:broken: cannot be loaded", refusal.getMessage());
        assertEquals(List.of("load policy a", "close policy a"), Outside.STEPS);
    }

    @Test
    void shouldCloseThePoliciesWhenThereIsNoSuchHardware() throws IOException {
        final Scenario scenario = scenario("policy: outside:a", "hardware: {iommu: vtd}");
        final ScenarioRun run = new ScenarioRun(scenario).withHardware(hardware(OptionalInt.of(4)));
        assertThrows(IOException.class, () -> run.run(time -> {}));
        assertEquals(List.of("load policy a", "close policy a"), Outside.STEPS);
    }

    private static Hardware hardware(final OptionalInt stalls) {
        return new Hardware(Hardware.Iommu.VTD, stalls, OptionalInt.empty(), OptionalLong.empty());
    }

    @Test
    void shouldCloseAllWhenTheRunBreaksOff() throws IOException {
        final ScenarioRun run =
                new ScenarioRun(
                        scenario(
                                "policy: outside:a",
                                "semantics: outside:b",
                                "events: [{at: 1ms, silence: vm-a}]"));
        assertThrows(
                IllegalStateException.class,
                () ->
                        run.run(
                                time -> {
                                    throw new IllegalStateException("enough");
                                }));
        assertEquals(List.of("close policy a", "close core b"), Outside.STEPS.subList(2, 4));
    }

    @Test
    void shouldReplayTheSameWithTheSameCoreFromOutside() throws IOException {
        final ReplayResult expected = replay("drain", "mainline-6.12");
        final ReplayResult actual = replay("drain,outside:a", "outside:b");
        assertEquals(ledger(expected), ledger(actual));
        assertEquals(
                List.of("load profile b", "load policy a", "close policy a", "close core b"),
                Outside.STEPS);
    }

    private static ReplayResult replay(final String policies, final String semantics)
            throws IOException {
        return ReadDump.of(DUMP).replay(settings(Hardware.DEFAULT, policies, semantics));
    }

    private static ReplaySettings settings(
            final Hardware hardware, final String policies, final String semantics) {
        return new ReplaySettings(
                Map.of(), hardware, Profiles.of(semantics), Policies.parse(policies), 1);
    }

    private static String ledger(final ReplayResult result) throws IOException {
        final StringBuilder text = new StringBuilder();
        new LedgerWriter(result).writeJsonLines(text);
        return text.toString();
    }

    @Test
    void shouldCloseThePoliciesOfAReplayThatCannotBe() {
        final ReplaySettings settings =
                settings(hardware(OptionalInt.of(4)), "outside:a", "mainline-6.12");
        assertThrows(IOException.class, () -> ReadDump.of(DUMP).replay(settings));
        assertEquals(List.of("load policy a", "close policy a"), Outside.STEPS);
    }

    /** Hardware that its driver does not accept. */
    private static final class Refused implements HardwareSettings {
        @Override
        public long interruptLatencyNs() {
            return 0;
        }

        @Override
        public boolean hasGroupsOfSeveral() {
            return false;
        }

        @Override
        public TagIndex tags() {
            return TagIndex.ofEachDevice(name -> 0);
        }

        @Override
        public io.iopf4j.replay.bench.Hardware build(final HardwareParts parts) {
            throw new IllegalStateException("refused");
        }
    }

    @Test
    void shouldCloseAllOfABenchWithoutADriver() {
        final BenchSettings settings =
                new BenchSettings(
                        new Refused(), Profiles.of("outside:b"), Policies.parse("outside:a"), 1);
        assertThrows(IllegalStateException.class, () -> Bench.recorded(settings));
        assertEquals(List.of("close policy a", "close core b"), Outside.STEPS.subList(2, 4));
    }
}
