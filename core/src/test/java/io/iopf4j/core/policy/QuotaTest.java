// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.GateBench;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code vm-quota} and {@code device-quota}: what is over quota is terminated, nothing else. */
class QuotaTest {
    private static final int CAPACITY = 8;

    // ---- vm-quota -------------------------------------------------------------------------------

    @EverySemantics
    void shouldTerminateWhatIsOverQuotaAtOnce(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=2");
        final IommuDevice dev = bench.device("dev", bench.gate.addVm("vm"));
        bench.reportGroups(dev, 0x10, 2);
        assertEquals(0, bench.report(dev, last(0x12)));
        assertEquals(List.of(0x10, 0x11), bench.seenGrpids());
        assertEquals(List.of(new Answer("dev", 0, 0x12, INVALID)), bench.core.answers);
        assertEquals(
                List.of(
                        "reported dev 16",
                        "reported dev 17",
                        "reported dev 18",
                        "responding dev 18 POLICY"),
                bench.notebook.lines);
    }

    @EverySemantics
    void shouldAnswerWithDriversTerminationCode(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1");
        final int modelsCode = 0xf;
        bench.core.driver.setTerminationCode(modelsCode);
        final IommuDevice dev = bench.device("dev", bench.gate.addVm("vm"));
        bench.reportGroups(dev, 1, 2);
        assertEquals(List.of(new Answer("dev", 0, 2, modelsCode)), bench.core.answers);
    }

    @EverySemantics
    void shouldAdmitAgainAfterAnswer(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, vm.outstandingGroups());
        bench.report(dev, last(2));
        assertEquals(List.of(1, 2), bench.seenGrpids());
        assertEquals(1, vm.highWater());
    }

    @EverySemantics
    void shouldCountAllDevicesOfOneMachineAndNoneOfAnother(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=2");
        final Account greedy = bench.gate.addVm("greedy");
        final Account polite = bench.gate.addVm("polite");
        final IommuDevice first = bench.device("first", greedy);
        final IommuDevice second = bench.device("second", greedy);
        final IommuDevice other = bench.device("other", polite);
        bench.report(first, last(1));
        bench.report(second, last(2));
        bench.report(second, last(3));
        bench.report(other, last(4));
        assertEquals(List.of(1, 2, 4), bench.seenGrpids());
        assertEquals(2, greedy.outstandingGroups());
        assertEquals(1, polite.outstandingGroups());
    }

    @EverySemantics
    void shouldNotLimitHostsOwnDevices(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1");
        bench.reportGroups(bench.device("dev"), 1, 3);
        assertEquals(List.of(1, 2, 3), bench.seenGrpids());
        assertEquals(3, bench.gate.host().outstandingGroups());
    }

    @EverySemantics
    void shouldSwallowWholeGroupThatIsRefused(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        assertEquals(0, bench.report(dev, partial(2)));
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        // There is room again, but the group was refused already.
        assertEquals(0, bench.report(dev, partial(2)));
        assertEquals(0, bench.report(dev, last(2)));
        assertEquals(List.of(1), bench.seenGrpids());
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        assertEquals(4, bench.notebook.count("reported"));
        assertEquals(0, vm.outstandingRequests());
        bench.report(dev, last(2));
        assertEquals(List.of(1, 2), bench.seenGrpids());
    }

    @EverySemantics
    void shouldCountGroupOnceHoweverManyRequestsItHas(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1));
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(3, vm.outstandingRequests());
        assertEquals(List.of(1), bench.seenGrpids());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(0, vm.outstandingRequests());
    }

    @EverySemantics
    void shouldTakeHalfOfSharedQueue(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=half");
        bench.core.driver.setSharedFaultCapacity(CAPACITY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        assertEquals(CAPACITY / 2, vm.quota());
        bench.reportGroups(dev, 1, CAPACITY);
        assertEquals(CAPACITY / 2, bench.seen().size());
    }

    @Test
    void shouldTakeSmallestHalfOfSeveralQueues() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "vm-quota=half");
        final Account vm = bench.gate.addVm("vm");
        bench.core.driver.setSharedFaultCapacity(2 * CAPACITY);
        bench.device("big", vm);
        bench.core.driver.setSharedFaultCapacity(CAPACITY);
        bench.device("small", vm);
        bench.core.driver.setSharedFaultCapacity(4 * CAPACITY);
        bench.device("biggest", vm);
        assertEquals(CAPACITY / 2, vm.quota());
    }

    @Test
    void shouldLeaveAtLeastOneToEach() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "vm-quota=half");
        bench.core.driver.setSharedFaultCapacity(1);
        final Account vm = bench.gate.addVm("vm");
        bench.device("dev", vm);
        assertEquals(1, vm.quota());
    }

    @Test
    void shouldSayThatDriverOffersNoCapacity() {
        for (final String policy : List.of("vm-quota=half", "device-quota=half")) {
            final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, policy);
            final Account vm = bench.gate.addVm("vm");
            final IommuDevice dev = bench.device("0000:00:02.0");
            final IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> bench.gate.assign(dev, vm));
            assertEquals(
                    policy
                            + ": the driver of 0000:00:02.0 does not say how many faults its"
                            + " hardware holds; give a number",
                    refusal.getMessage());
        }
    }

    @EverySemantics
    void shouldLeaveFaultsOfMovedDeviceWithItsOldMachine(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=2");
        final Account old = bench.gate.addVm("old");
        final Account young = bench.gate.addVm("young");
        final IommuDevice dev = bench.device("dev", old);
        bench.reportGroups(dev, 1, 2);
        bench.gate.assign(dev, young);
        bench.reportGroups(dev, 3, 3);
        assertEquals(List.of(1, 2, 3, 4), bench.seenGrpids());
        assertEquals(2, old.outstandingGroups());
        assertEquals(2, young.outstandingGroups());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(1, old.outstandingGroups());
        assertEquals(2, young.outstandingGroups());
        bench.gate.assign(dev, null);
        bench.report(dev, last(6));
        assertEquals(1, bench.gate.host().outstandingGroups());
    }

    @EverySemantics
    void shouldChargeGroupToWhoHadTheDeviceWhenItBegan(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=2");
        final Account old = bench.gate.addVm("old");
        final Account young = bench.gate.addVm("young");
        final IommuDevice dev = bench.device("dev", old);
        bench.report(dev, partial(1));
        bench.gate.assign(dev, young);
        bench.report(dev, last(1));
        assertEquals(2, old.outstandingRequests());
        assertEquals(0, young.outstandingRequests());
    }

    // ---- device-quota ---------------------------------------------------------------------------

    @EverySemantics
    void shouldCountEachDeviceByItself(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice first = bench.device("first", vm);
        final IommuDevice second = bench.device("second", vm);
        bench.report(first, last(1));
        bench.report(first, last(2));
        bench.report(second, last(3));
        assertEquals(List.of(1, 3), bench.seenGrpids());
        assertEquals(1, bench.gate.account(first).outstandingGroups());
        assertEquals(1, bench.gate.account(first).quota());
    }

    @EverySemantics
    void shouldLimitDeviceThatNobodyAssigned(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=1");
        final IommuDevice dev = bench.device("dev");
        bench.reportGroups(dev, 1, 2);
        assertEquals(List.of(1), bench.seenGrpids());
        assertEquals(List.of(2), bench.answeredGrpids());
    }

    @Test
    void shouldBeDefeatedByFifteenDevicesWhereMachinesQuotaIsNot() {
        final int devices = 15;
        final GateBench perDevice = new GateBench(Semantics.MAINLINE_6_12, "device-quota=half");
        final GateBench perVm = new GateBench(Semantics.MAINLINE_6_12, "vm-quota=half");
        for (final GateBench bench : List.of(perDevice, perVm)) {
            bench.core.driver.setSharedFaultCapacity(CAPACITY);
            final Account vm = bench.gate.addVm("vm");
            for (int i = 0; i < devices; i++) {
                bench.reportGroups(bench.device("dev" + i, vm), 1, CAPACITY);
            }
        }
        assertTrue(perDevice.seen().size() > CAPACITY, "the hardware queue is full");
        assertEquals(CAPACITY / 2, perVm.seen().size());
    }

    @EverySemantics
    void shouldKeepBothQuotasAtTheSameTime(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=2,vm-quota=3");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice first = bench.device("first", vm);
        final IommuDevice second = bench.device("second", vm);
        bench.reportGroups(first, 0x10, 3);
        bench.reportGroups(second, 0x20, 3);
        assertEquals(List.of(0x10, 0x11, 0x20), bench.seenGrpids());
    }
}
