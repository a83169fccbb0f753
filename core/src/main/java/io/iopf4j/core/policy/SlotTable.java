// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;

/**
 * Finds a slot by device, group id and PASID, or a refused one by the very request that it is. A
 * device may use a group id again before the first use has ended: of several slots with one key the
 * oldest is found. Chains are appended to at their ends, so that this one comes first and costs the
 * same however many follow.
 */
final class SlotTable {
    private static final int INITIAL = 1 << 8;

    private FaultSlot[] first = new FaultSlot[INITIAL];
    private FaultSlot[] last = new FaultSlot[INITIAL];
    private int size;

    /** The oldest slot of a key; null if there is none. */
    FaultSlot find(final int device, final int grpid, final int keyPasid) {
        final int hash = hash(device, grpid, keyPasid);
        for (FaultSlot at = first[hash & (first.length - 1)]; at != null; at = at.chainNext) {
            if (at.hash == hash
                    && at.keyFault == null
                    && at.keyPasid == keyPasid
                    && at.fault.grpid() == grpid
                    && at.charge.device.index == device) {
                return at;
            }
        }
        return null;
    }

    /** The slot that has a request as its key; null if there is none. */
    FaultSlot find(final IommuFault keyFault) {
        final int hash = hash(keyFault);
        for (FaultSlot at = first[hash & (first.length - 1)]; at != null; at = at.chainNext) {
            if (at.keyFault == keyFault) {
                return at;
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
        slot.hash =
                slot.keyFault == null
                        ? hash(slot.charge.device.index, slot.fault.grpid(), slot.keyPasid)
                        : hash(slot.keyFault);
        append(slot);
    }

    /** Takes a slot out; its key must be as it was. */
    void remove(final FaultSlot slot) {
        size--;
        final int bucket = slot.hash & (first.length - 1);
        if (slot.chainPrevious == null) {
            first[bucket] = slot.chainNext;
        } else {
            slot.chainPrevious.chainNext = slot.chainNext;
        }
        if (slot.chainNext == null) {
            last[bucket] = slot.chainPrevious;
        } else {
            slot.chainNext.chainPrevious = slot.chainPrevious;
        }
        slot.chainPrevious = null;
        slot.chainNext = null;
    }

    private void append(final FaultSlot slot) {
        final int bucket = slot.hash & (first.length - 1);
        slot.chainPrevious = last[bucket];
        slot.chainNext = null;
        if (last[bucket] == null) {
            first[bucket] = slot;
        } else {
            last[bucket].chainNext = slot;
        }
        last[bucket] = slot;
    }

    private void grow() {
        final FaultSlot[] old = first;
        first = new FaultSlot[old.length * 2];
        last = new FaultSlot[first.length];
        for (final FaultSlot head : old) {
            for (FaultSlot at = head; at != null; ) {
                final FaultSlot next = at.chainNext;
                append(at);
                at = next;
            }
        }
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
