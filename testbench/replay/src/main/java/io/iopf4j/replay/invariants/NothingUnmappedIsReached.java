// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * An access that is issued while its guest has nothing mapped ends by no more than a fault: what
 * was unmapped, nobody remembers. The device checks it as it issues.
 */
public final class NothingUnmappedIsReached extends Invariant {
    NothingUnmappedIsReached(final Breaches breaches) {
        super(breaches);
    }

    /**
     * An access was issued, and nothing else has run since.
     *
     * @param row the fault that it should be
     * @param isReached whether it has ended with the memory that it wanted
     */
    public void issued(final int row, final boolean isReached) {
        if (fails(!isReached)) {
            tell("access " + row + " reached a page that its guest had unmapped");
        }
    }
}
