// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

/** Products of unsigned 64-bit numbers, which clocks are scaled by, without loss at the top. */
final class WideProduct {
    private WideProduct() {}

    /**
     * Multiplies to 128 bits and shifts right.
     *
     * @param a unsigned
     * @param b unsigned
     * @param shift bits, 0 or more; 0 comes out from 128 on
     * @return the low 64 bits of the shifted product
     */
    static long shifted(final long a, final long b, final int shift) {
        final long low = a * b;
        if (shift == 0) {
            return low;
        }
        final long high = Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
        if (shift < 64) {
            return (low >>> shift) | (high << (64 - shift));
        }
        return shift < 128 ? high >>> (shift - 64) : 0;
    }
}
