// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

import java.util.function.LongSupplier;

/** Knows the time, and which check of all failed first. */
final class Breaches {
    private final LongSupplier nowNs;
    private Breach first;

    Breaches(final LongSupplier nowNs) {
        this.nowNs = nowNs;
    }

    Breach tell(final String name, final String text) {
        final Breach breach = new Breach(name, nowNs.getAsLong(), text);
        if (first == null) {
            first = breach;
        }
        return breach;
    }

    Breach first() {
        return first;
    }
}
