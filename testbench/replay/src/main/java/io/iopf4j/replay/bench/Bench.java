// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.replay.invariants.Invariants;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A machine with one IOMMU, a host kernel that drives it, and virtual machines. Everything is made
 * here and wired here; the run itself is somebody else's. One thread.
 */
public final class Bench implements AutoCloseable {
    private static final long MEMORY_BASE = 0x4000_0000L;
    private static final long MEMORY_BYTES = 16L << 30;
    private static final int LOG_LINES = 100;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final BenchSettings settings;
    private final Scheduler scheduler;
    private final Kernel kernel;
    private final Invariants invariants;
    private final Ledger ledger;
    private final FaultObserver coreObserver;
    private final RecentLog log = new RecentLog(LOG_LINES);
    private final FaultGate gate;
    private final FaultCore core;
    private final Hardware hardware;
    private final List<GuestVm> vms = new ArrayList<>();
    private final List<GuestDevice> devices = new ArrayList<>();
    private final StepChecks checks;
    private int hostDevices;

    private Bench(final BenchSettings settings, final AccessListener accessListener) {
        this.settings = settings;
        scheduler =
                new Scheduler(
                        settings.seams().order(new SplittableRandom(settings.seed())::nextInt));
        invariants = new Invariants(scheduler::nowNs);
        ledger =
                accessListener == null
                        ? new Ledger(scheduler, invariants, settings.hardware().tags())
                        : null;
        coreObserver = ledger == null ? FaultObserver.NONE : ledger;
        kernel =
                settings.seams()
                        .kernel(
                                new SimulatedKernel(
                                        scheduler, log, settings.hardware().interruptLatencyNs()),
                                scheduler);
        memory.guard(settings.seams().memory(MemoryGate.OPEN, scheduler));
        gate = new FaultGate(kernel, coreObserver, settings.policies());
        core =
                settings.semantics()
                        .create(kernel, gate.observer(), settings.seams().failSlab(FailSlab.NEVER));
        gate.guard(core);
        if (ledger != null
                && (!settings.policies().isEmpty()
                        || core.generation() == FaultGeneration.SERIES_2017)) {
            ledger.giveRefusedAnswersBack();
        }
        checks = new StepChecks(this, memory, MemoryBound.of(settings.hardware()));
        if (ledger != null && !settings.policies().isEmpty()) {
            ledger.setCountListener(checks::delivered);
        }
        hardware = build(accessListener);
    }

    private Hardware build(final AccessListener accessListener) {
        try {
            final Hardware built =
                    settings.hardware()
                            .build(
                                    new HardwareParts(
                                            memory,
                                            allocator,
                                            scheduler,
                                            kernel,
                                            settings.seams().core(gate),
                                            ledger,
                                            accessListener,
                                            settings.seams()));
            scheduler.runReady();
            return built;
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Closes the policies, the driver and the core: nothing may run any more. What was recorded
     * stays. Closing it again does nothing.
     */
    @Override
    public void close() {
        gate.close();
        if (hardware != null) {
            hardware.close();
        }
        core.close();
    }

    /**
     * Builds hardware, loads the driver and probes it; a ledger records every fault. The policies
     * are the bench's to close from now on.
     *
     * @param settings hardware, rules and seed
     * @return the machine, without virtual machines
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench recorded(final BenchSettings settings) {
        return new Bench(settings, null);
    }

    /**
     * The same without a ledger, which grows with every fault: for runs without end.
     *
     * @param settings hardware, rules and seed
     * @param accessListener hears how accesses end
     * @return the machine, without virtual machines; its {@link #ledger()} is null
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench unrecorded(
            final BenchSettings settings, final AccessListener accessListener) {
        return new Bench(settings, accessListener);
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
                                (GroupResponder) core,
                                coreObserver,
                                drainsOnDomainChange(),
                                memory,
                                hardware.hasViommus())
                        : new VfioMonitor(
                                kernel,
                                gate,
                                coreObserver,
                                scheduler::runReady,
                                memory,
                                hardware.hasViommus());
        final GuestVm vm =
                new GuestVm(
                        index,
                        name,
                        monitor,
                        gate.addVm(name),
                        drainsOnDomainChange(),
                        invariants.nothingCrossesFromOneVmToAnother(),
                        record -> isForeign(index, record));
        vms.add(vm);
        return vm;
    }

    /**
     * Adds a device to a virtual machine.
     *
     * @param name the device's name
     * @param vm whose it is
     * @param pasids the PASIDs that it uses, each in [1, 2^20)
     * @return the device, probed, not attached
     * @throws IllegalStateException if there are more devices than the hardware can have
     */
    public GuestDevice addDevice(final String name, final GuestVm vm, final Set<Integer> pasids) {
        return addDevice(name, vm, pasids, PageResponseType.GROUP);
    }

    /**
     * Adds a device that wants its requests answered in one way or the other.
     *
     * @param name the device's name
     * @param vm whose it is
     * @param pasids the PASIDs that it uses, each in [1, 2^20)
     * @param responseType a {@link PageResponseType}; hardware without stream responses takes GROUP
     * @return the device, probed, not attached
     * @throws IllegalStateException if there are more devices than the hardware can have
     */
    public GuestDevice addDevice(
            final String name,
            final GuestVm vm,
            final Set<Integer> pasids,
            final int responseType) {
        final int index = devices.size();
        if (index >= hardware.deviceLimit()) {
            throw new IllegalStateException(
                    "more than the " + hardware.deviceLimit() + " devices that can be");
        }
        final DmaMemory page = allocator.allocCoherent(1);
        if (page == null) {
            throw new IllegalStateException(name + ": no guest memory is left");
        }
        final GuestDevice device =
                new GuestDevice(
                        this,
                        hardware.endpoint(
                                index, name, pasids, responseType == PageResponseType.STREAM),
                        page.dmaAddress());
        devices.add(device);
        device.giveTo(vm);
        return device;
    }

    /**
     * Adds a device of the host's own; after all that belong to machines.
     *
     * @param name the device's name
     * @return the device, attached to a domain in which nothing is mapped
     * @throws IllegalStateException if there are more devices than the hardware can have
     */
    public HostDevice addHostDevice(final String name) {
        final int index = devices.size() + hostDevices++;
        if (index >= hardware.deviceLimit()) {
            throw new IllegalStateException(
                    "more than the " + hardware.deviceLimit() + " devices that can be");
        }
        return new HostDevice(hardware.hostEndpoint(index, name), index);
    }

    /** A device has a new owner: the ledger and the policies charge that one from now on. */
    void assigned(final GuestDevice device) {
        final int index = device.endpoint().index();
        if (ledger != null) {
            ledger.assign(index, device.vm().index(), device.endpoint().name());
        }
        gate.assign(device.device(), device.vm().account());
        device.setAccount(gate.account(device.device()));
    }

    /** A device is about to lose its domain, or to have another in its place. */
    void domainChanges(final GuestDevice device) {
        if (ledger != null) {
            ledger.domainChanges(device.endpoint().index());
        }
    }

    /** A device has been detached from its domain, or has another in its place. */
    void domainChanged(final GuestDevice device) {
        if (drainsOnDomainChange()) {
            lettingGo(device, () -> gate.drained(device.device()));
            if (ledger != null) {
                ledger.leftByCore(device.endpoint().index());
            }
        }
        if (ledger != null) {
            ledger.domainChanged(device.endpoint().index());
        }
        checks.domainChanged(device);
    }

    /** A device goes for good. */
    void remove(final GuestDevice device) {
        lettingGo(device, () -> IommuGroup.of(device.device()).removeDevice(device.device()));
        gate.removed(device.device());
    }

    private void lettingGo(final GuestDevice device, final Runnable ends) {
        if (ledger != null) {
            ledger.lettingGo(device.endpoint().index());
        }
        ends.run();
        if (ledger != null) {
            ledger.lettingGo(Ledger.NONE);
        }
    }

    boolean drainsOnDomainChange() {
        return gate.drainsOnDomainChange();
    }

    /**
     * Says what {@code MemoryStaysWithinItsBound} is held against, in place of what is derived from
     * the hardware.
     *
     * @param bound the bound
     */
    public void setMemoryBound(final MemoryBound bound) {
        checks.setMemoryBound(bound);
    }

    /**
     * Lets everything run that is ready; then every layer must count the same.
     *
     * @param touched the device that the step was about, or null
     */
    public void settle(final GuestDevice touched) {
        scheduler.runReady();
        checks.afterStep(touched);
    }

    /**
     * At a run's end: compares the core's books of every device, and every quota, with the ledger.
     */
    public void checkAllBooks() {
        checks.atEnd();
    }

    /**
     * Once no device has issued anything new, and nothing was broken on purpose, for long enough:
     * nothing is open any more, neither in the hardware nor in the core nor in a fault queue.
     *
     * @param sinceNs since when it has been calm, virtual nanoseconds
     */
    public void checkCalm(final long sinceNs) {
        checks.afterCalm(sinceNs);
    }

    /**
     * Whether a record is of a fault that a device of another machine raised. One that lay in
     * VFIO's ring while its fault was ended is not, whoever has the tag by then.
     */
    boolean isForeign(final int vm, final GuestRecord record) {
        final int row =
                ledger == null
                        ? Ledger.NONE
                        : ledger.rowOfGroup(record.deviceIndex(), record.grpid());
        if (row == Ledger.NONE || ledger.vm(row) == vm) {
            return false;
        }
        return core.generation() == FaultGeneration.LINUX_6_12
                || (record.device().endpoint().index() == ledger.endpoint(row)
                        && record.iova() == record.device().endpoint().address(ledger.iova(row)));
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
     * The IOMMU.
     *
     * @return the hardware with its driver
     */
    public Hardware hardware() {
        return hardware;
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
