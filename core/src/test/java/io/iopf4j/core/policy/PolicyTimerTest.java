// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.core.testing.CoreBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.GateBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy has of the kernel: timers under the gate's lock, time, log, and an end. */
class PolicyTimerTest {
    private static final long DELAY_NS = 1_000;

    /**
     * From a machine's first fault on it is disabled after a delay, and enabled again after another
     * one.
     */
    private static final class Nap implements FaultPolicy {
        private final List<String> steps = new ArrayList<>();
        private PolicyKernel kernel;
        private KernelTimer sleep;
        private KernelTimer wake;
        private Account vm;
        private boolean isLockHeld;

        @Override
        public String name() {
            return "nap";
        }

        @Override
        public void start(final PolicyKernel its) {
            steps.add("start");
            assertNull(kernel);
            kernel = its;
            sleep = its.newTimer(this::sleep);
            wake = its.newTimer(this::wake);
        }

        @Override
        public void assigned(final IommuDevice dev, final Account device, final Account owner) {
            steps.add("assigned");
        }

        @Override
        public boolean admits(final FaultInfo request) {
            if (vm == null) {
                vm = request.vm();
                sleep.arm(kernel.nowNs() + DELAY_NS);
            }
            return true;
        }

        private void sleep() {
            vm.disable();
            // Not yet: this runs under the gate's lock.
            isLockHeld = vm.outstandingGroups() > 0;
            kernel.log().err(name(), "sleeps at " + kernel.nowNs());
            wake.arm(kernel.nowNs() + DELAY_NS);
        }

        private void wake() {
            vm.enable();
            vm = null;
        }

        @Override
        public void ended(final FaultInfo fault, final FaultEnd end) {
            steps.add(fault.fault().grpid() + " " + end);
        }

        @Override
        public void close() {
            steps.add("close");
        }
    }

    @EverySemantics
    void shouldEndWhatIsOutstandingWhenATimerDisablesAMachine(final Semantics semantics) {
        final Nap nap = new Nap();
        final GateBench bench = new GateBench(semantics, List.of(nap));
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 2);
        bench.core.kernel.advanceTo(DELAY_NS - 1);
        assertEquals(2, vm.outstandingGroups());
        bench.core.kernel.advanceTo(DELAY_NS);
        assertTrue(nap.isLockHeld);
        assertTrue(vm.isDisabled());
        assertEquals(0, vm.outstandingGroups());
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        assertEquals(1, bench.notebook.count("responding dev 1 POLICY"));
        assertEquals(1, bench.notebook.count("responding dev 2 POLICY"));
        assertEquals(List.of("nap: sleeps at " + DELAY_NS), bench.core.kernel.complaints);
    }

    @EverySemantics
    void shouldLetFaultsInAgainWhenATimerEnablesTheMachine(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, List.of(new Nap()));
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        bench.report(dev, last(2));
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        bench.core.kernel.advanceTo(2 * DELAY_NS);
        assertFalse(vm.isDisabled());
        bench.report(dev, last(3));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        bench.core.kernel.advanceTo(3 * DELAY_NS);
        assertEquals(List.of(1, 2, 3), bench.answeredGrpids());
    }

    @EverySemantics
    void shouldFindNothingLeftForTheWorkThatDisablingQueued(final Semantics semantics) {
        final Nap nap = new Nap();
        final GateBench bench = new GateBench(semantics, List.of(nap));
        bench.report(bench.device("dev", bench.gate.addVm("vm")), last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        bench.core.kernel.workqueues.forEach(queue -> queue.flush());
        assertEquals(List.of(1), bench.answeredGrpids());
        assertEquals(List.of("start", "assigned", "1 TERMINATED"), nap.steps);
    }

    @Test
    void shouldStartPoliciesBeforeAnythingElse() {
        final Nap first = new Nap();
        final Nap second = new Nap();
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, List.of(first, second));
        assertEquals(List.of("start"), first.steps);
        assertEquals(List.of("start"), second.steps);
        assertSame(first.kernel, second.kernel);
        bench.core.kernel.advanceTo(7);
        assertEquals(7, first.kernel.nowNs());
    }

    @Test
    void shouldCloseEachPolicyOnce() {
        final Nap nap = new Nap();
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, List.of(nap));
        bench.gate.close();
        bench.gate.close();
        assertEquals(List.of("start", "close"), nap.steps);
    }

    @Test
    void shouldLetNoTimerExpireOnceTheGateIsClosed() {
        final Nap nap = new Nap();
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, List.of(nap));
        final Account vm = bench.gate.addVm("vm");
        bench.report(bench.device("dev", vm), last(1));
        bench.gate.close();
        assertFalse(nap.sleep.isArmed());
        // As a thread would that was about to take the lock.
        nap.sleep.arm(1);
        bench.core.kernel.advanceTo(1);
        assertFalse(vm.isDisabled());
        assertEquals(1, vm.outstandingGroups());
    }
}
