// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;

/** An SMMU as its driver is given it: registers, memory and wires, coherent. */
public final class SmmuPlatform implements PlatformDevice {
    private final String name;
    private final SmmuV3 smmu;
    private final SmmuRegisterPages registers;
    private final DmaAllocator memory;

    /**
     * One SMMU's resources.
     *
     * @param name the device's name, such as {@code arm-smmu-v3.0}
     * @param smmu the model; its register pages are made here
     * @param memory what the driver allocates from, in the model's memory
     */
    public SmmuPlatform(final String name, final SmmuV3 smmu, final DmaAllocator memory) {
        this.name = name;
        this.smmu = smmu;
        this.registers = smmu.registerPages();
        this.memory = memory;
    }

    /**
     * What it is of: for whoever looks on, not for a driver.
     *
     * @return the model
     */
    public SmmuV3 model() {
        return smmu;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mmio mmio() {
        return registers;
    }

    @Override
    public DmaAllocator dma() {
        return memory;
    }

    @Override
    public boolean isCoherent() {
        return true;
    }

    @Override
    public InterruptLine interrupt(final String line) {
        return smmu.interrupt(line);
    }
}
