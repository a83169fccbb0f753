// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.policy.PolicyKernel;

/**
 * What a policy may have of the kernel, as C calls it: it is asked under a lock, and cannot wait.
 */
final class KernelOfPolicy implements Kernel {
    private final PolicyKernel kernel;

    KernelOfPolicy(final PolicyKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public long nowNs() {
        return kernel.nowNs();
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        return kernel.newTimer(expired);
    }

    @Override
    public KernelLog log() {
        return kernel.log();
    }

    @Override
    public void udelay(final long microseconds) {
        throw notForPolicies("delay");
    }

    @Override
    public int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        throw notForPolicies("interrupt");
    }

    @Override
    public void freeIrq(final InterruptLine line) {
        throw notForPolicies("interrupt");
    }

    @Override
    public void synchronizeIrq(final InterruptLine line) {
        throw notForPolicies("interrupt");
    }

    @Override
    public Workqueue allocWorkqueue(final String name) {
        throw notForPolicies("workqueue");
    }

    private static NativeCodeException notForPolicies(final String what) {
        return new NativeCodeException("a policy has no " + what + ": it has timers and the log");
    }
}
