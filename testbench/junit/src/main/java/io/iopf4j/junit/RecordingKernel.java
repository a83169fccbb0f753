// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.emulation.inject.ForwardingKernel;

/** A kernel with another log. */
final class RecordingKernel extends ForwardingKernel {
    private final KernelLog log;

    RecordingKernel(final Kernel given, final KernelLog log) {
        super(given);
        this.log = log;
    }

    @Override
    public KernelLog log() {
        return log;
    }
}
