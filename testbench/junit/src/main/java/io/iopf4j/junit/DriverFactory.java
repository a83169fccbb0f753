// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;

/**
 * Makes a driver of what a driver is given; often a constructor.
 *
 * @param <D> the driver
 */
@FunctionalInterface
public interface DriverFactory<D> {
    /**
     * Takes over the hardware.
     *
     * @param platform registers, memory to share, interrupts
     * @param kernel time, interrupt threads, work, the log
     * @param core where faults are reported
     * @return the driver
     */
    D bind(PlatformDevice platform, Kernel kernel, IommuCore core);
}
