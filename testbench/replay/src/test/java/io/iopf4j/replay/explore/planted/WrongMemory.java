// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.DmaMemory;

/** Memory that a driver shares; a subclass says what it does wrong with a word. */
class WrongMemory implements DmaMemory {
    private final DmaMemory right;

    WrongMemory(final DmaMemory right) {
        this.right = right;
    }

    /** What is wrapped. */
    final DmaMemory right() {
        return right;
    }

    @Override
    public final long dmaAddress() {
        return right.dmaAddress();
    }

    @Override
    public final long sizeBytes() {
        return right.sizeBytes();
    }

    @Override
    public long getLong(final long offset) {
        return right.getLong(offset);
    }

    @Override
    public void putLong(final long offset, final long value) {
        right.putLong(offset, value);
    }
}
