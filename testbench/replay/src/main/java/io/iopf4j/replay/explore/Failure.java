// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

/**
 * How a run failed.
 *
 * @param what the invariant that was broken first, or the class of the exception that ended the run
 * @param text the invariant's or the exception's own line
 */
public record Failure(String what, String text) {
    /**
     * Whether another run failed in the same way: numbers in the text may differ.
     *
     * @param other the other run's
     * @return both broke the same invariant, or ended by the same exception
     */
    public boolean isLike(final Failure other) {
        return what.equals(other.what);
    }

    @Override
    public String toString() {
        return what + ": " + text;
    }
}
