// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.replay.invariants.EveryTransactionEndsOnceFaultsStop;
import io.iopf4j.replay.invariants.Invariants;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bench checks by comparing its layers, after each step and at a run's end; the rest the
 * ledger and the machines check as it happens. A step allocates nothing here, and costs the same
 * whatever the number of devices.
 */
final class StepChecks {
    private final Bench bench;
    private final PhysicalMemory memory;
    private final Invariants invariants;
    private final Ledger ledger;
    private final List<GuestDevice> changed = new ArrayList<>();
    private MemoryBound memoryBound;
    private int nextChecked;

    StepChecks(final Bench bench, final PhysicalMemory memory, final MemoryBound memoryBound) {
        this.bench = bench;
        this.memory = memory;
        this.memoryBound = memoryBound;
        invariants = bench.invariants();
        ledger = bench.ledger();
    }

    void setMemoryBound(final MemoryBound bound) {
        memoryBound = bound;
    }

    /** A device's domain has changed: once nothing is left to run, nothing of the old one is. */
    void domainChanged(final GuestDevice device) {
        changed.add(device);
    }

    void afterStep(final GuestDevice touched) {
        final Hardware hardware = bench.hardware();
        invariants.virtualTimeNeverRunsBack().reads(bench.scheduler().nowNs());
        invariants
                .everyTransactionEndsOnce()
                .noneIsLost(
                        ledger.size(), ledger.ended(), hardware.openFaults(), hardware.waiting());
        invariants
                .hardwareDriverAndCoreBooksAgree()
                .compare("hardware", ledger.openFaults(), hardware.openFaults());
        invariants.everyAnswerReachesItsDevice().after(ledger.answeredInVain());
        for (int i = 0; i < changed.size(); i++) {
            checkDomain(changed.get(i));
        }
        changed.clear();
        if (touched != null) {
            checkCore(touched);
        }
        checkMemory();
    }

    void atEnd() {
        bench.devices().forEach(this::checkCore);
        bench.devices().forEach(this::checkDomain);
        bench.devices().forEach(this::checkKept);
        for (final GuestVm vm : bench.vms()) {
            checkKept(vm);
            checkQuota(vm.name(), ledger.outstandingHighWater(vm.index()), vm.quota());
        }
    }

    void afterCalm(final long sinceNs) {
        final EveryTransactionEndsOnceFaultsStop calm =
                invariants.everyTransactionEndsOnceFaultsStop();
        final Hardware hardware = bench.hardware();
        final long calmNs = bench.scheduler().nowNs() - sinceNs;
        calm.afterCalm("hardware", hardware.openFaults() + hardware.waiting(), calmNs);
        calm.afterCalm("accesses", ledger.size() - ledger.ended(), calmNs);
        for (final GuestDevice device : bench.devices()) {
            final int pending = device.corePending();
            if (pending != FaultCore.KEEPS_NONE) {
                calm.afterCalm("core, of " + device.endpoint().name(), pending, calmNs);
            }
            calm.afterCalm(
                    "partial faults of " + device.endpoint().name(), device.partials(), calmNs);
        }
        for (final GuestVm vm : bench.vms()) {
            calm.afterCalm("fault queue of " + vm.name(), vm.monitor().kept(), calmNs);
        }
    }

    /** A fault was delivered: its machine has one more, and its device. */
    void delivered(final int row) {
        final GuestVm vm = bench.vms().get(ledger.vm(row));
        checkQuota(vm.name(), ledger.outstanding(vm.index()), vm.quota());
        final GuestDevice device = bench.devices().get(ledger.endpoint(row));
        checkQuota(
                device.endpoint().name(),
                ledger.outstandingOfEndpoint(ledger.endpoint(row)),
                device.quota());
    }

    private void checkQuota(final String whose, final long most, final long quota) {
        if (quota != 0) {
            invariants.noVmExceedsItsQuota().has(whose, most, quota);
        }
    }

    private void checkMemory() {
        invariants.memoryStaysWithinItsBound().uses(memory.usedBytes(), memoryBound.bytes());
        final List<GuestDevice> devices = bench.devices();
        if (!devices.isEmpty()) {
            nextChecked = nextChecked + 1 < devices.size() ? nextChecked + 1 : 0;
            final GuestDevice device = devices.get(nextChecked);
            checkKept(device);
            checkKept(device.vm());
        }
    }

    private void checkKept(final GuestDevice device) {
        invariants
                .memoryStaysWithinItsBound()
                .keeps(
                        device.endpoint().name(),
                        device.corePending(),
                        memoryBound.faultsOfDevice());
    }

    private void checkKept(final GuestVm vm) {
        invariants
                .memoryStaysWithinItsBound()
                .keeps(
                        vm.name(),
                        vm.monitor().kept(),
                        memoryBound.faultsOfDevice() * Math.max(1, vm.devices().size()));
    }

    private void checkDomain(final GuestDevice device) {
        invariants
                .noFaultOutlivesItsDomain()
                .after(device.endpoint().name(), ledger.staleFaults(device.endpoint().index()));
    }

    private void checkCore(final GuestDevice device) {
        final int pending = device.corePending();
        if (pending != FaultCore.KEEPS_NONE) {
            invariants
                    .hardwareDriverAndCoreBooksAgree()
                    .compare(
                            device.endpoint().name(),
                            ledger.inCore(device.endpoint().index()),
                            pending);
        }
    }
}
