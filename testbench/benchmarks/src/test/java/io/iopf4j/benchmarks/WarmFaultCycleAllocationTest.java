// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A fault cycle that has run often enough makes no garbage: with each model, profile and policy,
 * whatever is outstanding.
 */
class WarmFaultCycleAllocationTest {
    private static final int MANY_CYCLES = 100_000;
    private static final int OUTSTANDING = 100;
    private static final int DEVICES = 8;

    /** Each policy that ships, so that it lets all pass; at last all of them. */
    private static final List<String> POLICIES =
            List.of(
                    "none",
                    "device-quota=100000",
                    "vm-quota=100000",
                    "credit=500",
                    "timeout=100s",
                    "silent-guest=9",
                    "drain",
                    "device-quota=512,vm-quota=512,credit=500,timeout=100s,silent-guest=9,drain");

    static Stream<Arguments> rules() {
        return Arrays.stream(Semantics.values())
                .flatMap(rules -> POLICIES.stream().map(policy -> Arguments.of(rules, policy)));
    }

    static Stream<Arguments> machines() {
        return Arrays.stream(Model.values())
                .flatMap(
                        model ->
                                rules().map(
                                                rules ->
                                                        Arguments.of(
                                                                model,
                                                                rules.get()[0],
                                                                rules.get()[1])));
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("machines")
    void shouldAllocateNothingInWholeCycle(Model model, Semantics semantics, String policies)
            throws Throwable {
        assertAllocatesNothing(new FaultCycle(model, settings(semantics, policies)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("rules")
    void shouldAllocateNothingInCore(Semantics semantics, String policies) throws Throwable {
        assertAllocatesNothing(new CoreCycle(settings(semantics, policies)));
    }

    private static CycleSettings settings(Semantics semantics, String policies) {
        return CycleSettings.of(OUTSTANDING, DEVICES)
                .withSemantics(semantics)
                .withPolicies(policies);
    }

    @ParameterizedTest(name = "{0}, {1}, {2} outstanding, {3} devices, {4} at once, {5}")
    @CsvSource({
        "SMMUV3, INVALID, 1, 1, 1, RANDOM",
        "SMMUV3, INVALID, 1000, 64, 32, RANDOM",
        "SMMUV3, INVALID, 1000, 1, 32, OLDEST",
        "SMMUV3, SUCCESS, 1, 1, 1, RANDOM",
        "SMMUV3, SUCCESS, 1000, 64, 1, RANDOM",
        "SMMUV3, SUCCESS, 1000, 64, 32, RANDOM",
        "VTD, INVALID, 1, 1, 1, RANDOM",
        "VTD, INVALID, 1000, 64, 32, RANDOM",
        "VTD, INVALID, 400, 1, 32, OLDEST",
        "VTD, SUCCESS, 1, 1, 1, RANDOM",
        "VTD, SUCCESS, 1000, 64, 1, RANDOM",
        "VTD, SUCCESS, 1000, 64, 32, RANDOM"
    })
    void shouldAllocateNothingWhateverIsOutstanding(
            Model model, Answer answer, int outstanding, int devices, int batch, Order order)
            throws Throwable {
        assertAllocatesNothing(
                new FaultCycle(
                        model,
                        CycleSettings.of(outstanding, devices)
                                .withCode(answer.code())
                                .withBatch(batch)
                                .withOrder(order)));
    }

    /** Rounds so long that what is made once in thousands of cycles is seen. */
    @ParameterizedTest(name = "{0}, {1} outstanding, {2} devices")
    @CsvSource({
        "INVALID, 1, 1",
        "INVALID, 1, 64",
        "INVALID, 1000, 64",
        "SUCCESS, 1, 1",
        "SUCCESS, 1, 64",
        "SUCCESS, 1000, 64"
    })
    void shouldAllocateNothingInManyCycles(Answer answer, int outstanding, int devices)
            throws Throwable {
        assertAllocatesNothingInMany(
                new FaultCycle(
                        Model.SMMUV3,
                        CycleSettings.of(outstanding, devices).withCode(answer.code())));
    }

    @ParameterizedTest(name = "{0} outstanding, {1} devices, {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "1; 1; none",
                "1000; 1; none",
                "1000; 64; none",
                "1; 1; vm-quota=1000000,timeout=10s",
                "1000; 64; vm-quota=1000000,timeout=10s,silent-guest=9"
            })
    void shouldAllocateNothingInManyCyclesOfTheCore(int outstanding, int devices, String policies)
            throws Throwable {
        assertAllocatesNothingInMany(
                new CoreCycle(
                        CycleSettings.of(outstanding, devices)
                                .withSemantics(Semantics.MAINLINE_6_12)
                                .withPolicies(policies)));
    }

    private static void assertAllocatesNothingInMany(Cycle cycle) throws Throwable {
        cycle.warm();
        Allocations.assertNone(Math.max(MANY_CYCLES, Allocations.CYCLES), Cycle.ROUND, cycle::run);
    }

    private static void assertAllocatesNothing(Cycle cycle) throws Throwable {
        cycle.warm();
        Allocations.assertNone(Cycle.ROUND, cycle::run);
    }

    /** What the assertions above rest on. */
    @Test
    void shouldSeeWhatIsAllocated() throws Throwable {
        byte[][] last = new byte[1][];
        long bytes = Allocations.bytes(Allocations.CYCLES, 1, () -> last[0] = new byte[1]);

        assertTrue(
                bytes >= Allocations.CYCLES && last[0] != null,
                "one array each: " + bytes + " bytes");
    }

    /** A policy that ships and is not tried is a hole. */
    @Test
    void shouldTryEveryPolicyThatShips() {
        Policies.all()
                .forEach(
                        policy ->
                                assertTrue(
                                        POLICIES.stream()
                                                .anyMatch(tried -> tried.startsWith(policy.name())),
                                        policy.name()));
    }
}
