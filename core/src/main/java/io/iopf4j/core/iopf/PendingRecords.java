// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuFault;

/**
 * What a device is owed answers for: the {@code faults} list of {@code struct iommu_fault_param},
 * {@code include/linux/iommu.h} from the series of 2018 to Linux 6.8. Oldest first. The kernel
 * walks the list for each answer; here a group id has a chain of its own, so that keeping, finding
 * and removing cost the same whatever is pending, and records are pooled. As in the kernel nothing
 * bounds it. Not thread-safe: the owner's lock is held.
 */
public final class PendingRecords {
    /** A page request group index has 9 bits; a stall's tag has 16, and then the table grows. */
    private static final int FIRST_BUCKETS = 512;

    private final FailSlab failSlab;
    private PendingRecord oldest;
    private PendingRecord newest;
    private PendingRecord[] heads = new PendingRecord[FIRST_BUCKETS];
    private PendingRecord[] tails = new PendingRecord[FIRST_BUCKETS];
    private PendingRecord free;
    private int size;

    /**
     * An empty list.
     *
     * @param failSlab which allocations fail
     */
    public PendingRecords(final FailSlab failSlab) {
        this.failSlab = failSlab;
    }

    /**
     * Keeps a copy of a request, as the newest.
     *
     * @param fault the request
     * @return its record, or null without memory
     */
    public PendingRecord add(final IommuFault fault) {
        if (failSlab.fails()) {
            return null;
        }
        PendingRecord record = free;
        if (record == null) {
            record = new PendingRecord();
        } else {
            free = record.next;
        }
        record.fault().copyFrom(fault);
        record.isPending = true;
        record.previous = newest;
        record.next = null;
        if (newest == null) {
            oldest = record;
        } else {
            newest.next = record;
        }
        newest = record;
        size++;
        if (size > heads.length) {
            grow();
        } else {
            chain(record);
        }
        return record;
    }

    /**
     * Takes a record out and back into the pool.
     *
     * @param record one of this list's; a handler that answers a fault and then refuses it makes
     *     the kernel free its record twice, and here fails an assertion
     */
    public void remove(final PendingRecord record) {
        if (!record.isPending) {
            throw new AssertionError("record freed twice: grpid=" + record.fault().grpid());
        }
        record.isPending = false;
        size--;
        if (record.previous == null) {
            oldest = record.next;
        } else {
            record.previous.next = record.next;
        }
        if (record.next == null) {
            newest = record.previous;
        } else {
            record.next.previous = record.previous;
        }
        unchain(record);
        record.next = free;
        free = record;
    }

    /**
     * Whether nothing is pending.
     *
     * @return no record
     */
    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * Number of records.
     *
     * @return a count
     */
    public int size() {
        return size;
    }

    /**
     * The record that came first.
     *
     * @return the oldest, or null
     */
    public PendingRecord oldest() {
        return oldest;
    }

    /**
     * The oldest record of a group id.
     *
     * @param grpid the id
     * @return the record, or null
     */
    public PendingRecord oldestOf(final int grpid) {
        return orNextOf(heads[bucket(grpid)], grpid);
    }

    /**
     * The next younger record of the same group id.
     *
     * @param record one of this list's
     * @return the record, or null
     */
    public PendingRecord nextOf(final PendingRecord record) {
        return orNextOf(record.chainNext, record.fault().grpid());
    }

    private static PendingRecord orNextOf(final PendingRecord from, final int grpid) {
        PendingRecord at = from;
        while (at != null && at.fault().grpid() != grpid) {
            at = at.chainNext;
        }
        return at;
    }

    private int bucket(final int grpid) {
        return grpid & (heads.length - 1);
    }

    private void chain(final PendingRecord record) {
        final int bucket = bucket(record.fault().grpid());
        record.chainPrevious = tails[bucket];
        record.chainNext = null;
        if (tails[bucket] == null) {
            heads[bucket] = record;
        } else {
            tails[bucket].chainNext = record;
        }
        tails[bucket] = record;
    }

    private void unchain(final PendingRecord record) {
        final int bucket = bucket(record.fault().grpid());
        if (record.chainPrevious == null) {
            heads[bucket] = record.chainNext;
        } else {
            record.chainPrevious.chainNext = record.chainNext;
        }
        if (record.chainNext == null) {
            tails[bucket] = record.chainPrevious;
        } else {
            record.chainNext.chainPrevious = record.chainPrevious;
        }
    }

    /** Twice the buckets; chained again in the order of arrival. */
    private void grow() {
        heads = new PendingRecord[heads.length * 2];
        tails = new PendingRecord[heads.length];
        for (PendingRecord record = oldest; record != null; record = record.next) {
            chain(record);
        }
    }
}
