// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What an account had outstanding at one moment, charge by charge and the oldest first, for
 * somebody who ends it one by one while others come and go. Rare: a list that is kept in order
 * would cost each fault two cache misses, this one costs who asks for it, by what its devices ever
 * had outstanding at once.
 */
final class ChargedFaults {
    private final List<ChargedFault> faults = new ArrayList<>();
    private final List<Charge> charges = new ArrayList<>();
    private final int[] arrivals;

    /** The gate's lock is held. */
    ChargedFaults(final Account account) {
        for (final Charge charge : account.charges) {
            add(charge);
        }
        arrivals = faults.stream().mapToInt(fault -> fault.arrival).toArray();
    }

    private void add(final Charge charge) {
        final List<ChargedFault> found = new ArrayList<>();
        for (final FaultSlot slot : charge.device.slots) {
            if (slot.charge == charge && slot.isOutstanding()) {
                found.add(slot);
            }
        }
        final KnownGroups groups = charge.device.groups;
        for (int i = 0; i < groups.size(); i++) {
            final ChargedFault group = groups.get(i);
            if (group.charge == charge && group.isOutstanding()) {
                found.add(group);
            }
        }
        found.sort(ChargedFaults::compareArrivals);
        ChargedFault before = null;
        for (final ChargedFault fault : found) {
            if (fault != before) {
                faults.add(fault);
                charges.add(charge);
            }
            before = fault;
        }
    }

    /** Of one and the same device: how many came after it tells, though they are counted round. */
    private static int compareArrivals(final ChargedFault one, final ChargedFault other) {
        final int newest = one.charge.device.arrivals;
        return Integer.compareUnsigned(newest - other.arrival, newest - one.arrival);
    }

    int size() {
        return arrivals.length;
    }

    /**
     * One of them; null if it has ended meanwhile, though it may be outstanding again for somebody
     * else. The gate's lock is held.
     */
    ChargedFault get(final int at) {
        final ChargedFault fault = faults.get(at);
        return fault.isOutstanding()
                        && fault.charge == charges.get(at)
                        && fault.arrival == arrivals[at]
                ? fault
                : null;
    }
}
