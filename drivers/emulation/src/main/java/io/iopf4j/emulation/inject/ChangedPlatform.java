// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import java.util.function.UnaryOperator;

/** A device with other registers, or another allocator, in front of its own. */
public final class ChangedPlatform implements PlatformDevice {
    private final PlatformDevice given;
    private final Mmio mmio;
    private final DmaAllocator dma;

    private ChangedPlatform(final PlatformDevice given, final Mmio mmio, final DmaAllocator dma) {
        this.given = given;
        this.mmio = mmio;
        this.dma = dma;
    }

    /**
     * Puts something in front of a device's registers.
     *
     * @param given the device
     * @param change gets its registers, and gives what the driver gets
     * @return the device for the driver
     */
    public static PlatformDevice withMmio(
            final PlatformDevice given, final UnaryOperator<Mmio> change) {
        return new ChangedPlatform(given, change.apply(given.mmio()), given.dma());
    }

    /**
     * Puts something in front of a device's allocator.
     *
     * @param given the device
     * @param change gets its allocator, and gives what the driver gets
     * @return the device for the driver
     */
    public static PlatformDevice withDma(
            final PlatformDevice given, final UnaryOperator<DmaAllocator> change) {
        return new ChangedPlatform(given, given.mmio(), change.apply(given.dma()));
    }

    @Override
    public String name() {
        return given.name();
    }

    @Override
    public Mmio mmio() {
        return mmio;
    }

    @Override
    public DmaAllocator dma() {
        return dma;
    }

    @Override
    public boolean isCoherent() {
        return given.isCoherent();
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return given.interrupt(name);
    }
}
