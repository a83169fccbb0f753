// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

/**
 * One value of a range.
 *
 * @param word as an option or a policy writes it, such as {@code 16} or {@code 10ms}
 * @param number what it comes to: itself, or nanoseconds
 */
public record Value(String word, long number) {
    private static final long[] UNITS_NS = {60_000_000_000L, 1_000_000_000, 1_000_000, 1_000, 1};
    private static final String[] UNITS = {"m", "s", "ms", "us", "ns"};

    /** Policies read no more digits. */
    private static final long MOST = 999_999_999;

    static Value ofNumber(final long number) {
        return new Value(Long.toString(number), number);
    }

    /**
     * A time, in the largest unit that says it exactly; one that has too many digits for that is
     * rounded up.
     */
    static Value ofTime(final long ns) {
        for (int i = 0; i < UNITS.length; i++) {
            final boolean isExact = ns % UNITS_NS[i] == 0 && ns / UNITS_NS[i] <= MOST;
            if (isExact && (ns > 0 || UNITS_NS[i] == 1)) {
                return new Value(ns / UNITS_NS[i] + UNITS[i], ns);
            }
        }
        int unit = UNITS.length - 1;
        while (ceilDiv(ns, UNITS_NS[unit]) > MOST) {
            unit--;
        }
        final long count = ceilDiv(ns, UNITS_NS[unit]);
        return new Value(count + UNITS[unit], count * UNITS_NS[unit]);
    }

    private static long ceilDiv(final long ns, final long unitNs) {
        return (ns + unitNs - 1) / unitNs;
    }
}
