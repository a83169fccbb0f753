// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

/** Numbers given as options, with one line for each that is none or out of range. */
final class OptionNumber {
    private OptionNumber() {}

    /**
     * A decimal number in a range.
     *
     * @param option its name
     * @param text what was given, or null
     * @param least the least that is allowed
     * @param most the most
     * @param otherwise if nothing was given
     * @return the number
     * @throws IllegalArgumentException for anything else
     */
    static int in(
            final String option,
            final String text,
            final int least,
            final int most,
            final int otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            final int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (final NumberFormatException e) {
            // The same line for both.
        }
        throw new IllegalArgumentException(
                option + " must be in [" + least + ", " + most + "], not " + text);
    }

    /**
     * A hexadecimal number of at most 64 bits.
     *
     * @param option its name
     * @param text what was given, or null
     * @param otherwise if nothing was given
     * @return the number
     * @throws IllegalArgumentException for anything else
     */
    static long hex(final String option, final String text, final long otherwise) {
        if (text == null) {
            return otherwise;
        }
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        throw new IllegalArgumentException(
                option + " must be 0x and at most 16 hexadecimal digits, not " + text);
    }
}
