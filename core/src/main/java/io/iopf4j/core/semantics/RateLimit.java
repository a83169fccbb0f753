// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.kernel.Kernel;

/**
 * Lets few messages through in a while: {@code DEFINE_RATELIMIT_STATE} with its defaults, {@code
 * include/linux/ratelimit_types.h} of Linux 6.1. Any thread may ask.
 */
final class RateLimit {
    private static final long INTERVAL_NS = 5_000_000_000L;
    private static final int BURST = 10;

    private final Kernel kernel;
    private long begunNs;
    private int printed;

    RateLimit(final Kernel kernel) {
        this.kernel = kernel;
    }

    /** Whether one more message may be written now. */
    synchronized boolean allows() {
        final long nowNs = kernel.nowNs();
        if (printed == 0 || nowNs - begunNs > INTERVAL_NS) {
            begunNs = nowNs;
            printed = 0;
        }
        if (printed == BURST) {
            return false;
        }
        printed++;
        return true;
    }
}
