// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.util.Arrays;

/**
 * How many of something there are over time, as faults outstanding or records in a queue: a step at
 * each time at which the number changes. What comes and goes at the same time shows as no step. One
 * thread.
 */
public final class StepSeries {
    private long[] begins = new long[16];
    private long[] ends = new long[16];
    private int begun;
    private int ended;

    /** Nothing of it, ever. */
    public StepSeries() {}

    /**
     * One more from some time on.
     *
     * @param fromNs since when there is one more, virtual nanoseconds; in any order
     */
    public void begin(final long fromNs) {
        begins = begun < begins.length ? begins : Arrays.copyOf(begins, begun * 2);
        begins[begun++] = fromNs;
    }

    /**
     * One less from some time on.
     *
     * @param fromNs since when there is one less, not before its begin; in any order
     */
    public void end(final long fromNs) {
        ends = ended < ends.length ? ends : Arrays.copyOf(ends, ended * 2);
        ends[ended++] = fromNs;
    }

    /**
     * Tells of each step in the order of time, the first from zero.
     *
     * @param step gets the time, virtual nanoseconds, and the number from then on; each time once
     */
    public void forEach(final Step step) {
        Arrays.sort(begins, 0, begun);
        Arrays.sort(ends, 0, ended);
        int b = 0;
        int e = 0;
        long count = 0;
        while (b < begun || e < ended) {
            final long now =
                    e == ended || (b < begun && begins[b] <= ends[e]) ? begins[b] : ends[e];
            final long before = count;
            while (b < begun && begins[b] == now) {
                count++;
                b++;
            }
            while (e < ended && ends[e] == now) {
                count--;
                e++;
            }
            if (count != before) {
                step.at(now, count);
            }
        }
    }

    /** Hears of a step. */
    @FunctionalInterface
    public interface Step {
        /**
         * The number has changed.
         *
         * @param ns when, virtual nanoseconds
         * @param count how many there are from then on
         */
        void at(long ns, long count);
    }
}
