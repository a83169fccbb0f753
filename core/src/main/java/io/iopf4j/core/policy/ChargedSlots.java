// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was charged at one moment, oldest first, for somebody who ends it one by one while others
 * come and go. Rare: a list that is kept in order would cost each fault two cache misses, this one
 * costs who asks for it.
 */
final class ChargedSlots {
    private final List<FaultSlot> slots = new ArrayList<>();
    private final long[] arrivals;

    /** The gate's lock is held. */
    ChargedSlots(final Charge charge) {
        for (final FaultSlot slot : charge.device.slots) {
            if (slot.isOutstanding() && slot.charge == charge) {
                slots.add(slot);
            }
        }
        slots.sort(Comparator.comparingLong(slot -> slot.arrival));
        arrivals = slots.stream().mapToLong(slot -> slot.arrival).toArray();
    }

    int size() {
        return arrivals.length;
    }

    /** One of them; null if it has ended meanwhile. The gate's lock is held. */
    FaultSlot get(final int at) {
        final FaultSlot slot = slots.get(at);
        return slot.isOutstanding() && slot.arrival == arrivals[at] ? slot : null;
    }
}
