// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuDevice;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuRegisterPages;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;

/**
 * A machine with one SMMU and a host kernel that drives it. Unlike the replay's bench it has no
 * ledger, which keeps every fault and so grows with each cycle: nobody looks on here.
 */
final class FaultMachine {
    private static final long MEMORY_BASE = 0x4000_0000L;
    private static final long MEMORY_BYTES = 1L << 30;

    /** Queues that a short warm-up writes to the end, so that their memory is there. */
    private static final int QUEUE_LOG2 = 12;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final RecentLog log = new RecentLog(1);
    private final Scheduler scheduler;
    private final SmmuV3 smmu;
    private final Mainline612 core;
    private final ArmSmmuDevice driver;

    /**
     * Builds hardware, loads the driver and probes it.
     *
     * @param seed the simulation's seed
     */
    FaultMachine(final long seed) {
        scheduler = new Scheduler(seed);
        smmu =
                new SmmuV3(
                        memory,
                        new SmmuV3Config(
                                12,
                                20,
                                QUEUE_LOG2,
                                QUEUE_LOG2,
                                SmmuV3Config.STALL_MAX_LIMIT,
                                SmmuV3Config.STALL_AND_TERMINATE),
                        SmmuObserver.NONE);
        final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
        core = new Mainline612(kernel, FaultObserver.NONE);
        driver = ArmSmmuDevice.probe(new SmmuPlatform(), kernel, core);
        Expect.zero("probe", driver.error());
        scheduler.runReady();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    SmmuV3 smmu() {
        return smmu;
    }

    Mainline612 core() {
        return core;
    }

    IommuOps ops() {
        return driver.ops();
    }

    DmaAllocator allocator() {
        return allocator;
    }

    /** What the driver is given: this SMMU's registers, memory and wires. */
    private final class SmmuPlatform implements PlatformDevice {
        private final SmmuRegisterPages registers = smmu.registerPages();

        @Override
        public String name() {
            return "arm-smmu-v3.0";
        }

        @Override
        public Mmio mmio() {
            return registers;
        }

        @Override
        public DmaAllocator dma() {
            return allocator;
        }

        @Override
        public boolean isCoherent() {
            return true;
        }

        @Override
        public InterruptLine interrupt(final String name) {
            return smmu.interrupt(name);
        }
    }
}
