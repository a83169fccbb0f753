// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;

/** A device whose registers and shared memory somebody looks on at. */
record WatchedPlatform(PlatformDevice given, Mmio mmio, DmaAllocator dma)
        implements PlatformDevice {
    @Override
    public String name() {
        return given.name();
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
