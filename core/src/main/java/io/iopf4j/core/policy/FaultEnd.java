// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.ResponseOrigin;

/** How a page request group ended, as a policy sees it. */
public enum FaultEnd {
    /** Its consumer answered, whatever it said. */
    ANSWERED,
    /** A policy, the driver, a missing or a failing handler, or want of memory ended it. */
    TERMINATED,
    /** No answer came in time. */
    TIMED_OUT,
    /**
     * The host took its device, its domain or its queue away, or lost a part of it: no guest's
     * fault.
     */
    DRAINED;

    static FaultEnd of(final ResponseOrigin origin) {
        return switch (origin) {
            case CONSUMER -> ANSWERED;
            case TIMED_OUT -> TIMED_OUT;
            case DOMAIN_CHANGED, DEVICE_REMOVED, QUEUE_DESTROYED -> DRAINED;
            case NO_HANDLER, HANDLER_FAILED, DRIVER, POLICY, NO_MEMORY -> TERMINATED;
        };
    }
}
