// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import java.util.BitSet;

/**
 * ASIDs or VMIDs: from 1 on, the least that is free, as {@code xa_alloc()} and {@code ida_alloc()}
 * give them. Thread-safe.
 */
final class ArmSmmuIds {
    /** There is none left. */
    static final int NONE = 0;

    private final BitSet used = new BitSet();
    private final int limit;

    ArmSmmuIds(final int bits) {
        this.limit = 1 << bits;
        used.set(NONE);
    }

    /** An id in [1, 2^bits), or {@link #NONE}. */
    synchronized int alloc() {
        final int id = used.nextClearBit(NONE);
        if (id >= limit) {
            return NONE;
        }
        used.set(id);
        return id;
    }

    /** Gives an id back; the hardware knows nothing by it any more. */
    synchronized void free(final int id) {
        used.clear(id);
    }
}
