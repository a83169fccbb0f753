// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaMemory;

/**
 * A status for each slot of the invalidation queue, which wait descriptors write: {@code
 * q_inval.desc_status}. Linux packs them; here each has 8 bytes, so that a store to one cannot lose
 * what the hardware writes to its neighbour.
 */
final class QiStatus {
    /** Bytes of all. */
    static final long BYTES = (long) Qi.LENGTH * Long.BYTES;

    /** {@code QI_FREE}. */
    static final int FREE = 0;

    /** {@code QI_IN_USE}. */
    static final int IN_USE = 1;

    /** {@code QI_DONE}: what a wait descriptor writes. */
    static final int DONE = 2;

    /** {@code QI_ABORT}: to be submitted again. */
    static final int ABORT = 3;

    private final DmaMemory memory;

    /** Over {@link #BYTES} of zeroed memory. */
    QiStatus(final DmaMemory memory) {
        this.memory = memory;
    }

    /** Where the hardware finds a slot's. */
    long dmaAddress(final int slot) {
        return memory.dmaAddress() + (long) slot * Long.BYTES;
    }

    int get(final int slot) {
        return (int) memory.getLong((long) slot * Long.BYTES);
    }

    void set(final int slot, final int value) {
        memory.putLong((long) slot * Long.BYTES, value);
    }
}
