// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The core's part of a cycle: a report of a driver, the guest's read, its answer, and the driver's
 * {@code page_response}. One device, one thread.
 */
final class CoreCycle {
    private static final int PASID = 1;
    private static final int GRPID_MASK = 0xffff;
    private static final long PAGE_BYTES = 1L << 12;

    private final Mainline612 core;
    private final SilentDriver driver;
    private final GuestQueue queue;
    private final IommuDevice host;
    private final IommufdDevice device;
    private final IommuFault fault = new IommuFault();
    private final SplittableRandom random;
    private final OutstandingFaults outstanding;
    private long iova;
    private int grpid;

    /**
     * Attaches a device and leaves all faults outstanding but one.
     *
     * @param outstandingCount faults between two answers, at least 1
     * @param seed picks answers
     */
    CoreCycle(final int outstandingCount, final long seed) {
        core =
                new Mainline612(
                        new SimulatedKernel(new Scheduler(seed), new RecentLog(1)),
                        FaultObserver.NONE);
        driver = new SilentDriver(core.iopfQueueAlloc("silent"));
        queue = new GuestQueue(core);
        host = new IommuDevice("dev0", driver, new IommuFwspec(List.of(0), true, 1));
        Expect.zero("join", new IommuGroup(0).addDevice(host));
        device = queue.context().bind(host);
        Expect.zero(
                "attach",
                device.attach(queue.context().hwptAlloc(driver.nestedDomain(), queue.id())));
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
        queue.answer(outstanding.cookie(picked), PageResponseCode.INVALID);
        outstanding.remove(picked);
        Expect.equal("responses", before + 1, driver.responses());
    }

    private void fault() {
        iova += PAGE_BYTES;
        grpid = (grpid + 1) & GRPID_MASK;
        final int flags = IommuFault.FLAG_LAST_PAGE | IommuFault.FLAG_PASID_VALID;
        fault.pageRequest(flags, PASID, grpid, IommuFault.PERM_READ, iova);
        Expect.zero("report", core.reportDeviceFault(host, fault));
        outstanding.add(0, queue.readOne(device.id(), iova), iova);
    }
}
