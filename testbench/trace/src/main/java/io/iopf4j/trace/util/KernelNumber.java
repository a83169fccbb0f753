// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.nio.charset.StandardCharsets;

/** Numbers as the kernel prints them. */
public final class KernelNumber {
    private static final int LENGTH_MAX = 20;

    private KernelNumber() {}

    /**
     * A number of a text.
     *
     * @param text any
     * @return as {@link #of(byte[], int, int)}
     */
    public static long of(final String text) {
        if (text.length() > LENGTH_MAX) {
            return 0;
        }
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    /**
     * A number in decimal or, after {@code 0x}, in hexadecimal, signed or not.
     *
     * @param bytes where it stands
     * @param from the first
     * @param to behind the last
     * @return its low 64 bits; 1 for a flag's letter, 0 for all else
     */
    public static long of(final byte[] bytes, final int from, final int to) {
        if (to - from == 1 && bytes[from] >= 'a' && bytes[from] <= 'z') {
            return 1;
        }
        int i = from;
        final boolean negative = i < to && bytes[i] == '-';
        if (negative) {
            i++;
        }
        final boolean hex = to - i > 2 && bytes[i] == '0' && bytes[i + 1] == 'x';
        if (hex) {
            i += 2;
        }
        final int radix = hex ? 16 : 10;
        if (i == to || to - i > LENGTH_MAX) {
            return 0;
        }
        long value = 0;
        for (; i < to; i++) {
            final int digit = Character.digit(bytes[i], radix);
            if (digit < 0) {
                return 0;
            }
            value = radix * value + digit;
        }
        return negative ? -value : value;
    }
}
