// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Groups that wait for their answer, by what a hardware response names them by; several may be
 * alike. They are chained through the groups themselves, each chain from the oldest to the newest.
 * Not thread-safe.
 */
final class UnansweredGroups {
    private static final int FIRST_CHAINS = 64;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private RecordedGroup[] oldest = new RecordedGroup[FIRST_CHAINS];
    private RecordedGroup[] newest = new RecordedGroup[FIRST_CHAINS];
    private int size;

    int size() {
        return size;
    }

    /** Adds a group that is in no chain. */
    void add(final RecordedGroup group) {
        if (++size > oldest.length) {
            grow();
        }
        append(group);
    }

    /** Takes a group out; one that is not in is left alone. */
    void remove(final RecordedGroup group) {
        final int chain = chain(group.device(), group.grpid(), group.pasid());
        if (group.older == null && oldest[chain] != group) {
            return;
        }
        if (group.older == null) {
            oldest[chain] = group.newer;
        } else {
            group.older.newer = group.newer;
        }
        if (group.newer == null) {
            newest[chain] = group.older;
        } else {
            group.newer.older = group.older;
        }
        group.older = null;
        group.newer = null;
        size--;
    }

    /** The oldest of those that are alike, or null. */
    RecordedGroup oldest(final String device, final int grpid, final int pasid) {
        RecordedGroup group = oldest[chain(device, grpid, pasid)];
        while (group != null && !group.isSame(device, grpid, pasid)) {
            group = group.newer;
        }
        return group;
    }

    /** The newest of those that are alike, or null. */
    RecordedGroup newest(final String device, final int grpid, final int pasid) {
        RecordedGroup group = newest[chain(device, grpid, pasid)];
        while (group != null && !group.isSame(device, grpid, pasid)) {
            group = group.older;
        }
        return group;
    }

    void forEach(final Consumer<RecordedGroup> action) {
        for (final RecordedGroup first : oldest) {
            for (RecordedGroup group = first; group != null; group = group.newer) {
                action.accept(group);
            }
        }
    }

    private int chain(final String device, final int grpid, final int pasid) {
        final long key =
                ((long) Objects.hashCode(device) << Integer.SIZE) ^ ((long) grpid << 20) ^ pasid;
        return (int) ((key * SPREAD) >>> (Long.numberOfLeadingZeros(oldest.length) + 1));
    }

    private void append(final RecordedGroup group) {
        final int chain = chain(group.device(), group.grpid(), group.pasid());
        group.older = newest[chain];
        group.newer = null;
        if (group.older == null) {
            oldest[chain] = group;
        } else {
            group.older.newer = group;
        }
        newest[chain] = group;
    }

    private void grow() {
        final RecordedGroup[] chains = oldest;
        oldest = new RecordedGroup[chains.length * 2];
        newest = new RecordedGroup[chains.length * 2];
        for (final RecordedGroup first : chains) {
            RecordedGroup group = first;
            while (group != null) {
                final RecordedGroup next = group.newer;
                append(group);
                group = next;
            }
        }
    }
}
