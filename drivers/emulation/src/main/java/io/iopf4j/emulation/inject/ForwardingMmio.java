// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.Mmio;

/** The registers of another window; a subclass changes what it wants to. */
public abstract class ForwardingMmio implements Mmio {
    private final Mmio given;

    /**
     * All registers of a window.
     *
     * @param given the window
     */
    protected ForwardingMmio(final Mmio given) {
        this.given = given;
    }

    /** The window behind. */
    final Mmio given() {
        return given;
    }

    @Override
    public final long sizeBytes() {
        return given.sizeBytes();
    }

    @Override
    public int readl(final long offset) {
        return given.readl(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        given.writel(value, offset);
    }

    @Override
    public long readq(final long offset) {
        return given.readq(offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        given.writeq(value, offset);
    }
}
