// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.core.semantics.Mainline612;
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
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
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
    private final Scheduler scheduler;
    private final Invariants invariants;
    private final Ledger ledger;
    private final FaultObserver coreObserver;
    private final EndpointListener endpointListener;
    private final RecentLog log = new RecentLog(LOG_LINES);
    private final SmmuV3 smmu;
    private final Mainline612 core;
    private final ArmSmmuDevice driver;
    private final List<GuestVm> vms = new ArrayList<>();
    private final List<GuestDevice> devices = new ArrayList<>();
    private int lastAsid;

    private Bench(
            final SmmuV3Config hardware,
            final Scheduler scheduler,
            final Invariants invariants,
            final Ledger ledger,
            final SmmuObserver hardwareObserver,
            final FaultObserver coreObserver,
            final EndpointListener endpointListener) {
        this.scheduler = scheduler;
        this.invariants = invariants;
        this.ledger = ledger;
        this.coreObserver = coreObserver;
        this.endpointListener = endpointListener;
        smmu = new SmmuV3(memory, hardware, hardwareObserver);
        final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
        core = new Mainline612(kernel, coreObserver);
        driver =
                ArmSmmuDevice.probe(
                        new SmmuPlatform("arm-smmu-v3.0", smmu, allocator), kernel, core);
        if (driver.error() != 0) {
            throw new IllegalStateException(
                    "the driver refuses this SMMU: " + Errno.nameOf(driver.error()));
        }
        scheduler.runReady();
    }

    /**
     * Builds hardware, loads the driver and probes it; a ledger records every fault.
     *
     * @param hardware the integrator's choice
     * @param seed the simulation's seed
     * @return the machine, without virtual machines
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench recorded(final SmmuV3Config hardware, final long seed) {
        final Scheduler scheduler = new Scheduler(seed);
        final Invariants invariants = new Invariants();
        final Ledger ledger = new Ledger(scheduler, invariants);
        return new Bench(hardware, scheduler, invariants, ledger, ledger, ledger, ledger);
    }

    /**
     * The same without a ledger, which grows with every fault: for runs without end.
     *
     * @param hardware the integrator's choice
     * @param seed the simulation's seed
     * @param endpointListener hears how accesses end
     * @return the machine, without virtual machines; its {@link #ledger()} is null
     * @throws IllegalStateException if the driver does not accept the hardware
     */
    public static Bench unrecorded(
            final SmmuV3Config hardware, final long seed, final EndpointListener endpointListener) {
        return new Bench(
                hardware,
                new Scheduler(seed),
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
        final GuestVm vm =
                new GuestVm(
                        index,
                        name,
                        core,
                        coreObserver,
                        invariants,
                        stag -> ownsStall(index, stag));
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
                        new Endpoint(index, name, index, smmu, endpointListener),
                        vm,
                        driver.ops(),
                        allocator,
                        pasidBits,
                        this::nextAsid);
        if (ledger != null) {
            ledger.assign(index, vm.index(), name);
        }
        devices.add(device);
        vm.add(device);
        return device;
    }

    /** Whether a stall was raised by a device of one machine, by the ledger and not by the core. */
    boolean ownsStall(final int vm, final int stag) {
        if (ledger == null) {
            return true;
        }
        final int row = ledger.rowOfTag(stag);
        return row != Ledger.NONE && devices.get(ledger.endpoint(row)).vm().index() == vm;
    }

    /** No VMID keeps guests apart while stage 2 is missing, so ASIDs are unique on the bench. */
    private int nextAsid() {
        lastAsid = lastAsid == 0xffff ? 1 : lastAsid + 1;
        return lastAsid;
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
