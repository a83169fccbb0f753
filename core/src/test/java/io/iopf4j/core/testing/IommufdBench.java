// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iommufd.IommufdHwpt;
import io.iopf4j.core.policy.FaultPolicy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A device with a nested page table whose faults go to a queue, all of them ready to attach. */
public final class IommufdBench {
    public final CoreBench core;
    public final IommufdContext context;
    public final IommuDevice dev;
    public final IommufdDevice idev;
    public final int queueId;
    public final IommufdFaultQueue queue;
    public final IommufdHwpt nested;

    public IommufdBench() {
        this(FaultObserver.NONE);
    }

    public IommufdBench(final FaultObserver observer) {
        this(observer, List.of());
    }

    public IommufdBench(final FaultObserver observer, final List<FaultPolicy> policies) {
        core = new CoreBench(observer, policies);
        context = new IommufdContext(core.responder(), observer);
        dev = core.device("dev");
        idev = context.bind(dev);
        queueId = context.faultQueueAlloc(0);
        queue = context.faultQueue(queueId);
        nested = hwpt("nested", queueId);
        core.steps.clear();
    }

    /** A nested page table with a fault queue, or a paging one for id 0. */
    public IommufdHwpt hwpt(final String name, final int faultId) {
        final DomainType type = faultId == 0 ? DomainType.PAGING : DomainType.NESTED;
        return context.hwptAlloc(core.domain(name, type), faultId);
    }

    public int report(final IommuFault fault) {
        return core.gate.reportDeviceFault(dev, fault);
    }

    /** Reads up to some records and gives the cookie of each. */
    public List<Integer> readCookies(final int records) {
        final ByteBuffer buffer = ByteBuffer.allocate(records * HwptPgfault.BYTES);
        final List<Integer> cookies = new ArrayList<>();
        final int bytes = queue.read(buffer);
        for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
            cookies.add(HwptPgfault.cookie(buffer, at));
        }
        return cookies;
    }

    /** Writes answers, given as cookie and code by turns. */
    public int write(final int... cookiesAndCodes) {
        return queue.write(answers(cookiesAndCodes));
    }

    public static ByteBuffer answers(final int... cookiesAndCodes) {
        final ByteBuffer buffer =
                ByteBuffer.allocate(cookiesAndCodes.length / 2 * HwptPageResponse.BYTES);
        for (int i = 0; i < cookiesAndCodes.length; i += 2) {
            HwptPageResponse.encode(
                    buffer,
                    i / 2 * HwptPageResponse.BYTES,
                    cookiesAndCodes[i],
                    cookiesAndCodes[i + 1]);
        }
        return buffer;
    }
}
