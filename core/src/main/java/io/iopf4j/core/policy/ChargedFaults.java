// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What an account had outstanding at one moment, charge by charge and the oldest first, for
 * somebody who ends it one by one while others come and go. Rare: a list that is kept in order
 * would cost each fault two cache misses, this one costs who asks for it.
 */
final class ChargedFaults {
    private final List<ChargedFault> faults = new ArrayList<>();
    private final int[] arrivals;

    /** The gate's lock is held. */
    ChargedFaults(final FaultBook book, final Account account) {
        final List<List<ChargedFault>> byCharge = new ArrayList<>();
        for (int i = 0; i < account.charges.size(); i++) {
            account.charges.get(i).mark = i;
            byCharge.add(new ArrayList<>());
        }
        book.forEachOutstanding(
                fault -> {
                    if (fault.charge.vm == account || fault.charge.device.account == account) {
                        byCharge.get(fault.charge.mark).add(fault);
                    }
                });
        for (final List<ChargedFault> ofCharge : byCharge) {
            ofCharge.sort(ChargedFaults::compareArrivals);
            faults.addAll(ofCharge);
        }
        arrivals = faults.stream().mapToInt(fault -> fault.arrival).toArray();
    }

    /** Of one and the same device: how many came after it tells, though they are counted round. */
    private static int compareArrivals(final ChargedFault one, final ChargedFault other) {
        final int newest = one.charge.device.arrivals;
        return Integer.compareUnsigned(newest - other.arrival, newest - one.arrival);
    }

    int size() {
        return arrivals.length;
    }

    /** One of them; null if it has ended meanwhile. The gate's lock is held. */
    ChargedFault get(final int at) {
        final ChargedFault fault = faults.get(at);
        return fault.isOutstanding() && fault.arrival == arrivals[at] ? fault : null;
    }
}
