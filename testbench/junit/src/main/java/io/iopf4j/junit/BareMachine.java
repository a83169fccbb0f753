// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.replay.bench.Seams;
import java.util.ArrayList;
import java.util.List;

/** Hardware and a kernel's services, for a driver that the test brings. */
final class BareMachine extends Machine {
    private static final long MEMORY_BASE = 0x4000_0000L;
    private static final long MEMORY_BYTES = 256L << 20;
    private static final int LOG_LINES = 100;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final Kernel kernel;
    private final FaultCore kernelCore;
    private final IommuCore core;
    private final EmulatedIommu iommu;
    private final PlatformDevice platform;

    /**
     * A machine without a driver.
     *
     * @param configuration how it is built
     * @param between what stands between its parts
     * @param hasKernelCore whether reports go to a kernel's core
     */
    BareMachine(
            final Configuration configuration,
            final List<Seams> between,
            final boolean hasKernelCore) {
        super(configuration, between);
        final Seams seams = seams();
        scheduler = new Scheduler(configuration.seed());
        clock = new VirtualClock(scheduler, this::look);
        kernel =
                seams.kernel(
                        new SimulatedKernel(
                                scheduler, new RecentLog(LOG_LINES), configuration.latencyNs()),
                        scheduler);
        kernelCore =
                hasKernelCore
                        ? configuration
                                .semantics()
                                .create(kernel, FaultObserver.NONE, seams.failSlab(FailSlab.NEVER))
                        : null;
        core = seams.core(kernelCore);
        if (configuration.isVtd()) {
            configuration.refuseSmmuWords();
            final EmulatedVtd vtd = new EmulatedVtd(this, memory, allocator);
            platform = seams.platform(vtd.modelPlatform(), scheduler);
            iommu = vtd;
        } else {
            final EmulatedSmmu smmu = EmulatedSmmu.bare(this, memory, allocator);
            platform = seams.platform(smmu.modelPlatform(), scheduler);
            iommu = smmu;
        }
    }

    @Override
    BareMachine bare() {
        return this;
    }

    PlatformDevice platform() {
        return platform;
    }

    PhysicalMemory memory() {
        return memory;
    }

    Kernel kernel() {
        return kernel;
    }

    IommuCore core() {
        return core;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    <D> D bind(final DriverFactory<D> factory) {
        final D driver = factory.bind(platform, kernel, core);
        add(driver);
        scheduler.runReady();
        look();
        return driver;
    }

    @Override
    Object part(final Class<?> type) {
        if (type.isInstance(iommu)) {
            return iommu;
        }
        if (type == VirtualClock.class) {
            return clock;
        }
        if (type == PlatformDevice.class) {
            return platform;
        }
        if (type == Kernel.class) {
            return kernel;
        }
        if (type == IommuCore.class) {
            return core;
        }
        return type == FaultCore.class ? kernelCore : null;
    }

    @Override
    List<String> brokenInvariants() {
        final int open = recorder().watch().openFaults();
        final int pending = iommu.pendingAccesses();
        final List<String> lines = new ArrayList<>();
        if (open >= 0 && open != pending) {
            lines.add(
                    "invariant HardwareAndDevicesAgree: "
                            + pending
                            + " accesses have not ended, the hardware waits with "
                            + open);
        }
        return lines;
    }

    @Override
    List<String> story() {
        return iommu.openAccesses();
    }

    @Override
    public void close() {
        super.close();
        if (kernelCore != null) {
            kernelCore.close();
        }
    }
}
