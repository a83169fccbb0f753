// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * An access that a device was told to issue ends, or waits somewhere, and never ends again. The
 * ledger checks each end as it comes; the bench, after each step, that none is lost.
 */
public final class EveryTransactionEndsOnce extends Invariant {
    EveryTransactionEndsOnce(final Breaches breaches) {
        super(breaches);
    }

    /**
     * An access has ended.
     *
     * @param row its row in the ledger
     * @param isFirst it had not ended before
     */
    public void ends(final int row, final boolean isFirst) {
        if (fails(isFirst)) {
            tell("fault " + row + " ended twice");
        }
    }

    /**
     * After a step: every access that was issued has ended or is stalled or held.
     *
     * @param issued accesses
     * @param ended those that have ended
     * @param stalled faults that the hardware has recorded
     * @param held faults that wait for room
     */
    public void noneIsLost(final int issued, final int ended, final int stalled, final int held) {
        if (fails(issued == ended + stalled + held)) {
            tell(
                    issued
                            + " accesses issued, but "
                            + ended
                            + " ended, "
                            + stalled
                            + " stalled, "
                            + held
                            + " held");
        }
    }
}
