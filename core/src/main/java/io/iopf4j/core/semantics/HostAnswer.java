// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.ResponseOrigin;

/**
 * An answer that the host gives by itself, until 6.8: everything that a generation can say is taken
 * from the request. One message for each thread, so that refusing many faults allocates nothing.
 */
final class HostAnswer {
    private final FaultObserver observer;
    private final ThreadLocal<IommuPageResponse> messages =
            ThreadLocal.withInitial(IommuPageResponse::new);

    HostAnswer(final FaultObserver observer) {
        this.observer = observer;
    }

    /** Answers a request; {@code evt} is what the generation hands to the driver's operation. */
    void send(
            final IommuDevice dev,
            final IommuFault last,
            final IommuFault evt,
            final int code,
            final ResponseOrigin origin) {
        observer.responding(dev, last, code, origin);
        final IommuPageResponse message =
                messages
                        .get()
                        .set(last.pasid(), last.grpid(), code)
                        .flags(last.hasPasid() ? IommuPageResponse.FLAG_PASID_VALID : 0)
                        .stream(last.responseType(), last.addr())
                        .privateData(last.privateData1());
        dev.ops().pageResponse(dev, evt, message);
    }
}
