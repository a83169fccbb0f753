// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.vfio.VfioFaultReader;
import io.iopf4j.core.vfio.VfioPciDevice;
import io.iopf4j.core.vfio.VfioResponseWriter;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;

/** Kernels before 6.12: the two rings of a VFIO device, and the work that takes answers off one. */
final class VfioGuest implements CoreGuest {
    private final Scheduler scheduler;
    private final VfioFaultReader reader;
    private final VfioResponseWriter writer;
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse response = new IommuPageResponse();

    /** Attaches a device to a domain whose faults its guest gets. */
    VfioGuest(
            final IommuCore core,
            final Scheduler scheduler,
            final SimulatedKernel kernel,
            final IommuDevice device,
            final IommuDomain domain) {
        this.scheduler = scheduler;
        final VfioPciDevice vfio = VfioPciDevice.open(core, kernel, device, FaultObserver.NONE);
        Expect.zero("attach", vfio.attach(domain));
        reader = new VfioFaultReader(vfio.faultRegion());
        writer = new VfioResponseWriter(vfio.responseRegion());
    }

    @Override
    public void read(final Cycle cycle, final int device) {
        while (reader.pollFault(fault) == 1) {
            cycle.seen(device, fault.pasid(), fault.grpid(), 0, fault.addr());
        }
    }

    @Override
    public void answer(final OutstandingFaults faults, final int at, final int code) {
        response.set(faults.pasid(at), faults.grpid(at), code)
                .flags(IommuPageResponse.FLAG_PASID_VALID);
        Expect.zero("answer", writer.respond(response));
        scheduler.runReady();
    }
}
