// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.kernel.Kernel;

/**
 * Ten messages in five seconds, and silence until these are over: {@code DEFINE_RATELIMIT_STATE} of
 * Linux with its defaults.
 */
final class IntelRateLimit {
    private static final long INTERVAL_NS = 5_000_000_000L;
    private static final int BURST = 10;

    private final Kernel kernel;
    private long beginNs;
    private int printed = -1;

    IntelRateLimit(final Kernel kernel) {
        this.kernel = kernel;
    }

    /** Whether one more message may be printed; if so, it counts. */
    synchronized boolean allows() {
        final long now = kernel.nowNs();
        if (printed < 0 || now - beginNs > INTERVAL_NS) {
            beginNs = now;
            printed = 0;
        }
        if (printed >= BURST) {
            return false;
        }
        printed++;
        return true;
    }
}
