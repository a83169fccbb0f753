// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of event whose arguments are known: their names, which of them are text, and how the log
 * prints them. Immutable.
 */
final class QemuEvent {
    private static final Pattern PLACE = Pattern.compile("\\{([%$]?)(\\w+)\\}|( +)");
    private static final int RADIX = 16;
    private static final String HEX = "0x";
    private static final String RECORD_EVENT = "smmuv3_record_event";
    private static final String SMMU_PREFIX = "SMMU_EVT_";

    /** What {@code smmuv3_record_event} has behind its arguments. */
    private static final List<String> RECORD_EVENT_MORE = List.of("reason", "addr");

    /** As the architecture numbers what {@code smmuv3_record_event} names: Arm IHI 0070, 7.3. */
    private static final Map<String, Integer> SMMU_EVENTS =
            Map.ofEntries(
                    Map.entry("F_UUT", 0x01),
                    Map.entry("C_BAD_STREAMID", 0x02),
                    Map.entry("F_STE_FETCH", 0x03),
                    Map.entry("C_BAD_STE", 0x04),
                    Map.entry("F_BAD_ATS_TREQ", 0x05),
                    Map.entry("F_STREAM_DISABLED", 0x06),
                    Map.entry("F_TRANS_FORBIDDEN", 0x07),
                    Map.entry("C_BAD_SUBSTREAMID", 0x08),
                    Map.entry("F_CD_FETCH", 0x09),
                    Map.entry("C_BAD_CD", 0x0a),
                    Map.entry("F_WALK_EABT", 0x0b),
                    Map.entry("F_TRANSLATION", 0x10),
                    Map.entry("F_ADDR_SIZE", 0x11),
                    Map.entry("F_ACCESS", 0x12),
                    Map.entry("F_PERMISSION", 0x13),
                    Map.entry("F_TLB_CONFLICT", 0x20),
                    Map.entry("F_CFG_CONFLICT", 0x21),
                    Map.entry("E_PAGE_REQ", 0x24));

    /** How an argument is printed. */
    private enum Print {
        NUMBER("(0x[0-9a-f]{1,16}|-?\\d{1,18})"),
        BARE_HEX("([0-9a-f]{1,8})"),
        TEXT("(.{0,120}?)");

        private final String pattern;

        Print(final String pattern) {
            this.pattern = pattern;
        }

        static Print of(final String sign) {
            return switch (sign) {
                case "%" -> BARE_HEX;
                case "$" -> TEXT;
                default -> NUMBER;
            };
        }
    }

    private final String name;
    private final List<Print> arguments = new ArrayList<>();
    private final Pattern text;
    private final EventFormat format;

    /**
     * A kind of event.
     *
     * @param name its name
     * @param layout as in {@code events.txt}
     */
    QemuEvent(final String name, final String layout) {
        this.name = name;
        final List<String> fields = new ArrayList<>();
        final StringBuilder pattern = new StringBuilder();
        final Matcher place = PLACE.matcher(layout);
        int from = 0;
        while (place.find()) {
            pattern.append(literal(layout, from, place.start()));
            from = place.end();
            if (place.group(2) == null) {
                pattern.append("\\s*");
            } else {
                final Print print = Print.of(place.group(1));
                arguments.add(print);
                fields.add(place.group(2));
                pattern.append(print.pattern);
            }
        }
        pattern.append(literal(layout, from, layout.length()));
        text = Pattern.compile(pattern.toString());
        if (isRecordEvent()) {
            fields.addAll(RECORD_EVENT_MORE);
        }
        format = ValueEvent.format(QemuEvents.system(name), name, fields.toArray(String[]::new));
    }

    private static String literal(final String layout, final int from, final int to) {
        return from == to ? "" : Pattern.quote(layout.substring(from, to));
    }

    /** Whether it is the one that leaves its address out. */
    boolean isRecordEvent() {
        return name.equals(RECORD_EVENT);
    }

    int arguments() {
        return arguments.size();
    }

    boolean isText(final int argument) {
        return arguments.get(argument) == Print.TEXT;
    }

    /** Stands on an event of this kind, whose arguments are put in by {@link #put}. */
    void begin(final long time, final ValueEvent event) {
        event.begin(format, time);
    }

    /**
     * An argument that is a text.
     *
     * @param iova the address that QEMU has last said that it cannot translate, 0 for none
     */
    void put(final int argument, final String value, final long iova, final ValueEvent event) {
        event.put(argument, value);
        if (isRecordEvent()) {
            final String known =
                    value.startsWith(SMMU_PREFIX) ? value.substring(SMMU_PREFIX.length()) : value;
            event.put(arguments.size(), SMMU_EVENTS.getOrDefault(known, 0));
            event.put(arguments.size() + 1, iova);
        }
    }

    /**
     * Takes a line of the log, behind the name.
     *
     * @param line without blanks around it
     * @param iova as in {@link #put}
     * @return false if it does not look like one of this kind
     */
    boolean read(final String line, final long time, final long iova, final ValueEvent event) {
        final Matcher found = text.matcher(line);
        if (!found.matches()) {
            return false;
        }
        begin(time, event);
        for (int i = 0; i < arguments.size(); i++) {
            final String value = found.group(i + 1);
            switch (arguments.get(i)) {
                case TEXT -> put(i, value, iova, event);
                case BARE_HEX -> event.put(i, Long.parseLong(value, RADIX));
                case NUMBER -> event.put(i, number(value));
            }
        }
        return true;
    }

    /** A number of at most 16 digits in hex, or 18 in decimal. */
    static long number(final String value) {
        return value.startsWith(HEX)
                ? Long.parseUnsignedLong(value, HEX.length(), value.length(), RADIX)
                : Long.parseLong(value);
    }
}
