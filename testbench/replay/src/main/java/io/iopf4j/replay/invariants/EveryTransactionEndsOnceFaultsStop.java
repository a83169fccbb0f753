// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * Once devices issue nothing new and nothing is broken on purpose any more, all that was open ends
 * within a bound: liveness, where the others are safety. Checked by whoever declares calm at a time
 * T with a bound, at T + bound; in a run without calm never.
 */
public final class EveryTransactionEndsOnceFaultsStop extends Invariant {
    EveryTransactionEndsOnceFaultsStop(final Breaches breaches) {
        super(breaches);
    }

    /**
     * The bound has passed.
     *
     * @param where which layer is asked
     * @param open faults that it still has open
     * @param calmNs how long it has been calm, virtual nanoseconds
     */
    public void afterCalm(final String where, final long open, final long calmNs) {
        if (fails(open == 0)) {
            tell(where + ": " + open + " still open after " + calmNs + " ns of calm");
        }
    }
}
