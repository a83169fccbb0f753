// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

/**
 * From the ring buffer's time stamps to those of the reader: cycles to nanoseconds (option
 * TSC2NSEC), then the shift of the options DATE and OFFSET.
 *
 * @param mult multiplier, 0 for no conversion
 * @param shift right shift of the 96-bit product, 0 or more
 * @param add nanoseconds to add at the end
 */
record TimeScale(long mult, int shift, long add) {
    /** Nothing to do. */
    static final TimeScale NONE = new TimeScale(0, 0, 0);

    long apply(final long stamp) {
        if (mult == 0) {
            return stamp + add;
        }
        return WideProduct.shifted(stamp, mult, shift) + add;
    }
}
