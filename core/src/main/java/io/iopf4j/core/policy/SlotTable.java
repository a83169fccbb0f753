// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.core.policy.SlotPool.IN_TABLE;
import static io.iopf4j.core.policy.SlotPool.NONE;

import io.iopf4j.api.IommuFault;
import java.util.Arrays;

/**
 * Finds a slot by device, group id and PASID, or a refused one by the very request that it is. A
 * device may use a group id again before the first use has ended: of several slots with one key the
 * oldest is found. Chains are appended to at their ends, so that this one comes first and costs the
 * same however many follow.
 */
final class SlotTable {
    private static final int INITIAL = 1 << 4;

    private final SlotPool pool;
    private int[] first = buckets(INITIAL);
    private int[] last = buckets(INITIAL);
    private int size;
    private int refused;

    SlotTable(final SlotPool pool) {
        this.pool = pool;
    }

    /** The oldest slot of a key; null if there is none. */
    FaultSlot find(final int device, final int grpid, final int keyPasid) {
        if (size == 0) {
            return null;
        }
        final int hash = hash(device, grpid, keyPasid);
        for (int at = first[bucket(hash)]; at != NONE; at = pool.next(at, IN_TABLE)) {
            final FaultSlot slot = pool.get(at);
            if (slot.hash == hash
                    && slot.hasKey(grpid, keyPasid)
                    && slot.charge.device.index == device) {
                return slot;
            }
        }
        return null;
    }

    /** The slot that has a request as its key; null if there is none. */
    FaultSlot find(final IommuFault keyFault) {
        if (refused == 0) {
            return null;
        }
        final int hash = hash(keyFault);
        for (int at = first[bucket(hash)]; at != NONE; at = pool.next(at, IN_TABLE)) {
            if (pool.get(at).keyFault == keyFault) {
                return pool.get(at);
            }
        }
        return null;
    }

    /** Takes a slot in under the key that stands in it. */
    void add(final FaultSlot slot) {
        if (size == first.length) {
            grow();
        }
        size++;
        refused += slot.keyFault == null ? 0 : 1;
        slot.hash =
                slot.keyFault == null
                        ? hash(slot.charge.device.index, slot.grpid(), slot.keyPasid)
                        : hash(slot.keyFault);
        append(slot);
    }

    /** Takes a slot out. */
    void remove(final FaultSlot slot) {
        size--;
        refused -= slot.keyFault == null ? 0 : 1;
        final int bucket = bucket(slot.hash);
        final int before = pool.previous(slot.index, IN_TABLE);
        final int after = pool.next(slot.index, IN_TABLE);
        if (before == NONE) {
            first[bucket] = after;
        } else {
            pool.setNext(before, IN_TABLE, after);
        }
        if (after == NONE) {
            last[bucket] = before;
        } else {
            pool.setPrevious(after, IN_TABLE, before);
        }
    }

    private void append(final FaultSlot slot) {
        final int bucket = bucket(slot.hash);
        pool.setPrevious(slot.index, IN_TABLE, last[bucket]);
        pool.setNext(slot.index, IN_TABLE, NONE);
        if (last[bucket] == NONE) {
            first[bucket] = slot.index;
        } else {
            pool.setNext(last[bucket], IN_TABLE, slot.index);
        }
        last[bucket] = slot.index;
    }

    private void grow() {
        final int[] old = first;
        first = buckets(old.length * 2);
        last = buckets(first.length);
        for (final int head : old) {
            for (int at = head; at != NONE; ) {
                final int next = pool.next(at, IN_TABLE);
                append(pool.get(at));
                at = next;
            }
        }
    }

    private int bucket(final int hash) {
        return hash & (first.length - 1);
    }

    private static int[] buckets(final int count) {
        final int[] buckets = new int[count];
        Arrays.fill(buckets, NONE);
        return buckets;
    }

    private static int hash(final int device, final int grpid, final int keyPasid) {
        return mix((device * 31 + keyPasid) * 0x1_0003 + grpid);
    }

    private static int hash(final IommuFault keyFault) {
        return mix(System.identityHashCode(keyFault));
    }

    private static int mix(final int value) {
        int mixed = value * 0x9e37_79b1;
        mixed ^= mixed >>> 15;
        mixed *= 0x85eb_ca6b;
        return mixed ^ (mixed >>> 13);
    }
}
