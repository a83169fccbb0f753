// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iopf.GroupResponder;
import java.nio.ByteBuffer;

/** Linux 6.12: a fault queue of iommufd, and the buffers that its monitor reuses. */
final class IommufdGuest implements CoreGuest {
    private static final int READ_RECORDS = 64;

    private final IommufdFaultQueue queue;
    private final int devId;
    private final ByteBuffer records = ByteBuffer.allocate(READ_RECORDS * HwptPgfault.BYTES);
    private final ByteBuffer answer = ByteBuffer.allocate(HwptPageResponse.BYTES);

    /** Attaches a device to a domain whose faults its guest gets. */
    IommufdGuest(final GroupResponder core, final IommuDevice device, final IommuDomain domain) {
        final IommufdContext context = new IommufdContext(core, FaultObserver.NONE);
        final int id = context.faultQueueAlloc(0);
        queue = context.faultQueue(id);
        final IommufdDevice bound = context.bind(device);
        devId = bound.id();
        Expect.zero("attach", bound.attach(context.hwptAlloc(domain, id)));
    }

    @Override
    public void read(final Cycle cycle, final int device) {
        final int bytes = queue.read(records.clear());
        for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
            Expect.equal("device", devId, HwptPgfault.devId(records, at));
            cycle.seen(
                    device,
                    HwptPgfault.pasid(records, at),
                    HwptPgfault.grpid(records, at),
                    HwptPgfault.cookie(records, at),
                    HwptPgfault.addr(records, at));
        }
    }

    @Override
    public void answer(final OutstandingFaults faults, final int at, final int code) {
        answer.clear();
        HwptPageResponse.encode(answer, 0, faults.cookie(at), code);
        Expect.equal("bytes written", HwptPageResponse.BYTES, queue.write(answer));
    }
}
