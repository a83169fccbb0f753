// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.core.iopf.PendingGroup;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Groups that wait to be read, in order of arrival: {@code fault->deliver}. A ring in place of the
 * kernel's linked list, so that no group is touched but the one that comes or goes; a group's
 * cookie is its place in it meanwhile. What is taken from the middle leaves a hole, which goes when
 * the ring is full or when the holes in front of it do. Not thread-safe: the owner's lock is held.
 */
final class UnreadGroups {
    private static final int INITIAL = 16;

    private PendingGroup[] ring = new PendingGroup[INITIAL];

    /** Places count up and wrap; unless the ring is empty, there is no hole at this one. */
    private int first;

    /** Behind the newest one. */
    private int end;

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    boolean contains(final PendingGroup group) {
        return at(group.cookie()) == group;
    }

    void addLast(final PendingGroup group) {
        if (end - first == ring.length) {
            makeRoom();
        }
        put(end++, group);
    }

    /** Puts a group back that was taken from the front. */
    void addFirst(final PendingGroup group) {
        if (end - first == ring.length) {
            makeRoom();
        }
        put(--first, group);
    }

    /** Takes the oldest one out; null if there is none. */
    PendingGroup removeFirst() {
        if (size == 0) {
            return null;
        }
        final PendingGroup group = at(first);
        remove(group);
        return group;
    }

    /** Takes one out that is in it. */
    void remove(final PendingGroup group) {
        ring[index(group.cookie())] = null;
        size--;
        if (size == 0) {
            // Not where it ends: an almost empty one should be found in one and the same cache
            // line.
            first = 0;
            end = 0;
        }
        while (first != end && at(first) == null) {
            first++;
        }
    }

    /** Takes all groups of an attachment out, the newest first. Rare: it allocates the queue. */
    Queue<PendingGroup> removeAll(final IommuAttachHandle handle) {
        final Queue<PendingGroup> removed = new ArrayDeque<>();
        for (int place = end; place != first; ) {
            final PendingGroup group = at(--place);
            if (group != null && group.attachHandle() == handle) {
                removed.add(group);
            }
        }
        removed.forEach(this::remove);
        return removed;
    }

    private void put(final int place, final PendingGroup group) {
        group.setCookie(place);
        ring[index(place)] = group;
        size++;
    }

    private PendingGroup at(final int place) {
        return ring[index(place)];
    }

    private int index(final int place) {
        return place & (ring.length - 1);
    }

    /** Closes the holes, of a ring that has not many doubled. */
    private void makeRoom() {
        final PendingGroup[] from = ring;
        final int oldFirst = first;
        ring = new PendingGroup[size > from.length / 2 ? from.length * 2 : from.length];
        first = 0;
        end = 0;
        size = 0;
        for (int i = 0; i < from.length; i++) {
            final PendingGroup group = from[(oldFirst + i) & (from.length - 1)];
            if (group != null) {
                put(end++, group);
            }
        }
    }
}
