// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

/**
 * From the ring buffer's time stamps to those of the reader: cycles to nanoseconds (option
 * TSC2NSEC), then the shift of the options DATE and OFFSET.
 *
 * @param mult multiplier, 0 for no conversion
 * @param shift right shift of the 96-bit product
 * @param add nanoseconds to add at the end
 */
record TimeScale(long mult, int shift, long add) {
    /** Nothing to do. */
    static final TimeScale NONE = new TimeScale(0, 0, 0);

    long apply(final long stamp) {
        if (mult == 0) {
            return stamp + add;
        }
        final long low = stamp * mult;
        final long high = Math.multiplyHigh(stamp, mult) + (stamp < 0 ? mult : 0);
        final long scaled =
                shift == 0 ? low : shift < 64 ? (low >>> shift) | (high << (64 - shift)) : high;
        return scaled + add;
    }
}
