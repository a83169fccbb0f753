// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.Mmio;

/** A device's registers; a subclass says what the driver does wrong with one. */
class WrongRegisters implements Mmio {
    private final Mmio right;

    WrongRegisters(final Mmio right) {
        this.right = right;
    }

    @Override
    public final long sizeBytes() {
        return right.sizeBytes();
    }

    @Override
    public int readl(final long offset) {
        return right.readl(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        right.writel(value, offset);
    }

    @Override
    public long readq(final long offset) {
        return right.readq(offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        right.writeq(value, offset);
    }
}
