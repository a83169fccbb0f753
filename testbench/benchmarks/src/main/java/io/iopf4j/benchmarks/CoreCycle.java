// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The core's part of a cycle: a report of a driver, the policies, the guest's read, its answer, and
 * the driver's {@code page_response}. Each device is in a virtual machine of its own. One thread.
 */
final class CoreCycle {
    /** Policies in their command line's words; they go together. */
    static final String NONE = Policies.NONE;

    private static final int PASID_BITS = 20;
    private static final int PASID_MASK = (1 << PASID_BITS) - 1;
    private static final int GRPID_BITS = 16;
    private static final int GRPID_MASK = (1 << GRPID_BITS) - 1;
    private static final long PAGE_BYTES = 1L << 12;

    private final FaultGate gate;
    private final SilentDriver driver;
    private final GuestQueue[] queues;
    private final IommuDevice[] hosts;
    private final IommufdDevice[] devices;
    private final IommuFault fault = new IommuFault();
    private final SplittableRandom random;
    private final OutstandingFaults outstanding;
    private long iova;
    private long faults;

    /**
     * Attaches devices and leaves all faults outstanding but one.
     *
     * @param outstandingCount faults between two answers, at least 1
     * @param deviceCount at least 1
     * @param policies as {@link Policies#parse} takes them; none may refuse anything
     * @param seed picks devices and answers
     */
    CoreCycle(
            final int outstandingCount,
            final int deviceCount,
            final String policies,
            final long seed) {
        final SimulatedKernel kernel = new SimulatedKernel(new Scheduler(seed), new RecentLog(1));
        gate = new FaultGate(kernel, FaultObserver.NONE, Policies.parse(policies));
        final Mainline612 core = new Mainline612(kernel, gate.observer());
        gate.guard(core);
        driver = new SilentDriver(gate.iopfQueueAlloc("silent"));
        queues = new GuestQueue[deviceCount];
        hosts = new IommuDevice[deviceCount];
        devices = new IommufdDevice[deviceCount];
        for (int i = 0; i < deviceCount; i++) {
            queues[i] = new GuestQueue(core);
            hosts[i] =
                    new IommuDevice(
                            "dev" + i, driver, new IommuFwspec(List.of(i), true, PASID_BITS));
            Expect.zero("join", new IommuGroup(i).addDevice(hosts[i]));
            devices[i] = queues[i].context().bind(hosts[i]);
            gate.assign(hosts[i], gate.addVm("vm" + i));
            Expect.zero(
                    "attach",
                    devices[i].attach(
                            queues[i].context().hwptAlloc(driver.nestedDomain(), queues[i].id())));
        }
        random = new SplittableRandom(seed);
        outstanding = new OutstandingFaults(outstandingCount);
        for (int i = 1; i < outstandingCount; i++) {
            fault();
        }
    }

    /**
     * One fault more, and one answer.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    void run() {
        fault();
        final int picked = outstanding.pick(random);
        final int before = driver.responses();
        queues[outstanding.device(picked)].answer(
                outstanding.cookie(picked), PageResponseCode.INVALID);
        outstanding.remove(picked);
        Expect.equal("responses", before + 1, driver.responses());
    }

    /** No two faults that are outstanding have the same numbers, as on hardware. */
    private void fault() {
        final int index = devices.length == 1 ? 0 : random.nextInt(devices.length);
        iova += PAGE_BYTES;
        faults++;
        final int pasid = (int) (faults >>> GRPID_BITS) & PASID_MASK;
        final int flags = IommuFault.FLAG_LAST_PAGE | IommuFault.FLAG_PASID_VALID;
        fault.pageRequest(flags, pasid, (int) faults & GRPID_MASK, IommuFault.PERM_READ, iova);
        Expect.zero("report", gate.reportDeviceFault(hosts[index], fault));
        outstanding.add(index, queues[index].readOne(devices[index].id(), iova), iova);
    }
}
