// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of a range, in rising order. Written as {@code A..B}, all of numbers or all of times:
 * each number if there are at most {@value #MOST_SINGLE}, else and for times each twice as large as
 * the one before; {@code A..B+S} in steps of S; {@code A..B*F} each F times the one before; or
 * {@code {A,B,C}} just these. B is always among the values, whether a step meets it or not.
 *
 * @param text as it was written
 * @param isOfTimes whether its values are times
 * @param values at least one, no two the same
 */
public record Range(String text, boolean isOfTimes, List<Value> values) {
    /** More values than these are no range that anybody waits for. */
    public static final int MOST_VALUES = 4096;

    private static final int MOST_SINGLE = 64;
    private static final long DOUBLED = 2;
    private static final long MOST_FACTOR = 1_000_000;
    private static final long MOST_NS = 24 * 3_600_000_000_000L;
    private static final String DOTS = "..";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ns|us|ms|s|m)");
    private static final Pattern ENDS = Pattern.compile("([^+*]*)(?:([+*])(.*))?");

    private static final String FORMS = "A..B, A..B+STEP, A..B*FACTOR or {A,B,C}";

    /** Keeps the list. */
    public Range {
        values = List.copyOf(values);
    }

    /**
     * Whether a word is meant as a range.
     *
     * @param text any text
     * @return it has two dots in it, or a brace
     */
    public static boolean isMeantBy(final String text) {
        return text.contains(DOTS) || text.contains("{") || text.contains("}");
    }

    /**
     * Reads a range.
     *
     * @param text as above
     * @return its values
     * @throws IllegalArgumentException in one line that names the range and what is expected
     */
    public static Range parse(final String text) {
        return text.startsWith("{") ? list(text) : span(text, false);
    }

    /**
     * Reads a range of numbers that double unless it says otherwise, as sizes of queues do.
     *
     * @param text as above
     * @return its values
     * @throws IllegalArgumentException in one line that names the range and what is expected
     */
    public static Range parseDoubling(final String text) {
        return text.startsWith("{") ? list(text) : span(text, true);
    }

    private static Range list(final String text) {
        if (!text.endsWith("}")) {
            throw wrong(text, "must be " + FORMS);
        }
        final SortedMap<Long, Value> values = new TreeMap<>();
        Boolean areTimes = null;
        for (final String word : text.substring(1, text.length() - 1).split(",", -1)) {
            final long number = number(text, word);
            final boolean isTime = isTime(word);
            if (areTimes != null && areTimes != isTime) {
                throw wrong(text, "must be numbers or times, not both");
            }
            areTimes = isTime;
            if (values.put(number, value(number, isTime)) != null) {
                throw wrong(text, word + " is in it twice");
            }
        }
        return new Range(text, areTimes, List.copyOf(values.values()));
    }

    private static Range span(final String text, final boolean doubles) {
        final int dots = text.indexOf(DOTS);
        if (dots < 0) {
            throw wrong(text, "must be " + FORMS);
        }
        final String first = text.substring(0, dots);
        final Matcher rest = ENDS.matcher(text.substring(dots + DOTS.length()));
        if (!rest.matches() || first.isEmpty() || rest.group(1).isEmpty()) {
            throw wrong(text, "must be " + FORMS);
        }
        final long from = number(text, first);
        final long to = number(text, rest.group(1));
        if (isTime(first) != isTime(rest.group(1))) {
            throw wrong(text, "must be of numbers or of times, not both");
        }
        if (from > to) {
            throw wrong(text, "its end is below its start");
        }
        final Steps steps = steps(text, isTime(first), from, to, doubles, rest);
        return new Range(text, isTime(first), steps.values(text, from, to, isTime(first)));
    }

    private static Steps steps(
            final String text,
            final boolean isTime,
            final long from,
            final long to,
            final boolean doubles,
            final Matcher rest) {
        if ("+".equals(rest.group(2))) {
            final long step = number(text, rest.group(3));
            if (step == 0 || isTime != isTime(rest.group(3))) {
                throw wrong(
                        text,
                        "its step must be a "
                                + (isTime ? "time" : "number")
                                + " above 0, not '"
                                + rest.group(3)
                                + "'");
            }
            return new Steps(step, 1);
        }
        if ("*".equals(rest.group(2))) {
            final String factor = rest.group(3);
            if (!NUMBER.matcher(factor).matches()
                    || Long.parseLong(factor) < DOUBLED
                    || Long.parseLong(factor) > MOST_FACTOR) {
                throw wrong(
                        text,
                        "its factor must be in [2, " + MOST_FACTOR + "], not '" + factor + "'");
            }
            return new Steps(0, Long.parseLong(factor));
        }
        return !isTime && !doubles && to - from < MOST_SINGLE
                ? new Steps(1, 1)
                : new Steps(0, DOUBLED);
    }

    private static long number(final String text, final String word) {
        if (NUMBER.matcher(word).matches()) {
            return Long.parseLong(word);
        }
        final Matcher time = TIME.matcher(word);
        if (time.matches()) {
            final long units = Long.parseLong(time.group(1));
            if (units <= MOST_NS / unitNs(time.group(2))) {
                return units * unitNs(time.group(2));
            }
        }
        throw wrong(
                text,
                "'"
                        + word
                        + "' is no number of at most 9 digits such as 16, nor a time of at most"
                        + " 1440m such as 10ms");
    }

    /**
     * Reads a time as policies write it.
     *
     * @param word such as {@code 10ms}
     * @return nanoseconds, at most 24 hours
     * @throws IllegalArgumentException in one line that names the word and what is expected
     */
    public static long timeNs(final String word) {
        if (!isTime(word)) {
            throw wrong(word, "must be a time such as 500us, 20ms, 10s or 2m");
        }
        return number(word, word);
    }

    private static boolean isTime(final String word) {
        return !NUMBER.matcher(word).matches();
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

    private static Value value(final long number, final boolean isTime) {
        return isTime ? Value.ofTime(number) : Value.ofNumber(number);
    }

    private static IllegalArgumentException wrong(final String text, final String what) {
        return new IllegalArgumentException("'" + text + "': " + what);
    }

    private record Steps(long add, long factor) {
        List<Value> values(
                final String text, final long from, final long to, final boolean areTimes) {
            if (factor > 1 && from == 0 && to > 0) {
                throw wrong(text, "nothing doubles from 0; give a step, as 0..100ms+10ms");
            }
            final SortedMap<Long, Value> values = new TreeMap<>();
            for (long at = from; at < to; at = at * factor + add) {
                final Value value = value(at, areTimes);
                values.put(value.number(), value);
                if (values.size() >= MOST_VALUES) {
                    throw wrong(text, "it has more than " + MOST_VALUES + " values");
                }
                if (at > (to - add) / factor) {
                    break;
                }
            }
            values.put(to, value(to, areTimes));
            return List.copyOf(values.values());
        }
    }
}
