// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaMemory;

/**
 * A status for each slot of the invalidation queue, which wait descriptors write: {@code
 * q_inval.desc_status}. Linux packs them; here each has 8 bytes, so that a store to one cannot lose
 * what the hardware writes to its neighbour. Only those of waits are in memory that the hardware
 * sees. Its owner serialises calls.
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

    /** Of a slot that the hardware may write. */
    private static final int SHARED = -1;

    private final DmaMemory memory;

    /**
     * Of slots without a wait, which the hardware never writes; {@link #SHARED} where memory
     * counts.
     */
    private final int[] own = new int[Qi.LENGTH];

    /** Over {@link #BYTES} of zeroed memory. */
    QiStatus(final DmaMemory memory) {
        this.memory = memory;
    }

    /** Where the hardware finds a slot's. */
    long dmaAddress(final int slot) {
        return memory.dmaAddress() + (long) slot * Long.BYTES;
    }

    int get(final int slot) {
        final int value = own[slot];
        return value == SHARED ? (int) memory.getLong((long) slot * Long.BYTES) : value;
    }

    void set(final int slot, final int value) {
        if (own[slot] == SHARED) {
            memory.putLong((long) slot * Long.BYTES, value);
        } else {
            own[slot] = value;
        }
    }

    /** A descriptor that is no wait is in the slot. */
    void useForDescriptor(final int slot) {
        own[slot] = IN_USE;
    }

    /** A wait descriptor is in the slot. */
    void useForWait(final int slot) {
        own[slot] = SHARED;
        memory.putLong((long) slot * Long.BYTES, IN_USE);
    }
}
