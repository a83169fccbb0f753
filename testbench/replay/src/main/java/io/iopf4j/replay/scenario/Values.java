// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of a scenario file: times, rates, numbers, names. */
final class Values {
    /** An hour: more than any run takes, and far from where nanoseconds end. */
    static final long MOST_NS = 3_600_000_000_000L;

    private static final Map<String, Long> UNITS = units();
    private static final Pattern TIME = Pattern.compile("(\\d{1,13}(?:\\.\\d{1,9})?)([a-z]+)");
    private static final Pattern RATE = Pattern.compile("(\\d{1,12})/([a-z]+)");
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,18}");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{1,15}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,31}");
    private static final int MOST_NAMES_SHOWN = 8;

    private Values() {}

    private static Map<String, Long> units() {
        final Map<String, Long> units = new LinkedHashMap<>();
        units.put("ns", 1L);
        units.put("us", 1_000L);
        units.put("ms", 1_000_000L);
        units.put("s", 1_000_000_000L);
        units.put("min", 60_000_000_000L);
        return units;
    }

    /** A time in [0, 1 hour], in nanoseconds. */
    static long time(final YamlNode node) throws YamlException {
        final String expected = "a time of at most 60min, such as 500us, 20ms or 2s";
        final Matcher matcher = TIME.matcher(node.text(expected));
        if (!matcher.matches() || !UNITS.containsKey(matcher.group(2))) {
            throw node.expected(expected);
        }
        final BigDecimal ns =
                new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(UNITS.get(matcher.group(2))));
        if (ns.compareTo(BigDecimal.valueOf(MOST_NS)) > 0) {
            throw node.expected(expected);
        }
        return ns.longValue();
    }

    /** A time at which something happens: before the run ends. */
    static long timeBefore(final YamlNode node, final long endNs) throws YamlException {
        final long ns = time(node);
        if (ns >= endNs) {
            throw node.expected("a time before the run ends");
        }
        return ns;
    }

    static long time(final YamlMap map, final String key, final long otherwise)
            throws YamlException {
        final YamlNode node = map.get(key);
        return node == null ? otherwise : time(node);
    }

    /** How many, and in how many nanoseconds. */
    record Rate(long count, long perNs) {}

    static Rate rate(final YamlNode node) throws YamlException {
        final String expected = "a rate such as 1000/s or 20/ms";
        final Matcher matcher = RATE.matcher(node.text(expected));
        if (!matcher.matches() || !UNITS.containsKey(matcher.group(2))) {
            throw node.expected(expected);
        }
        final Rate rate = new Rate(Long.parseLong(matcher.group(1)), UNITS.get(matcher.group(2)));
        if (rate.count() == 0) {
            throw node.expected(expected);
        }
        return rate;
    }

    /** A number, decimal or with 0x. */
    static long number(final YamlNode node, final long least, final long most)
            throws YamlException {
        final String expected = "a number in [" + least + ", " + most + "]";
        final String text = node.text(expected);
        final long number;
        if (DECIMAL.matcher(text).matches()) {
            number = Long.parseLong(text);
        } else if (HEX.matcher(text).matches()) {
            number = Long.parseLong(text.substring(2), 16);
        } else {
            throw node.expected(expected);
        }
        if (number < least || number > most) {
            throw node.expected(expected);
        }
        return number;
    }

    /** Any number of 64 bits. */
    static long integer(final YamlNode node) throws YamlException {
        final String expected = "a whole number of 64 bits";
        try {
            return Long.parseLong(node.text(expected));
        } catch (final NumberFormatException e) {
            throw node.expected(expected);
        }
    }

    static int number(
            final YamlMap map,
            final String key,
            final int least,
            final int most,
            final int otherwise)
            throws YamlException {
        final YamlNode node = map.get(key);
        return node == null ? otherwise : (int) number(node, least, most);
    }

    static boolean yes(final YamlMap map, final String key) throws YamlException {
        final YamlNode node = map.get(key);
        return node != null && "true".equals(node.word(List.of("true", "false")));
    }

    static String word(final YamlMap map, final String key, final List<String> words)
            throws YamlException {
        final YamlNode node = map.get(key);
        return node == null ? words.get(0) : node.word(words);
    }

    static boolean isNumber(final YamlNode node) throws YamlException {
        return node.isText() && DECIMAL.matcher(node.text("a number")).matches();
    }

    static String name(final YamlNode node) throws YamlException {
        final String expected = "a name of at most 32 letters, digits and . _ : -";
        final String name = node.text(expected);
        if (!NAME.matcher(name).matches()) {
            throw node.expected(expected);
        }
        return name;
    }

    /** Some names for a message, which must stay a line. */
    static String some(final Collection<String> names) {
        final List<String> shown = names.stream().limit(MOST_NAMES_SHOWN).toList();
        return String.join(", ", shown) + (names.size() > shown.size() ? ", ..." : "");
    }
}
