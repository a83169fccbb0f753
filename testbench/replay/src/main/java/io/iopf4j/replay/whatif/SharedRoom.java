// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

/**
 * Who holds how much of what all machines share, and for which part of the time at which somebody
 * waits for it each is to blame. In any moment that is the part of all that is held which is its
 * own; the sum of those parts over time grows in steps that are settled only when something of a
 * holder changes. One thread.
 */
final class SharedRoom {
    private final int[] held;
    private final double[] settled;
    private final double[] settledAt;
    private int total;
    private double reciprocal;

    SharedRoom(final int holders) {
        held = new int[holders];
        settled = new double[holders];
        settledAt = new double[holders];
    }

    void change(final int holder, final int by) {
        settled[holder] = blamedNs(holder);
        settledAt[holder] = reciprocal;
        held[holder] += by;
        total += by;
    }

    int total() {
        return total;
    }

    int[] heldByEach() {
        return held.clone();
    }

    /** From now on it is held as another room is. */
    void copy(final SharedRoom other) {
        for (int holder = 0; holder < held.length; holder++) {
            if (held[holder] != other.held[holder]) {
                change(holder, other.held[holder] - held[holder]);
            }
        }
    }

    /** Time passes in which those who hold it keep others waiting. */
    void pass(final long ns) {
        if (total > 0) {
            reciprocal += ns / (double) total;
        }
    }

    /** Its part of all time that has passed so. */
    double blamedNs(final int holder) {
        return settled[holder] + held[holder] * (reciprocal - settledAt[holder]);
    }
}
