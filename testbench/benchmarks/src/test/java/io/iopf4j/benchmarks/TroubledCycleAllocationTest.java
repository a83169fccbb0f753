// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.drivers.intel.IntelOptions;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A warm cycle that goes wrong makes no garbage either, with each model and profile. */
class TroubledCycleAllocationTest {
    private static final int UNKNOWN_CODE = 99;
    private static final long TIMEOUT_NS = 1_000;

    /** Longer than a device waits until it asks again. */
    private static final long RETRY_NS = 2_000_000;

    static Stream<Arguments> machines() {
        return Arrays.stream(Model.values())
                .flatMap(
                        model ->
                                Arrays.stream(Semantics.values())
                                        .map(semantics -> Arguments.of(model, semantics)));
    }

    private static TroubledMachine machine(Model model, Semantics semantics, String policies) {
        return new TroubledMachine(model.settings(semantics), semantics, policies);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("machines")
    void shouldAllocateNothingWhenTimersExpire(Model model, Semantics semantics) throws Throwable {
        TroubledMachine machine = machine(model, semantics, "timeout=1us");
        Allocations.assertNone(
                4,
                () -> {
                    machine.access(0, 2);
                    machine.access(1, 2);
                    machine.runFor(2 * TIMEOUT_NS);
                    machine.forget();
                    expectOpen(0, machine);
                });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("machines")
    void shouldAllocateNothingWhenQuotasRefuse(Model model, Semantics semantics) throws Throwable {
        TroubledMachine machine = machine(model, semantics, "vm-quota=2,device-quota=1");
        Allocations.assertNone(
                4,
                () -> {
                    machine.access(0, 2);
                    machine.access(1, 2);
                    machine.run();
                    expectOpen(2, machine);
                    machine.end(0);
                });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("machines")
    void shouldAllocateNothingWhenAnswersMakeNoSense(Model model, Semantics semantics)
            throws Throwable {
        TroubledMachine machine = machine(model, semantics, "none");
        Allocations.assertNone(
                4,
                () -> {
                    machine.access(0, 4);
                    machine.run();
                    machine.answerWrongly();
                    expectOpen(4, machine);
                    machine.end(0);
                });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("machines")
    void shouldAllocateNothingWhenCodesMakeNoSense(Model model, Semantics semantics)
            throws Throwable {
        // Until 6.8 such an answer leaves the access stalled for good, unless a policy ends it.
        TroubledMachine machine = machine(model, semantics, "vm-quota=1000");
        Allocations.assertNone(
                4,
                () -> {
                    machine.access(0, 4);
                    machine.run();
                    machine.answer(UNKNOWN_CODE);
                    machine.end(0);
                });
    }

    /** SMMUv3 loses no stall: what does not stall is lost, and the stalls wait. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(Semantics.class)
    void shouldAllocateNothingWhenEventQueueOverflows(Semantics semantics) throws Throwable {
        TroubledMachine machine =
                new TroubledMachine(
                        new SmmuSettings(SmmuV3Config.roomy().withEventQueueLog2Max(2)),
                        semantics,
                        "none");
        machine.addHostDevice();
        Allocations.assertNone(
                16,
                () -> {
                    machine.access(0, 8);
                    machine.access(1, 8);
                    machine.hostAccesses(8);
                    machine.end(0);
                });
        assertTrue(machine.overflows() > Allocations.CYCLES / 16, "overflows");
    }

    /** In 2017 nobody cleared the overflow, and nothing came through any more. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_2017")
    void shouldAllocateNothingWhenPageRequestQueueOverflows(Semantics semantics) throws Throwable {
        VtdSettings kernels = VtdSettings.of(semantics);
        TroubledMachine machine =
                new TroubledMachine(
                        new VtdSettings(
                                kernels.config(),
                                new IntelOptions(kernels.options().scalable(), 0, 512),
                                512,
                                0),
                        semantics,
                        "none");
        Allocations.assertNone(
                200,
                () -> {
                    machine.access(0, 100);
                    machine.access(1, 100);
                    machine.end(RETRY_NS);
                });
        assertTrue(machine.overflows() > Allocations.CYCLES / 200, "overflows");
    }

    private static void expectOpen(int open, TroubledMachine machine) {
        assertEquals(open, machine.open());
    }
}
