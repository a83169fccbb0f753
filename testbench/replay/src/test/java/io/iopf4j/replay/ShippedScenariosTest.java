// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each scenario that ships shows what its comment says. */
class ShippedScenariosTest {
    private static final int STALLS = 64;

    @Test
    void shouldStarveTheOthersWithoutAPolicy() throws IOException {
        final RunResult result = run("shared-stall-buffer", "none");
        for (final String vm : List.of("web", "db", "mail")) {
            assertTrue(count(result, vm, Outcome.UNREPORTED) > 0, vm);
        }
        assertEquals(STALLS, result.bench().hardware().stallHighWater());
        assertEquals(STALLS, vm(result, "silent").outstandingHighWater());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x", "mainline-6.12"})
    void shouldAnswerTheOthersUnderAQuotaOfHalf(final String semantics) throws IOException {
        final RunResult result = run("shared-stall-buffer", semantics, "vm-quota=half");
        for (final String vm : List.of("web", "db", "mail")) {
            assertEquals(vm(result, vm).raised(), count(result, vm, Outcome.ANSWERED), vm);
        }
        final VmResult silent = vm(result, "silent");
        assertEquals(STALLS / 2, silent.quota());
        assertEquals(STALLS / 2, silent.outstandingHighWater());
        assertEquals(silent.raised() - STALLS / 2, count(result, "silent", Outcome.TERMINATED));
        assertAllHold(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"device-quota=half", "device-quota=16", "device-quota=5", "credit=8"})
    void shouldStillStarveUnderALimitForEachDevice(final String policy) throws IOException {
        final RunResult result = run("fifteen-devices", policy);
        assertTrue(count(result, "web", Outcome.UNREPORTED) > 0, "web");
        assertTrue(count(result, "db", Outcome.UNREPORTED) > 0, "db");
    }

    @Test
    void shouldNotStarveUnderALimitForEachVm() throws IOException {
        final RunResult result = run("fifteen-devices", "vm-quota=half");
        assertEquals(vm(result, "web").raised(), count(result, "web", Outcome.ANSWERED));
        assertEquals(vm(result, "db").raised(), count(result, "db", Outcome.ANSWERED));
    }

    @Test
    void shouldEndFaultsWithTheirDomainAndRefuseLateAnswers() throws IOException {
        final RunResult result = run("domain-change", "none");
        assertEquals(6, count(result, "a", Outcome.DRAINED));
        assertEquals(0, count(result, "a", Outcome.OUTSTANDING));
        assertEquals(6, result.ledger().refused());
        assertEquals(vm(result, "b").raised(), count(result, "b", Outcome.ANSWERED));
        assertAllHold(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x"})
    void shouldLeakOverADomainChangeBefore612(final String semantics) throws IOException {
        final RunResult result = run("domain-change", semantics, "none");
        assertEquals(6, count(result, "a", Outcome.OUTSTANDING));
        assertBroken(result, "NoFaultOutlivesItsDomain");
        final RunResult drained = run("domain-change", semantics, "drain");
        assertEquals(6, count(drained, "a", Outcome.DRAINED));
        assertEquals(6, drained.ledger().refused());
        assertAllHold(drained);
    }

    @Test
    void shouldRefuseTheWrongResponseType() throws IOException {
        final RunResult result = run("response-type", "none");
        assertEquals(25, result.ledger().refused());
        assertEquals(25, count(result, "confused", Outcome.OUTSTANDING));
        assertEquals(100, count(result, "honest", Outcome.ANSWERED));
        assertAllHold(result);
    }

    @Test
    void shouldDisableAGuestThatIsSilent() throws IOException {
        final RunResult result = run("silent-then-disabled", null);
        assertEquals(8, count(result, "silent", Outcome.TIMED_OUT));
        assertEquals(0, count(result, "silent", Outcome.OUTSTANDING));
        assertEquals(vm(result, "web").raised(), count(result, "web", Outcome.ANSWERED));
        assertAllHold(result);
    }

    @Test
    void shouldTimeOutAGuestThatIsSlow() throws IOException {
        final RunResult result = run("slow-guest-timeout", null);
        final long late = count(result, "slow", Outcome.TIMED_OUT);
        assertTrue(late > 0, "timed out");
        assertEquals(late, result.ledger().refused(), "each late answer is refused");
        assertTrue(vm(result, "slow").longestNs() <= 50_000_000L, "none was answered later");
        assertEquals(vm(result, "prompt").raised(), count(result, "prompt", Outcome.ANSWERED));
        assertAllHold(result);
    }

    @ParameterizedTest
    @CsvSource({"timeout=64ms, 18, 0", "timeout=128ms, 0, 0", "timeout=256ms, 0, 17"})
    void shouldHaveOneTimeoutThatIsNeitherTooShortNorTooLong(
            final String policy, final long cutShort, final long leastStarved) throws IOException {
        final RunResult result = run("timeout-guess", policy);
        assertEquals(cutShort, count(result, "slow", Outcome.TIMED_OUT));
        final long starved =
                count(result, "slow", Outcome.UNREPORTED)
                        + count(result, "web", Outcome.UNREPORTED);
        assertTrue(leastStarved == 0 ? starved == 0 : starved >= leastStarved, "" + starved);
        assertAllHold(result);
    }

    @ParameterizedTest
    @EnumSource(names = {"SMMUV3", "VTD"})
    void shouldAnswerAGoodGuestBesideAHostileOne(final Hardware.Iommu iommu) throws IOException {
        for (final Semantics semantics : Semantics.values()) {
            final RunResult result =
                    run("hostile-guest", semantics.toString(), null, new Hardware(iommu));
            final VmResult good = vm(result, "good");
            assertEquals(good.raised(), count(result, "good", Outcome.ANSWERED));
            assertTrue(good.longestNs() <= 70_000, "none was answered later");
            assertTrue(result.ledger().refused() > 100);
        }
        assertAllHold(run("hostile-guest", null, null, new Hardware(iommu)));
    }

    @Test
    void shouldSayWhatNeedsVtd() throws IOException {
        final ScenarioRun onSmmu =
                new ScenarioRun(Scenarios.named("shared-prq"))
                        .withHardware(new Hardware(Hardware.Iommu.SMMUV3));
        final IOException refusal = assertThrows(IOException.class, () -> onSmmu.run(time -> {}));
        assertTrue(refusal.getMessage().contains("VT-d"), refusal.getMessage());
    }

    // ---- The shared page request queue ----------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"none", "vm-quota=half", "timeout=5ms"})
    void shouldStopEverybodyAtTheFirstOverflowIn2017(final String policy) throws IOException {
        final RunResult result = run("shared-prq", policy);
        assertEquals(1, result.bench().hardware().queueOverflows());
        for (final String vm : List.of("web", "db")) {
            assertEquals(16, count(result, vm, Outcome.UNREPORTED), vm + ": all in flight");
        }
        assertAllHold(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x", "mainline-6.12"})
    void shouldNeverOverflowWithFewCredits(final String semantics) throws IOException {
        final RunResult result = run("shared-prq", semantics, "credit=16");
        assertEquals(0, result.bench().hardware().queueOverflows());
        for (final String vm : List.of("web", "db")) {
            assertEquals(vm(result, vm).raised(), count(result, vm, Outcome.ANSWERED), vm);
            assertEquals(150_000, vm(result, vm).longestNs(), vm);
        }
        assertEquals(8, count(result, "silent", Outcome.OUTSTANDING), "16 requests of 2 devices");
        assertAllHold(result);
    }

    @Test
    void shouldOnlyDelayTheOthersIn612() throws IOException {
        final RunResult result = run("shared-prq", "mainline-6.12", "none");
        assertEquals(4, result.bench().hardware().queueOverflows());
        for (final String vm : List.of("web", "db")) {
            assertEquals(vm(result, vm).raised(), count(result, vm, Outcome.ANSWERED), vm);
            assertTrue(vm(result, vm).percentileNs(50) < 151_000, vm);
        }
        assertTrue(vm(result, "web").longestNs() > 1_000_000, "one came at a bad time");
        assertEquals(
                30,
                run("shared-prq", "mainline-6.12", "vm-quota=half")
                        .bench()
                        .hardware()
                        .queueOverflows());
        assertAllHold(result);
    }

    // ---- The others on VT-d ---------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "answered-twice, mainline-6.12",
        "answered-twice, v3-2017",
        "domain-change, mainline-6.12",
        "domain-change, mainline-5.x",
        "domain-change, v5-2018",
        "domain-change, v3-2017",
        "dead-vm, mainline-6.12",
        "dead-vm, mainline-5.x",
        "closed-queue, mainline-5.x",
        "closed-queue, v5-2018",
        "response-type, v3-2017",
        "response-type, mainline-6.12",
        "slow-guest-timeout, mainline-6.12"
    })
    void shouldComeToTheSameOnVtd(final String name, final String semantics) throws IOException {
        final RunResult smmu = run(name, semantics, null);
        final RunResult vtd = onVtd(name, semantics, null);
        assertEquals("vtd", vtd.bench().hardware().name());
        assertEquals(smmu.outcomes(), vtd.outcomes());
        assertEquals(broken(smmu), broken(vtd));
    }

    @ParameterizedTest
    @CsvSource({
        "fifteen-devices, mainline-6.12, vm-quota=32",
        "fifteen-devices, v3-2017, vm-quota=32",
        "fifteen-devices, mainline-6.12, device-quota=16",
        "fifteen-devices, mainline-5.x, credit=8",
        "fifteen-devices, mainline-6.12, 'silent-guest=4,timeout=5ms'",
        "domain-change, mainline-5.x, drain",
        "domain-change, v3-2017, drain",
        "dead-vm, mainline-5.x, drain",
        "dead-vm, mainline-6.12, 'credit=16,drain'",
        "dead-vm, mainline-5.x, 'credit=16,drain'",
        "dead-vm, v3-2017, 'credit=16,drain'",
        "closed-queue, mainline-6.12, drain"
    })
    void shouldKeepPoliciesOnVtd(final String name, final String semantics, final String policy)
            throws IOException {
        final RunResult result = onVtd(name, semantics, policy);
        assertAllHold(result);
        if ("fifteen-devices".equals(name)) {
            assertEquals(vm(result, "web").raised(), count(result, "web", Outcome.ANSWERED));
            assertTrue(
                    count(result, "silent", Outcome.TERMINATED)
                                    + count(result, "silent", Outcome.UNREPORTED)
                            > 2_600,
                    "the limit bites");
        } else {
            assertEquals(0, result.outcomes().get(Outcome.OUTSTANDING));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wrong-code, , EveryAnswerReachesItsDevice",
        "answered-twice, , ResponsesCarryTheGroupTheyAnswer",
        "closed-queue, v5-2018, HardwareDriverAndCoreBooksAgree",
        "dead-vm, mainline-5.x, NoFaultOutlivesItsDomain",
        "dead-vm, v3-2017, NoFaultOutlivesItsDomain",
    })
    void shouldReportTheInvariantThatAHoleBreaks(
            final String name, final String semantics, final String invariant) throws IOException {
        assertBroken(run(name, semantics, null), invariant);
    }

    @Test
    void shouldGiveTheNextOwnerWhatADeviceAskedForWhileItLostItsDomain() throws IOException {
        final RunResult result = run("refilled-on-detach", null);
        assertBroken(result, "NothingCrossesFromOneVmToAnother");
        assertBroken(result, "ResponsesCarryTheGroupTheyAnswer");
        assertEquals(1, count(result, "next", Outcome.TERMINATED), "its ghosts had all credits");
        final RunResult drained = run("refilled-on-detach", "credit=16,drain");
        assertEquals(0, count(drained, "next", Outcome.TERMINATED));
        assertAllHold(drained);
        assertBroken(onVtd("dead-vm", null, "credit=16"), "NoFaultOutlivesItsDomain");
    }

    @ParameterizedTest
    @CsvSource({
        "wrong-code, mainline-6.12, none",
        "wrong-code, mainline-5.x, vm-quota=1",
        "wrong-code, v5-2018, timeout=10ms",
        "answered-twice, v3-2017, vm-quota=half",
        "answered-twice, mainline-6.12, none",
        "closed-queue, mainline-6.12, drain",
        "dead-vm, mainline-6.12, none",
        "dead-vm, mainline-5.x, drain",
    })
    void shouldMendTheHole(final String name, final String semantics, final String policy)
            throws IOException {
        assertAllHold(run(name, semantics, policy));
    }

    @Test
    void shouldEndWhatWaitsInAClosedQueueWhenItDrains() throws IOException {
        assertTrue(count(run("closed-queue", "none"), "gone", Outcome.OUTSTANDING) > 0);
        assertEquals(0, count(run("closed-queue", "drain"), "gone", Outcome.OUTSTANDING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared-stall-buffer", "slow-guest-timeout", "fifteen-devices"})
    void shouldGiveTheSameLedgerTwice(final String name) throws IOException {
        assertEquals(ledger(run(name, "timeout=5ms")), ledger(run(name, "timeout=5ms")));
    }

    private static String ledger(final RunResult result) throws IOException {
        final StringBuilder text = new StringBuilder();
        new LedgerWriter(result).writeCsv(text);
        return text.toString();
    }

    private static RunResult run(final String name, final String policy) throws IOException {
        return run(name, null, policy);
    }

    private static RunResult run(final String name, final String semantics, final String policy)
            throws IOException {
        return run(name, semantics, policy, Hardware.DEFAULT);
    }

    private static RunResult onVtd(final String name, final String semantics, final String policy)
            throws IOException {
        return run(name, semantics, policy, new Hardware(Hardware.Iommu.VTD));
    }

    private static RunResult run(
            final String name, final String semantics, final String policy, final Hardware hardware)
            throws IOException {
        final RunResult result =
                new ScenarioRun(Scenarios.named(name))
                        .withHardware(hardware)
                        .withSemantics(Optional.ofNullable(semantics).map(Semantics::of))
                        .withPolicies(Optional.ofNullable(policy).map(Policies::parse))
                        .run(time -> {});
        final Map<Outcome, Long> outcomes = result.outcomes();
        assertEquals(
                result.raised(),
                outcomes.values().stream().mapToLong(Long::longValue).sum(),
                "raised is the sum of all fates");
        assertEquals(
                result.raised(), result.vms().stream().mapToLong(VmResult::raised).sum(), "by VM");
        return result;
    }

    private static VmResult vm(final RunResult result, final String name) {
        return result.vms().stream().filter(vm -> vm.name().equals(name)).findFirst().orElseThrow();
    }

    private static long count(final RunResult result, final String vm, final Outcome outcome) {
        return vm(result, vm).outcomes().get(outcome);
    }

    private static List<String> broken(final RunResult result) {
        return result.bench().invariants().all().stream()
                .filter(invariant -> !invariant.holds())
                .map(Invariant::name)
                .toList();
    }

    private static void assertAllHold(final RunResult result) {
        for (final Invariant invariant : result.bench().invariants().all()) {
            assertTrue(invariant.holds(), invariant.name() + ": " + invariant.breach());
        }
    }

    private static void assertBroken(final RunResult result, final String name) {
        final Invariant invariant =
                result.bench().invariants().all().stream()
                        .filter(any -> any.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        assertFalse(invariant.holds(), name);
    }
}
