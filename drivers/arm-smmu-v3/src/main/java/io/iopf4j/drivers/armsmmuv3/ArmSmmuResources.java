// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import java.util.ArrayDeque;

/**
 * Memory and interrupts that a probed SMMU holds, so that they can be given back together: what
 * {@code devm_} functions do in Linux. Used on the thread of probe and remove.
 */
final class ArmSmmuResources {
    private final PlatformDevice platform;
    private final Kernel kernel;
    private final ArrayDeque<DmaMemory> memory = new ArrayDeque<>();
    private final ArrayDeque<InterruptLine> lines = new ArrayDeque<>();

    ArmSmmuResources(final PlatformDevice platform, final Kernel kernel) {
        this.platform = platform;
        this.kernel = kernel;
    }

    /** Memory of so many entries, or null. */
    DmaMemory alloc(final int entryBytes, final int log2Entries) {
        final DmaMemory taken = platform.dma().allocCoherent((long) entryBytes << log2Entries);
        if (taken != null) {
            memory.push(taken);
        }
        return taken;
    }

    /**
     * Claims an interrupt if the device has one of that name; a failure is logged, as in Linux, and
     * is not the end of the device.
     *
     * @param hard the hard half, or null
     * @param thread the threaded half, or null
     */
    void requestIrq(final String name, final IrqHandler hard, final Runnable thread) {
        final InterruptLine line = platform.interrupt(name);
        if (line == null) {
            kernel.log().warn(platform.name(), "no " + name + " irq");
        } else if (kernel.requestThreadedIrq(line, hard, thread) != 0) {
            kernel.log().warn(platform.name(), "cannot have the " + name + " irq");
        } else {
            lines.push(line);
        }
    }

    /** Waits until the threads of all interrupts have done what was to do. */
    void synchronizeIrqs() {
        for (final InterruptLine line : lines) {
            kernel.synchronizeIrq(line);
        }
    }

    boolean hasIrqs() {
        return !lines.isEmpty();
    }

    void freeIrqs() {
        while (!lines.isEmpty()) {
            kernel.freeIrq(lines.pop());
        }
    }

    /** The hardware must not use it any more. */
    void freeMemory() {
        while (!memory.isEmpty()) {
            platform.dma().freeCoherent(memory.pop());
        }
    }
}
