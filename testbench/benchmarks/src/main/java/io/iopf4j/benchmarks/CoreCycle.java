// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.List;

/**
 * The core's part of a cycle: a report of a driver, the policies, the guest's read, its answer, and
 * the driver's {@code page_response}.
 */
final class CoreCycle extends Cycle {
    private static final int PASID_BITS = 20;
    private static final int PASID_MASK = (1 << PASID_BITS) - 1;
    private static final int GRPID_BITS = 9;
    private static final int GRPID_MASK = (1 << GRPID_BITS) - 1;

    private final Scheduler scheduler;
    private final FaultGate gate;
    private final SilentDriver driver;
    private final IommuDevice[] devices;
    private final CoreGuest[] guests;
    private final IommuFault fault = new IommuFault();
    private long faults;

    /**
     * Attaches the devices.
     *
     * @param settings what is measured
     */
    CoreCycle(final CycleSettings settings) {
        super(settings, Integer.MAX_VALUE, Integer.MAX_VALUE);
        scheduler = new Scheduler(seed());
        final SimulatedKernel kernel = new SimulatedKernel(scheduler, new RecentLog(1));
        gate = new FaultGate(kernel, FaultObserver.NONE, Policies.parse(settings.policies()));
        final FaultCore core = settings.semantics().create(kernel, gate.observer(), FailSlab.NEVER);
        gate.guard(core);
        driver = new SilentDriver(gate.iopfQueueAlloc("silent"));
        devices = new IommuDevice[settings.devices()];
        guests = new CoreGuest[devices.length];
        for (int i = 0; i < devices.length; i++) {
            devices[i] =
                    new IommuDevice(
                            "dev" + i, driver, new IommuFwspec(List.of(i), true, PASID_BITS));
            Expect.zero("join", new IommuGroup(i).addDevice(devices[i]));
            gate.assign(devices[i], gate.addVm("vm" + i));
            guests[i] =
                    core.generation() == FaultGeneration.LINUX_6_12
                            ? new IommufdGuest(
                                    (GroupResponder) core, devices[i], driver.nestedDomain())
                            : new VfioGuest(
                                    gate, scheduler, kernel, devices[i], driver.nestedDomain());
        }
    }

    @Override
    Scheduler scheduler() {
        return scheduler;
    }

    /** No two faults that are outstanding have the same numbers, as on hardware. */
    @Override
    void raise(final int device, final long address) {
        faults++;
        final int pasid = (int) (faults >>> GRPID_BITS) & PASID_MASK;
        final int flags =
                IommuFault.FLAG_LAST_PAGE
                        | IommuFault.FLAG_PASID_VALID
                        | IommuFault.FLAG_NEEDS_PASID;
        fault.pageRequest(flags, pasid, (int) faults & GRPID_MASK, IommuFault.PERM_READ, address);
        Expect.zero("report", gate.reportDeviceFault(devices[device], fault));
    }

    @Override
    void read(final int device) {
        guests[device].read(this, device);
    }

    @Override
    void answer(final OutstandingFaults faults, final int at) {
        guests[faults.device(at)].answer(faults, at, settings().code());
    }

    @Override
    int ended() {
        return driver.responses();
    }
}
