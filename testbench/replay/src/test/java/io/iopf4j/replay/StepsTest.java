// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.invariants.Breach;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.ScenarioFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios that say each access and each answer, and that end in a calm. */
class StepsTest {
    @TempDir private Path folder;

    private RunResult run(final String yaml) throws IOException {
        final Path file = folder.resolve("s.yaml");
        Files.writeString(file, yaml);
        return new ScenarioRun(ScenarioFile.read(file)).run(now -> {});
    }

    @Test
    void shouldAnswerTheOneThatTheEventMeans() throws IOException {
        final Ledger ledger =
                run("""
                        title: T
                        duration: 1s
                        vms: [{name: a, guest: manual}]
                        events:
                        - {at: 1ms, access: a, address: 0x1000}
                        - {at: 2ms, access: a, address: 0x2000, pasid: 1}
                        - {at: 3ms, access: a, address: 0x3000, write: true}
                        - {at: 4ms, answer: a, fault: newest, code: invalid}
                        - {at: 5ms, answer: a}
                        """)
                        .ledger();

        assertEquals(3, ledger.size());
        assertEquals(0x1000, ledger.iova(0));
        assertEquals(5_000_000, ledger.answeredNs(0));
        assertEquals(PageResponseCode.SUCCESS, ledger.code(0));
        assertEquals(1, ledger.substream(1));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(1));
        assertEquals(4_000_000, ledger.answeredNs(2));
        assertEquals(PageResponseCode.INVALID, ledger.code(2));
    }

    @Test
    void shouldDoNothingForAGuestThatOwesNothing() throws IOException {
        final RunResult result =
                run(
                        """
                        title: T
                        duration: 1s
                        vms: [{name: a, guest: manual}]
                        events: [{at: 1ms, answer: a}]
                        """);

        assertEquals(0, result.raised());
        assertTrue(result.bench().invariants().hold());
    }

    @Test
    void shouldOweAnAnswerThatTheKernelRefused() throws IOException {
        final Ledger ledger =
                run("""
                        title: T
                        duration: 1s
                        vms: [{name: a, guest: manual}]
                        events:
                        - {at: 1ms, access: a}
                        - {at: 2ms, answer: a, code: unknown}
                        - {at: 3ms, answer: a}
                        """)
                        .ledger();

        assertEquals(1, ledger.refused());
        assertEquals(3_000_000, ledger.answeredNs(0));
    }

    @Test
    void shouldAskForSeveralPagesAtOnce() throws IOException {
        final RunResult result =
                run(
                        """
                        title: T
                        hardware: {iommu: vtd}
                        duration: 1s
                        vms: [{name: a}]
                        events: [{at: 1ms, access: a, pages: 4}]
                        """);

        assertEquals(1, result.raised());
        assertEquals(4, result.bench().hardware().queueHighWater());
        assertEquals(Outcome.ANSWERED, result.ledger().outcome(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "silent",
                "manual",
                "{kind: slow, delay: 10s}",
                "{kind: lying, mode: wrong-cookie}",
                "{kind: lying, mode: wrong-code}",
                "{kind: dying, at: 5ms, silently: true}"
            })
    void shouldEndEverythingOnceAllIsCalm(final String guest) throws IOException {
        final String storm =
                """
                title: T
                duration: 1s
                vms: [{name: a, devices: 2, guest: %s, workload: {rate: 1/ms}}]
                """
                        .formatted(guest);

        assertFalse(run(storm).ledger().openFaults() == 0);

        final RunResult calm = run(storm + "calm: 100ms\n");
        assertEquals(0, calm.ledger().openFaults());
        assertEquals(calm.raised(), calm.ledger().ended());
        assertTrue(calm.raised() <= 200);
        assertTrue(calm.bench().invariants().hold());
    }

    @Test
    void shouldEndWhatNobodyCanAnswerOnceAllIsCalm() throws IOException {
        final RunResult result =
                run(
                        """
                        title: T
                        duration: 1s
                        calm: 100ms
                        vms: [{name: a, guest: manual}]
                        events:
                        - {at: 1ms, access: a}
                        - {at: 2ms, closeFaultQueue: a}
                        """);

        assertEquals(Outcome.DRAINED, result.ledger().outcome(0));
        assertTrue(result.bench().invariants().hold());
    }

    @Test
    void shouldSayThatSomethingHasNotEnded() throws IOException {
        final RunResult result =
                run(
                        """
                        title: nobody hears of it before the run is over
                        hardware: {interruptLatency: 1ms}
                        duration: 100010us
                        calm: 100ms
                        vms: [{name: a, guest: prompt}]
                        events: [{at: 99999us, access: a}]
                        """);

        assertEquals(
                new Breach(
                        "EveryTransactionEndsOnceFaultsStop",
                        100_010_000,
                        "hardware: 1 still open after 10000 ns of calm"),
                result.bench().invariants().firstBreach());
    }

    @Test
    void shouldNotLetACarefulGuestAnswerWhatHasEnded() throws IOException {
        final String scenario =
                """
                title: a cookie is given anew
                duration: 1s
                vms: [{name: a}]
                events:
                - {at: 1ms, access: a}
                - {at: 1010us, replaceDomain: a}
                - {at: 1020us, access: a}
                """;

        assertFalse(run(scenario).bench().invariants().hold());
        assertTrue(run(scenario + "careful: true\n").bench().invariants().hold());
    }
}
