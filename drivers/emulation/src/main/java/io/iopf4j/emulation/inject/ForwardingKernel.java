// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;

/** The services of another kernel; a subclass changes what it wants to. As thread-safe as that. */
public abstract class ForwardingKernel implements Kernel {
    private final Kernel given;

    /**
     * All of a kernel's services.
     *
     * @param given the kernel
     */
    protected ForwardingKernel(final Kernel given) {
        this.given = given;
    }

    @Override
    public long nowNs() {
        return given.nowNs();
    }

    @Override
    public boolean isUniprocessor() {
        return given.isUniprocessor();
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

    @Override
    public KernelLog log() {
        return given.log();
    }
}
