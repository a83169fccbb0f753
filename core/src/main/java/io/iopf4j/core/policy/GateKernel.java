// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import java.util.ArrayList;
import java.util.List;

/** The kernel as a gate's policies have it: their timers expire under the gate's lock. */
final class GateKernel implements PolicyKernel {
    private final Kernel kernel;
    private final FaultBook book;
    private final SlotEnder ender;
    private final List<KernelTimer> timers = new ArrayList<>();
    private boolean isClosed;

    GateKernel(final Kernel kernel, final FaultBook book, final SlotEnder ender) {
        this.kernel = kernel;
        this.book = book;
        this.ender = ender;
    }

    @Override
    public long nowNs() {
        return kernel.nowNs();
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        final KernelTimer timer = kernel.newTimer(() -> expire(expired));
        synchronized (book) {
            timers.add(timer);
        }
        return timer;
    }

    private void expire(final Runnable expired) {
        synchronized (book) {
            // One that expired already may have waited for the lock while the gate was closed.
            if (isClosed) {
                return;
            }
            expired.run();
        }
        ender.settle();
    }

    @Override
    public KernelLog log() {
        return kernel.log();
    }

    /** No timer expires any more. The gate's lock is held. */
    void close() {
        isClosed = true;
        timers.forEach(KernelTimer::cancel);
    }
}
