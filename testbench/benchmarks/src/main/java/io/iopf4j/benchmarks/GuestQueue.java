// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iopf.GroupResponder;
import java.nio.ByteBuffer;

/**
 * A virtual machine monitor's view: its context, its fault queue, and the buffers that it reuses.
 */
final class GuestQueue {
    private static final int READ_RECORDS = 64;

    private final IommufdContext context;
    private final int id;
    private final IommufdFaultQueue queue;
    private final ByteBuffer records = ByteBuffer.allocate(READ_RECORDS * HwptPgfault.BYTES);
    private final ByteBuffer answer = ByteBuffer.allocate(HwptPageResponse.BYTES);

    GuestQueue(final GroupResponder core) {
        context = new IommufdContext(core, FaultObserver.NONE);
        id = context.faultQueueAlloc(0);
        queue = context.faultQueue(id);
    }

    IommufdContext context() {
        return context;
    }

    int id() {
        return id;
    }

    /** Reads the one record that must wait; its cookie. */
    int readOne(final int devId, final long iova) {
        records.clear();
        Expect.equal("bytes read", HwptPgfault.BYTES, queue.read(records));
        Expect.equal("device", devId, HwptPgfault.devId(records, 0));
        Expect.equal("page", (int) (iova >>> 12), (int) (HwptPgfault.addr(records, 0) >>> 12));
        return HwptPgfault.cookie(records, 0);
    }

    void answer(final int cookie, final int code) {
        answer.clear();
        HwptPageResponse.encode(answer, 0, cookie, code);
        Expect.equal("bytes written", HwptPageResponse.BYTES, queue.write(answer));
    }
}
