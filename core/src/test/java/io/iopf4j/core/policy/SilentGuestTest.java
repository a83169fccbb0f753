// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.GateBench;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code silent-guest}: a machine that does not answer is disabled, others are not. */
class SilentGuestTest {
    private static final long DELAY_NS = 1_000;

    @EverySemantics
    void shouldDisableMachineAfterTimeoutsInRow(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=2");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertFalse(vm.isDisabled());
        bench.report(dev, last(2));
        bench.core.kernel.advanceTo(2 * DELAY_NS);
        assertTrue(vm.isDisabled());
        bench.report(dev, last(3));
        assertEquals(List.of(1, 2, 3), bench.answeredGrpids());
        assertEquals(1, bench.notebook.count("responding dev 3 POLICY"));
    }

    @EverySemantics
    void shouldEndWhatIsOutstandingWhenItDisables(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        final IommuDevice second = bench.device("second", vm);
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(DELAY_NS / 2);
        bench.report(second, last(2));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertTrue(vm.isDisabled());
        assertEquals(0, vm.outstandingGroups());
        assertEquals(1, bench.notebook.count("responding dev 1 TIMED_OUT"));
        assertEquals(1, bench.notebook.count("responding second 2 POLICY"));
    }

    @EverySemantics
    void shouldCountAnewAfterAnswer(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=2");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        for (int i = 0; i < 5; i++) {
            bench.report(dev, last(2 * i));
            bench.core.kernel.advanceTo((i + 1) * DELAY_NS);
            bench.report(dev, last(2 * i + 1));
            final List<GateBench.Seen> seen = bench.seen();
            // Whatever it says: a guest that says no is not silent.
            assertEquals(0, bench.answer(seen.get(seen.size() - 1), INVALID));
        }
        assertFalse(vm.isDisabled());
    }

    @EverySemantics
    void shouldCountTerminations(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1,silent-guest=3");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 3);
        assertFalse(vm.isDisabled());
        bench.report(dev, last(4));
        assertTrue(vm.isDisabled());
        assertEquals(List.of(2, 3, 4, 1), bench.answeredGrpids());
        assertEquals(0, vm.outstandingGroups());
    }

    @EverySemantics
    void shouldLeaveOtherMachinesAlone(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=1");
        final Account[] vms = new Account[40];
        for (int i = 0; i < vms.length; i++) {
            vms[i] = bench.gate.addVm("vm" + i);
        }
        final IommuDevice mute = bench.device("mute", vms[39]);
        final IommuDevice other = bench.device("other", vms[0]);
        bench.report(mute, last(1));
        bench.core.kernel.advanceTo(DELAY_NS - 1);
        bench.report(other, last(2));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertTrue(vms[39].isDisabled());
        assertFalse(vms[0].isDisabled());
        assertEquals(1, vms[0].outstandingGroups());
    }

    @EverySemantics
    void shouldKnowEachOfManyMachines(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=1");
        for (int i = 0; i < 40; i++) {
            final Account vm = bench.gate.addVm("vm" + i);
            bench.report(bench.device("dev" + i, vm), last(i));
            assertFalse(vm.isDisabled(), vm::toString);
            bench.core.kernel.advanceTo((i + 1) * DELAY_NS);
            assertTrue(vm.isDisabled(), vm::toString);
        }
    }

    /** It is not the guest's fault. */
    @Test
    void shouldNotCountRequestThatIsLostForWantOfMemory() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "silent-guest=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.core.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, bench.report(dev, partial(1)));
        assertEquals(0, vm.outstandingGroups());
        assertFalse(vm.isDisabled());
    }

    @EverySemantics
    void shouldNotCountWhatTheHostTakesAway(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "silent-guest=1,drain");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.core.driver.setCanDrain();
        bench.reportGroups(dev, 1, 3);
        bench.gate.drained(dev);
        assertEquals(0, vm.outstandingGroups());
        assertFalse(vm.isDisabled());
    }

    @EverySemantics
    void shouldNeverDisableHost(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=1");
        bench.report(bench.device("dev"), last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertFalse(bench.gate.host().isDisabled());
    }

    @EverySemantics
    void shouldCountAnewOnceEnabled(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout=1us,silent-guest=2");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 2);
        bench.core.kernel.advanceTo(DELAY_NS);
        assertTrue(vm.isDisabled());
        bench.report(dev, last(3));
        vm.enable();
        bench.report(dev, last(4));
        bench.core.kernel.advanceTo(2 * DELAY_NS);
        assertFalse(vm.isDisabled());
        assertEquals(1, bench.notebook.count("responding dev 4 TIMED_OUT"));
    }
}
