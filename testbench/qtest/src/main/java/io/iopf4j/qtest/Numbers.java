// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/** Numbers of the protocol: decimal, or hexadecimal after 0x, of 64 bits without sign. */
final class Numbers {
    private Numbers() {}

    /**
     * Reads one.
     *
     * @param word digits, no sign
     * @return 64 bits
     */
    static long parse(final String word) throws BadCommandException {
        final boolean isHex = word.startsWith("0x") || word.startsWith("0X");
        final String digits = isHex ? word.substring(2) : word;
        try {
            if (digits.isEmpty() || digits.charAt(0) == '+') {
                throw bad(word);
            }
            return Long.parseUnsignedLong(digits, isHex ? 16 : 10);
        } catch (final NumberFormatException e) {
            throw bad(word);
        }
    }

    private static BadCommandException bad(final String word) {
        return new BadCommandException("'" + printable(word) + "' is no number of 64 bits");
    }

    /** What a client sent, fit to be sent back. */
    static String printable(final String word) {
        final String shown = word.length() > 40 ? word.substring(0, 40) + "..." : word;
        return shown.replaceAll("[^ -~]", "?");
    }
}
