// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;

/** A register window that somebody looks on at. */
record WatchedMmio(Mmio given, Watch watch) implements Mmio {
    @Override
    public long sizeBytes() {
        return given.sizeBytes();
    }

    @Override
    public int readl(final long offset) {
        return given.readl(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        watch.storing(offset, Integer.BYTES, Integer.toUnsignedLong(value));
        given.writel(value, offset);
        watch.look();
    }

    @Override
    public long readq(final long offset) {
        return given.readq(offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        watch.storing(offset, Long.BYTES, value);
        given.writeq(value, offset);
        watch.look();
    }
}
