// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.ledger.Ledger;

/**
 * What a bench's hardware is built from.
 *
 * @param memory all memory
 * @param allocator hands it out
 * @param scheduler time and order
 * @param kernel the host's services
 * @param core what its driver reports to
 * @param ledger records every fault, or null
 * @param accessListener hears how accesses end, if there is no ledger; else null
 * @param seams what stands between the model and its driver
 */
public record HardwareParts(
        PhysicalMemory memory,
        MemoryAllocator allocator,
        Scheduler scheduler,
        Kernel kernel,
        IommuCore core,
        Ledger ledger,
        AccessListener accessListener,
        Seams seams) {
    /** What the driver is given of a model. */
    PlatformDevice forDriver(final PlatformDevice model) {
        return seams.platform(model, scheduler);
    }

    static void requireProbed(final String model, final int error) {
        if (error != 0) {
            throw new IllegalStateException(
                    "the driver refuses this " + model + ": " + Errno.nameOf(error));
        }
    }
}
