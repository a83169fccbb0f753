// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * Who looks at the clock twice does not find it earlier the second time. The ledger checks each
 * time that it writes down; the bench after each step.
 */
public final class VirtualTimeNeverRunsBack extends Invariant {
    private long lastNs;

    VirtualTimeNeverRunsBack(final Breaches breaches) {
        super(breaches);
    }

    /**
     * The clock was looked at.
     *
     * @param nowNs what it shows, virtual nanoseconds
     */
    public void reads(final long nowNs) {
        if (fails(nowNs >= lastNs)) {
            tell("it was " + lastNs + " ns, and then " + nowNs + " ns");
        }
        lastNs = nowNs;
    }
}
