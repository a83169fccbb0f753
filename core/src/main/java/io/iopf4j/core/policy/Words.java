// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and times as the command line writes them. */
final class Words {
    private static final int MAX_NUMBER = 1_000_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ns|us|ms|s|m)");
    private static final long MAX_TIME_NS = 24 * 3_600_000_000_000L;

    private Words() {}

    /** A number as a policy's parameter; {@code or} says what else may stand there. */
    static int number(
            final String policy, final String text, final String letter, final String or) {
        final int value = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (value < 1 || value > MAX_NUMBER) {
            throw new IllegalArgumentException(
                    policy
                            + "="
                            + text
                            + ": "
                            + letter
                            + " must be in [1, "
                            + MAX_NUMBER
                            + "]"
                            + or);
        }
        return value;
    }

    /** A time as a policy's parameter, in ns. */
    static long timeNs(final String policy, final String text) {
        final Matcher matcher = TIME.matcher(text);
        final long units = matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
        final long unitNs = matcher.matches() ? unitNs(matcher.group(2)) : 1;
        if (units < 1 || units > MAX_TIME_NS / unitNs) {
            throw new IllegalArgumentException(
                    policy
                            + "="
                            + text
                            + ": D must be a time like 500us, 20ms, 10s or 2m, at most 1440m");
        }
        return units * unitNs;
    }

    private static long unitNs(final String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            default -> 60_000_000_000L;
        };
    }
}
