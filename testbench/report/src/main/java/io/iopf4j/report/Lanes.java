// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.util.PriorityQueue;

/**
 * Lays spans that overlap onto lanes on which none do, each onto the lowest that is free, in the
 * logarithm of how many overlap. One thread.
 */
final class Lanes {
    /** The end of what does not end: its lane is not given away again. */
    static final long OPEN = Long.MAX_VALUE;

    private final PriorityQueue<Span> taken = new PriorityQueue<>();
    private final PriorityQueue<Integer> free = new PriorityQueue<>();
    private int lanes;

    /**
     * Finds a span's lane.
     *
     * @param fromNs where it begins, not before the one that was asked about last
     * @param toNs where it ends, not before its begin; another may begin just there
     * @return the lane, from 0
     */
    int take(final long fromNs, final long toNs) {
        while (!taken.isEmpty() && taken.peek().toNs() <= fromNs) {
            free.add(taken.poll().lane());
        }
        final int lane = free.isEmpty() ? lanes++ : free.poll();
        if (toNs != OPEN) {
            taken.add(new Span(toNs, lane));
        }
        return lane;
    }

    private record Span(long toNs, int lane) implements Comparable<Span> {
        @Override
        public int compareTo(final Span other) {
            return Long.compare(toNs, other.toNs);
        }
    }
}
