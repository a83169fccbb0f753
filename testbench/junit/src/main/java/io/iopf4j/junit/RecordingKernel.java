// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;

/** A kernel with another log. */
record RecordingKernel(Kernel given, KernelLog log) implements Kernel {
    @Override
    public long nowNs() {
        return given.nowNs();
    }

    @Override
    public void udelay(final long microseconds) {
        given.udelay(microseconds);
    }

    @Override
    public int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        return given.requestThreadedIrq(line, handler, thread);
    }

    @Override
    public void freeIrq(final InterruptLine line) {
        given.freeIrq(line);
    }

    @Override
    public void synchronizeIrq(final InterruptLine line) {
        given.synchronizeIrq(line);
    }

    @Override
    public Workqueue allocWorkqueue(final String name) {
        return given.allocWorkqueue(name);
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        return given.newTimer(expired);
    }
}
