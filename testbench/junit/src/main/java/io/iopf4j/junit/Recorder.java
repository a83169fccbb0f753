// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.smmuv3.SmmuPlatform;
import io.iopf4j.emulation.vtd.VtdPlatform;
import io.iopf4j.replay.bench.Seams;

/**
 * Stands at every seam of a machine and writes down what passes, nearest to the hardware and to the
 * core: what a test puts between changes what is written, as it changes what arrives.
 */
final class Recorder implements Seams {
    private Journal journal;
    private Errors errors;
    private Watch watch;
    private RecordingCore core;
    private Mmio registers;

    @Override
    public Kernel kernel(final Kernel given, final Scheduler scheduler) {
        journal = new Journal(scheduler);
        errors = new Errors(journal);
        return new RecordingKernel(given, new RecordingLog(given.log(), journal, errors));
    }

    @Override
    public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
        final SharedMemory memory = new SharedMemory(given.dma());
        watch =
                given instanceof SmmuPlatform smmu
                        ? new SmmuWatch(smmu.model(), memory, journal, errors)
                        : new VtdWatch(((VtdPlatform) given).model(), memory, journal, errors);
        registers = given.mmio();
        return new WatchedPlatform(given, new WatchedMmio(given.mmio(), watch), memory);
    }

    @Override
    public IommuCore core(final IommuCore given) {
        core = new RecordingCore(given, journal);
        return core;
    }

    /** What the model's register reads, past all that stands between. */
    long read(final long offset, final int bytes) {
        return bytes == Long.BYTES
                ? registers.readq(offset)
                : Integer.toUnsignedLong(registers.readl(offset));
    }

    Journal journal() {
        return journal;
    }

    Errors errors() {
        return errors;
    }

    Watch watch() {
        return watch;
    }

    RecordingCore core() {
        return core;
    }
}
