// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.yaml;

/**
 * Makes what stands in a file fit to be shown: one line, short, and nothing that moves a cursor.
 */
final class Quoted {
    private static final int MOST_SHOWN = 48;
    private static final String CUT = "...";

    private Quoted() {}

    /** One line, however long. */
    static String line(final String text) {
        final StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(character -> line.appendCodePoint(shown(character)));
        return line.toString();
    }

    /** One short line. */
    static String text(final String text) {
        final int cut =
                text.codePointCount(0, text.length()) <= MOST_SHOWN
                        ? text.length()
                        : text.offsetByCodePoints(0, MOST_SHOWN - CUT.length());
        return line(text.substring(0, cut)) + (cut < text.length() ? CUT : "");
    }

    private static int shown(final int character) {
        return switch (Character.getType(character)) {
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> ' ';
            case Character.CONTROL -> Character.isWhitespace(character) ? ' ' : '?';
            case Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> '?';
            default -> character;
        };
    }
}
