// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import java.util.BitSet;

/** The domain ids of a unit: {@code iommu->domain_ids}. Any thread. */
final class DomainIds {
    /** What is tagged in caching mode and not present; nobody's. */
    static final int NONE = 0;

    /** First stages of processes, and pass-through ({@code FLPT_DEFAULT_DID}). */
    static final int FIRST_STAGE = 1;

    private final BitSet taken = new BitSet();
    private final int limit;

    /** Ids of so many bits; the first two are reserved. */
    DomainIds(final int bits) {
        limit = 1 << Math.min(bits, 16);
        taken.set(NONE);
        taken.set(FIRST_STAGE);
    }

    /** Takes the lowest free id; {@code -ENOSPC} if there is none. */
    synchronized int alloc() {
        final int id = taken.nextClearBit(0);
        if (id >= limit) {
            return -Errno.ENOSPC;
        }
        taken.set(id);
        return id;
    }

    /** Gives an id back that {@link #alloc} returned. */
    synchronized void free(final int id) {
        assert id > FIRST_STAGE && taken.get(id) : id;
        taken.clear(id);
    }
}
