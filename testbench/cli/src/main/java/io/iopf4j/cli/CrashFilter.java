// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds where a JVM that crashes begins to write about it: that goes to standard output, into the
 * midst of what is there, and no option sends it elsewhere.
 */
final class CrashFilter {
    private static final List<String> BEGINNINGS =
            List.of(
                    "#\n# A fatal error has been detected by the Java Runtime Environment:\n",
                    "#\n# There is insufficient memory for the Java Runtime Environment to"
                            + " continue.\n");

    /** Each byte a character: what may be a beginning and is cut off. */
    private String held = "";

    private boolean isCrashing;

    CrashFilter() {}

    /** Takes the next bytes; gives those that belong to the command. */
    byte[] pass(final byte[] bytes, final int count) {
        if (isCrashing) {
            return new byte[0];
        }
        final String text = held + new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
        final int begin = begin(text);
        held = text.substring(begin);
        isCrashing = BEGINNINGS.stream().anyMatch(held::startsWith);
        return text.substring(0, begin).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Where a beginning is, whole or cut off by the text's end. */
    private static int begin(final String text) {
        for (int at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
            for (final String beginning : BEGINNINGS) {
                final int length = Math.min(beginning.length(), text.length() - at);
                if (text.regionMatches(at, beginning, 0, length)) {
                    return at;
                }
            }
        }
        return text.length();
    }

    /** At the end: what was held back and is no beginning after all. */
    byte[] rest() {
        return isCrashing ? new byte[0] : held.getBytes(StandardCharsets.ISO_8859_1);
    }
}
