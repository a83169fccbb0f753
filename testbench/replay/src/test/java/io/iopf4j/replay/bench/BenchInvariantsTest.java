// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.invariants.Breach;
import io.iopf4j.replay.invariants.Invariant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A running machine tells of what the bench alone can see, when it happens and not later. */
class BenchInvariantsTest {
    private static final int PASID = 5;
    private static final long NOW_NS = 1_000;

    /** Says what a quota is, and admits all. */
    private static final class Lax implements FaultPolicy {
        private final boolean isOfDevice;

        Lax(final boolean isOfDevice) {
            this.isOfDevice = isOfDevice;
        }

        @Override
        public String name() {
            return "lax";
        }

        @Override
        public void assigned(final IommuDevice dev, final Account device, final Account vm) {
            (isOfDevice ? device : vm).setQuota(1);
        }
    }

    static Stream<HardwareSettings> models() {
        return Stream.of(
                new SmmuSettings(SmmuV3Config.roomy()),
                VtdSettings.of(Semantics.MAINLINE_6_12).withInterruptLatencyNs(0));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldTellAMachineThatHasMoreThanItsQuotaAtOnce(final HardwareSettings hardware) {
        assertEquals(
                new Breach("NoVmExceedsItsQuota", NOW_NS, "vm had 2 outstanding, its quota is 1"),
                twoFaults(hardware, new Lax(false)).firstBreach());
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldTellADeviceThatHasMoreThanItsQuotaAtOnce(final HardwareSettings hardware) {
        assertEquals(
                new Breach("NoVmExceedsItsQuota", NOW_NS, "nic had 2 outstanding, its quota is 1"),
                twoFaults(hardware, new Lax(true)).firstBreach());
    }

    private static Machine twoFaults(final HardwareSettings hardware, final FaultPolicy policy) {
        final Machine machine =
                new Machine(
                        new BenchSettings(hardware, Semantics.MAINLINE_6_12, List.of(policy), 1));
        machine.fault(0x1000);
        assertNull(machine.firstBreach());
        machine.fault(0x2000);
        return machine;
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldStayWithinTheBoundThatItsHardwareGives(final Semantics semantics) {
        final Machine machine = Machine.of(semantics);
        for (int i = 0; i < 100; i++) {
            machine.fault(i << 12);
        }
        machine.bench.checkAllBooks();
        assertTrue(machine.bench.invariants().hold());
        assertTrue(machine.checked("MemoryStaysWithinItsBound") > 100);
        assertTrue(machine.checked("VirtualTimeNeverRunsBack") > 100);
    }

    @Test
    void shouldTellMemoryThatGrowsBeyondItsBound() {
        final Machine machine = Machine.of(Semantics.MAINLINE_6_12);
        machine.bench.setMemoryBound(new MemoryBound(0x10000, 100));
        machine.fault(0x1000);
        assertEquals("MemoryStaysWithinItsBound", machine.firstBreach().name());
        assertTrue(machine.firstBreach().text().endsWith("are in use, the bound is 65536"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "V3_2017") // keeps nothing
    void shouldTellADeviceOfWhichTheCoreKeepsMoreThanTheBoundAllows(final Semantics semantics) {
        final Machine machine = Machine.of(semantics);
        machine.bench.setMemoryBound(new MemoryBound(1L << 30, 2));
        machine.fault(0x1000);
        machine.fault(0x2000);
        assertNull(machine.firstBreach());
        machine.fault(0x3000);
        assertEquals(
                new Breach(
                        "MemoryStaysWithinItsBound",
                        NOW_NS,
                        "3 faults of nic are kept, the bound is 2"),
                machine.firstBreach());
    }

    @Test
    void shouldTellAFaultQueueThatKeepsMoreThanTheBoundAllows() {
        final Machine machine = Machine.of(Semantics.MAINLINE_6_12);
        machine.fault(0x1000);
        machine.vm.readAll();
        machine.fault(0x2000);
        machine.bench.setMemoryBound(new MemoryBound(1L << 30, 1));
        machine.bench.checkAllBooks();
        assertEquals("2 faults of nic are kept, the bound is 1", machine.firstBreach().text());
        assertEquals(2, machine.vm.monitor().kept(), "one that was read and one that was not");
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldTellWhatIsOpenAfterCalm(final Semantics semantics) {
        final Machine machine = Machine.of(semantics);
        machine.fault(0x1000);
        machine.bench.scheduler().runUntil(NOW_NS + 500);
        machine.bench.checkCalm(NOW_NS);
        assertEquals(
                new Breach(
                        "EveryTransactionEndsOnceFaultsStop",
                        NOW_NS + 500,
                        "hardware: 1 still open after 500 ns of calm"),
                machine.firstBreach());
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldHoldAfterCalmWhenAllHasEnded(final Semantics semantics) {
        final Machine machine = Machine.of(semantics);
        machine.fault(0x1000);
        machine.vm.setListener(record -> machine.vm.answer(record, PageResponseCode.SUCCESS));
        machine.vm.readAll();
        machine.bench.settle(machine.device);
        machine.bench.checkCalm(0);
        assertTrue(machine.bench.invariants().hold(), () -> "" + machine.firstBreach());
        assertTrue(machine.checked("EveryTransactionEndsOnceFaultsStop") >= 2);
    }

    @Test
    void shouldTellAFaultThatIsStalledAfterItsDomainHasChanged() {
        // Linux 5.x leaves faults as they are when a domain is replaced.
        final Machine machine = Machine.of(Semantics.MAINLINE_5_X);
        machine.fault(0x1000);
        machine.device.replace();
        machine.bench.settle(machine.device);
        assertEquals(
                new Breach(
                        "NoFaultOutlivesItsDomain",
                        NOW_NS,
                        "1 faults of nic are stalled after its domain has changed"),
                machine.firstBreach());
    }

    /** One machine with one device, some time after its start. */
    private static final class Machine {
        private final Bench bench;
        private final GuestVm vm;
        private final GuestDevice device;

        Machine(final BenchSettings settings) {
            bench = Bench.recorded(settings);
            vm = bench.addVm("vm");
            device = bench.addDevice("nic", vm, Set.of(PASID));
            device.attach();
            bench.scheduler().runUntil(NOW_NS);
        }

        static Machine of(final Semantics semantics) {
            return new Machine(
                    new BenchSettings(
                            new SmmuSettings(SmmuV3Config.roomy()), semantics, List.of(), 1));
        }

        void fault(final long iova) {
            device.issue(PASID, iova, IommuFault.PERM_READ);
            bench.settle(device);
        }

        Breach firstBreach() {
            return bench.invariants().firstBreach();
        }

        long checked(final String name) {
            return bench.invariants().all().stream()
                    .filter(invariant -> invariant.name().equals(name))
                    .mapToLong(Invariant::checked)
                    .sum();
        }
    }
}
