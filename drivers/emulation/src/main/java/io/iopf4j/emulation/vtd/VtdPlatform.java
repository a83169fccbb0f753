// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.emulation.MessageWire;

/**
 * A remapping unit as its driver is given it: registers, memory, and interrupts that are messages.
 * A message rings whatever line has its address and data, as an interrupt controller does: a driver
 * that programs a wrong one hears nothing.
 */
public final class VtdPlatform implements PlatformDevice {
    private static final long MESSAGES_BASE = 0xfee0_0000L;
    private static final int FIRST_VECTOR = 0x30;
    private static final String[] LINES = {"fault", "prq", "invalidation"};

    private final String name;
    private final Vtd vtd;
    private final DmaAllocator memory;
    private final MessageWire[] lines = new MessageWire[LINES.length];

    /**
     * One unit's resources.
     *
     * @param name the unit's name, such as {@code dmar0}
     * @param vtd the model, whose messages are heard from now on
     * @param memory what the driver allocates from, in the model's memory
     */
    public VtdPlatform(final String name, final Vtd vtd, final DmaAllocator memory) {
        this.name = name;
        this.vtd = vtd;
        this.memory = memory;
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new MessageWire(LINES[i], MESSAGES_BASE, FIRST_VECTOR + i);
        }
        vtd.connectMessages(this::ring);
    }

    private void ring(final long address, final int data) {
        for (final MessageWire line : lines) {
            if (address == line.messageAddress() && data == line.messageData()) {
                line.pulse();
            }
        }
    }

    /**
     * What it is of: for whoever looks on, not for a driver.
     *
     * @return the model
     */
    public Vtd model() {
        return vtd;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mmio mmio() {
        return vtd.registers();
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
        for (final MessageWire candidate : lines) {
            if (candidate.name().equals(line)) {
                return candidate;
            }
        }
        return null;
    }
}
