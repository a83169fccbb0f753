// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

/** Text of a file on its way to a terminal. */
public final class OneLine {
    private OneLine() {}

    /**
     * Takes out what would start a line or command a terminal.
     *
     * @param text any
     * @return the text, each control character replaced by a dot
     */
    public static String of(final String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        final StringBuilder clean = new StringBuilder(text);
        for (int i = 0; i < clean.length(); i++) {
            if (Character.isISOControl(clean.charAt(i))) {
                clean.setCharAt(i, '.');
            }
        }
        return clean.toString();
    }
}
