// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuDevice;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.EndpointListener;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuPlatform;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.replay.ledger.Invariants;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine with one SMMU, a host kernel that drives it, and virtual machines. Everything is made
 * here and wired here; the run itself is somebody else's. One thread.
 */
public final class Bench {
    private static final long MEMORY_BASE = 0x4000_0000L;
    private static final long MEMORY_BYTES = 16L << 30;
    private static final int LOG_LINES = 100;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final BenchSettings settings;
    private final Scheduler scheduler;
    private final SimulatedKernel kernel;
    private final Invariants invariants;
    private final Ledger ledger;
    private final FaultObserver coreObserver;
    private final EndpointListener endpointListener;
    private final RecentLog log = new RecentLog(LOG_LINES);
    private final SmmuV3 smmu;
    private final FaultGate gate;
    private final FaultCore core;
    private final ArmSmmuDevice driver;
    private final List<GuestVm> vms = new ArrayList<>();
    private final List<GuestDevice> devices = new ArrayList<>();
    private final List<GuestDevice> changed = new ArrayList<>();

    private Bench(
            final BenchSettings settings,
            final Scheduler scheduler,
            final Invariants invariants,
            final Ledger ledger,
            final SmmuObserver hardwareObserver,
            final FaultObserver coreObserver,
            final EndpointListener endpointListener) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.invariants = invariants;
        this.ledger = ledger;
        this.coreObserver = coreObserver;
        this.endpointListener = endpointListener;
        smmu = new SmmuV3(memory, settings.hardware(), hardwareObserver);
        kernel = new SimulatedKernel(scheduler, log);
        gate = new FaultGate(kernel, coreObserver, settings.policies());
        core = settings.semantics().create(kernel, gate.observer());
        gate.guard(core);
        if (ledger != null
                && (!settings.policies().isEmpty()
                        || core.generation() == FaultGeneration.SERIES_2017)) {
            ledger.giveRefusedAnswersBack();
        }
        driver =
                ArmSmmuDevice.probe(
                        new SmmuPlatform("arm-smmu-v3.0", smmu, allocator), kernel, gate);
        if (driver.error() != 0) {
            throw new IllegalStateException(
                    "the driver refuses this SMMU: " + Errno.nameOf(driver.error()));
        }
        scheduler.runReady();
    }

    /**
     * Builds hardware, loads the driver and probes it; a ledger records every fault.
     *
     * @param settings hardware, rules and seed
     * @return the machine, without virtual machines
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench recorded(final BenchSettings settings) {
        final Scheduler scheduler = new Scheduler(settings.seed());
        final Invariants invariants = new Invariants();
        final Ledger ledger = new Ledger(scheduler, invariants);
        return new Bench(settings, scheduler, invariants, ledger, ledger, ledger, ledger);
    }

    /**
     * The same without a ledger, which grows with every fault: for runs without end.
     *
     * @param settings hardware, rules and seed
     * @param endpointListener hears how accesses end
     * @return the machine, without virtual machines; its {@link #ledger()} is null
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench unrecorded(
            final BenchSettings settings, final EndpointListener endpointListener) {
        return new Bench(
                settings,
                new Scheduler(settings.seed()),
                new Invariants(),
                null,
                SmmuObserver.NONE,
                FaultObserver.NONE,
                endpointListener);
    }

    /**
     * Adds a virtual machine.
     *
     * @param name its name in reports
     * @return the machine, without devices
     */
    public GuestVm addVm(final String name) {
        final int index = vms.size();
        final VmMonitor monitor =
                core.generation() == FaultGeneration.LINUX_6_12
                        ? new IommufdMonitor(
                                (GroupResponder) core, coreObserver, drainsOnDomainChange(), memory)
                        : new VfioMonitor(kernel, gate, coreObserver, scheduler::runReady, memory);
        final GuestVm vm =
                new GuestVm(
                        index,
                        name,
                        monitor,
                        gate.addVm(name),
                        drainsOnDomainChange(),
                        invariants,
                        record -> isForeign(index, record));
        vms.add(vm);
        return vm;
    }

    /**
     * Adds a device to a virtual machine.
     *
     * @param name the device's name
     * @param vm whose it is
     * @param pasidBits bits of its PASIDs, in [0, 20]
     * @return the device, probed, not attached
     * @throws IllegalStateException if there are more devices than StreamIDs
     */
    public GuestDevice addDevice(final String name, final GuestVm vm, final int pasidBits) {
        final int index = devices.size();
        if (index >= 1 << smmu.config().sidBits()) {
            throw new IllegalStateException(
                    "more devices than the " + (1 << smmu.config().sidBits()) + " StreamIDs");
        }
        final GuestDevice device =
                new GuestDevice(
                        this,
                        new Endpoint(index, name, index, smmu, endpointListener),
                        driver.ops(),
                        allocator,
                        pasidBits);
        devices.add(device);
        device.giveTo(vm);
        return device;
    }

    /** A device has a new owner: the ledger and the policies charge that one from now on. */
    void assigned(final GuestDevice device) {
        final int index = device.endpoint().index();
        if (ledger != null) {
            ledger.assign(index, device.vm().index(), device.endpoint().name());
        }
        gate.assign(device.device(), device.vm().account());
    }

    /** A device has been detached from its domain, or has another in its place. */
    void domainChanged(final GuestDevice device) {
        if (drainsOnDomainChange()) {
            gate.drained(device.device());
        }
        if (ledger != null) {
            ledger.domainChanged(device.endpoint().index());
        }
        changed.add(device);
    }

    /** A device is gone for good. */
    void removed(final GuestDevice device) {
        gate.removed(device.device());
    }

    boolean drainsOnDomainChange() {
        return gate.drainsOnDomainChange();
    }

    /**
     * Lets everything run that is ready; then every layer must count the same.
     *
     * @param touched the device that the step was about, or null
     */
    public void settle(final GuestDevice touched) {
        scheduler.runReady();
        invariants.everyAccessIsAccountedFor(ledger, smmu.recordedStalls(), smmu.heldStalls());
        invariants.booksAgree("hardware", ledger.openStalls(), smmu.recordedStalls());
        invariants.everyAnswerArrives(ledger.answeredInVain());
        changed.forEach(this::checkDomain);
        changed.clear();
        if (touched != null) {
            checkCore(touched);
        }
    }

    /**
     * At a run's end: compares the core's books of every device, and every quota, with the ledger.
     */
    public void checkAllBooks() {
        devices.forEach(this::checkCore);
        devices.forEach(this::checkDomain);
        for (final GuestVm vm : vms) {
            if (vm.quota() != 0) {
                invariants.noVmExceedsItsQuota(
                        vm.name(), ledger.outstandingHighWater(vm.index()), vm.quota());
            }
        }
    }

    private void checkDomain(final GuestDevice device) {
        invariants.noFaultOutlivesItsDomain(
                device.endpoint().name(), ledger.staleStalls(device.endpoint().index()));
    }

    private void checkCore(final GuestDevice device) {
        final int pending = device.corePending();
        if (pending != FaultCore.KEEPS_NONE) {
            invariants.booksAgree(
                    device.endpoint().name(),
                    ledger.openStalls(device.endpoint().index()),
                    pending);
        }
    }

    /**
     * Whether a record is of a fault that a device of another machine raised. One that lay in
     * VFIO's ring while its fault was ended is not, whoever has the tag by then.
     */
    boolean isForeign(final int vm, final GuestRecord record) {
        final int row = ledger == null ? Ledger.NONE : ledger.rowOfTag(record.grpid());
        if (row == Ledger.NONE || ledger.vm(row) == vm) {
            return false;
        }
        return core.generation() == FaultGeneration.LINUX_6_12
                || (record.device().endpoint().index() == ledger.endpoint(row)
                        && record.iova() == ledger.iova(row));
    }

    /**
     * Time and order.
     *
     * @return the scheduler
     */
    public Scheduler scheduler() {
        return scheduler;
    }

    /**
     * Every fault's life.
     *
     * @return the ledger, or null if nothing is recorded
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * What is checked.
     *
     * @return the invariants
     */
    public Invariants invariants() {
        return invariants;
    }

    /**
     * How it was built.
     *
     * @return hardware, rules and seed
     */
    public BenchSettings settings() {
        return settings;
    }

    /**
     * The rules in force.
     *
     * @return the semantics profile, behind the policies if there are any
     */
    public FaultCore core() {
        return core;
    }

    /**
     * The hardware model.
     *
     * @return the SMMU
     */
    public SmmuV3 smmu() {
        return smmu;
    }

    /**
     * The driver.
     *
     * @return the probed driver
     */
    public ArmSmmuDevice driver() {
        return driver;
    }

    /**
     * The host kernel's log.
     *
     * @return the log
     */
    public RecentLog log() {
        return log;
    }

    /**
     * The virtual machines.
     *
     * @return by index
     */
    public List<GuestVm> vms() {
        return vms;
    }

    /**
     * The devices.
     *
     * @return by endpoint index
     */
    public List<GuestDevice> devices() {
        return devices;
    }
}
