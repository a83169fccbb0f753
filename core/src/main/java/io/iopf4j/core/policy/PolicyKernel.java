// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;

/** What a policy may have of the kernel. Any thread. */
public interface PolicyKernel {
    /**
     * The time.
     *
     * @return {@link Kernel#nowNs()}
     */
    long nowNs();

    /**
     * Makes a timer that is not armed. A policy may arm and cancel it whenever it is asked; once
     * its gate is closed it expires no more.
     *
     * @param expired runs under the gate's lock, as {@link FaultPolicy#admits} does and with the
     *     same duties: what it disables is ended as soon as the gate holds no lock
     * @return the timer
     */
    KernelTimer newTimer(Runnable expired);

    /**
     * The log.
     *
     * @return {@link Kernel#log()}
     */
    KernelLog log();
}
