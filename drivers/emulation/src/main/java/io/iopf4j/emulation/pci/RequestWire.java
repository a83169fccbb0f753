// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.PcieIommu;
import java.util.Arrays;

/**
 * The way of page requests and stop markers from a device to its IOMMU: posted, and in order. What
 * is on it may be held for a while.
 */
final class RequestWire {
    private static final long PAGE_MASK = -1L << 12;
    private static final int IS_LAST = 1;
    private static final int IS_STREAM = 2;
    private static final int IS_STOP = 4;
    private static final int FIRST_ROOM = 16;

    private final int rid;
    private final PcieIommu iommu;
    private final StreamRequests streams;
    private boolean isHeld;
    private int head;
    private int count;
    private long[] addresses = new long[FIRST_ROOM];
    private int[] pasids = new int[FIRST_ROOM];
    private int[] perms = new int[FIRST_ROOM];
    private int[] groups = new int[FIRST_ROOM];
    private int[] kinds = new int[FIRST_ROOM];
    private int[] privates = new int[FIRST_ROOM];

    RequestWire(final int rid, final PcieIommu iommu, final StreamRequests streams) {
        this.rid = rid;
        this.iommu = iommu;
        this.streams = streams;
    }

    void request(
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        send(pasid, address & PAGE_MASK, perm, group, isLast ? IS_LAST : 0, 0);
    }

    void streamRequest(
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final int privateData) {
        send(pasid, address & PAGE_MASK, perm, group, IS_STREAM, privateData);
    }

    void stopMarker(final int pasid) {
        send(pasid, 0, 0, 0, IS_STOP, 0);
    }

    void hold(final boolean held) {
        isHeld = held;
        if (!held) {
            while (count > 0) {
                deliverFirst();
            }
        }
    }

    /** Delivers what is on the wire now; what that sets off stays there if it is held. */
    void flush() {
        for (int left = count; left > 0 && count > 0; left--) {
            deliverFirst();
        }
    }

    int onTheWay() {
        return count;
    }

    private void send(
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final int kind,
            final int privateData) {
        if (!isHeld && count == 0) {
            deliver(pasid, address, perm, group, kind, privateData);
            return;
        }
        if (count == kinds.length) {
            grow();
        }
        final int at = (head + count) & (kinds.length - 1);
        count++;
        addresses[at] = address;
        pasids[at] = pasid;
        perms[at] = perm;
        groups[at] = group;
        kinds[at] = kind;
        privates[at] = privateData;
    }

    private void deliverFirst() {
        final int at = head;
        head = (head + 1) & (kinds.length - 1);
        count--;
        deliver(pasids[at], addresses[at], perms[at], groups[at], kinds[at], privates[at]);
    }

    private void deliver(
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final int kind,
            final int privateData) {
        switch (kind) {
            case IS_STOP -> iommu.stopMarker(rid, pasid);
            case IS_STREAM ->
                    streams.pageStreamRequest(rid, pasid, address, perm, group, false, privateData);
            default -> iommu.pageRequest(rid, pasid, address, perm, group, kind == IS_LAST);
        }
    }

    private void grow() {
        final int room = kinds.length * 2;
        addresses = unrolled(addresses, room);
        pasids = unrolled(pasids, room);
        perms = unrolled(perms, room);
        groups = unrolled(groups, room);
        kinds = unrolled(kinds, room);
        privates = unrolled(privates, room);
        head = 0;
    }

    private long[] unrolled(final long[] ring, final int room) {
        final long[] longer = Arrays.copyOfRange(ring, head, head + room);
        System.arraycopy(ring, 0, longer, ring.length - head, head);
        return longer;
    }

    private int[] unrolled(final int[] ring, final int room) {
        final int[] longer = Arrays.copyOfRange(ring, head, head + room);
        System.arraycopy(ring, 0, longer, ring.length - head, head);
        return longer;
    }
}
