// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import java.io.IOException;

/** Reads a word of a line as bytes: hexadecimal or base 64. */
final class BlockReader {
    private static final String BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private BlockReader() {}

    /** Two digits a byte, after 0x. */
    static void hex(final LineReader line, final Block block)
            throws IOException, BadCommandException {
        line.beginWord();
        final int zero = line.next();
        final int x = line.next();
        if (zero != '0' || (x != 'x' && x != 'X')) {
            throw new BadCommandException("data must begin with 0x");
        }
        for (int high = line.next(); high >= 0; high = line.next()) {
            block.add(digit(high) << 4 | digit(line.next()));
        }
        block.checkWhole();
    }

    private static int digit(final int ascii) throws BadCommandException {
        final int digit = ascii < 0 || ascii > 'f' ? -1 : Character.digit((char) ascii, 16);
        if (digit < 0) {
            throw new BadCommandException("data must be two hexadecimal digits a byte");
        }
        return digit;
    }

    /** RFC 4648, section 4; the padding may be left out. */
    static void base64(final LineReader line, final Block block)
            throws IOException, BadCommandException {
        line.beginWord();
        int chars = 0;
        int padding = 0;
        int bits = 0;
        for (int next = line.next(); next >= 0; next = line.next()) {
            if (next == '=') {
                padding++;
                continue;
            }
            final int digit = BASE64.indexOf(next);
            if (digit < 0 || padding > 0) {
                throw new BadCommandException("data is not base 64");
            }
            bits = bits << 6 | digit;
            chars = (chars + 1) % 4;
            switch (chars) {
                case 2 -> block.add(bits >>> 4);
                case 3 -> block.add(bits >>> 2);
                case 0 -> block.add(bits);
                default -> {}
            }
        }
        if (chars == 1 || (padding > 0 && (chars + padding) != 4)) {
            throw new BadCommandException("data is not base 64");
        }
        block.checkWhole();
    }
}
