// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuFault;

/**
 * A device's requests that wait for the last one of their group: the {@code partial} list of {@code
 * drivers/iommu/io-pgfault.c}, Linux 5.13 to 6.12, and the pool that they come from. Found by group
 * id whatever their PASID, as in the kernel; nothing bounds them there either. Not thread-safe: the
 * owner's lock is held.
 */
final class PartialFaults {
    /** A page request group index has 9 bits: one bucket for each. */
    private static final int BUCKETS = 512;

    private final FailSlab failSlab;

    /**
     * Newest first; null until a device asks for several pages at once, which a stall never does.
     */
    private PartialFault[] buckets;

    private int count;

    int count() {
        return count;
    }

    private PartialFault free;

    PartialFaults(final FailSlab failSlab) {
        this.failSlab = failSlab;
    }

    /** Keeps a copy of a request; false without memory. */
    boolean add(final IommuFault fault) {
        if (failSlab.fails()) {
            return false;
        }
        PartialFault kept = free;
        if (kept == null) {
            kept = new PartialFault();
        } else {
            free = kept.next;
        }
        kept.fault().copyFrom(fault);
        if (buckets == null) {
            buckets = new PartialFault[BUCKETS];
        }
        final int bucket = fault.grpid() & (BUCKETS - 1);
        kept.next = buckets[bucket];
        buckets[bucket] = kept;
        count++;
        return true;
    }

    /**
     * Takes a group's requests out, linked by {@code next} in the order of arrival. They are the
     * caller's until {@link #recycle}; null if there are none.
     */
    PartialFault takeGroup(final int grpid) {
        if (count == 0) {
            return null;
        }
        final int bucket = grpid & (BUCKETS - 1);
        PartialFault first = null;
        PartialFault previous = null;
        // Newest first, each put in front of the later ones: the order of arrival again.
        for (PartialFault at = buckets[bucket]; at != null; ) {
            final PartialFault next = at.next;
            if (at.fault().grpid() == grpid) {
                unlink(previous, at, bucket);
                at.next = first;
                first = at;
            } else {
                previous = at;
            }
            at = next;
        }
        return first;
    }

    /** Puts a chain of requests that were taken back into the pool. */
    void recycle(final PartialFault first) {
        for (PartialFault at = first; at != null; ) {
            final PartialFault next = at.next;
            at.next = free;
            free = at;
            at = next;
        }
    }

    /** Drops one request; it is valid until the next call. Null if there is none. */
    IommuFault dropOne() {
        if (count == 0) {
            return null;
        }
        int bucket = 0;
        while (buckets[bucket] == null) {
            bucket++;
        }
        return drop(null, buckets[bucket], bucket);
    }

    /** Drops one request of a group, newest first; it is valid until the next call. */
    IommuFault dropOneOf(final int grpid) {
        if (count == 0) {
            return null;
        }
        final int bucket = grpid & (BUCKETS - 1);
        PartialFault previous = null;
        for (PartialFault at = buckets[bucket]; at != null; at = at.next) {
            if (at.fault().grpid() == grpid) {
                return drop(previous, at, bucket);
            }
            previous = at;
        }
        return null;
    }

    private IommuFault drop(
            final PartialFault previous, final PartialFault dropped, final int bucket) {
        unlink(previous, dropped, bucket);
        dropped.next = free;
        free = dropped;
        return dropped.fault();
    }

    private void unlink(final PartialFault previous, final PartialFault at, final int bucket) {
        if (previous == null) {
            buckets[bucket] = at.next;
        } else {
            previous.next = at.next;
        }
        count--;
    }
}
