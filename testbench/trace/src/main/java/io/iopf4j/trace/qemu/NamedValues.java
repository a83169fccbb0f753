// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes lines of events that nobody knows: the text as it is, and each number in it that is printed
 * as {@code name=value} or {@code name:value}, the first of a name.
 */
final class NamedValues {
    private static final String TEXT = "text";
    private static final int FIELDS_MAX = 16;

    /** A file that makes up names cannot fill the memory. */
    private static final int FORMATS_MAX = 4096;

    /** Not part of a device's address such as {@code 0000:1f.0}. */
    private static final Pattern NAMED =
            Pattern.compile(
                    "(?<![\\w.:])([A-Za-z_][\\w.]{0,31})\\s?[=:]\\s?"
                            + "(0x[0-9a-f]{1,16}|-?\\d{1,18})(?![\\w.:])");

    private final Map<List<String>, EventFormat> formats = new HashMap<>();

    /**
     * Takes a line.
     *
     * @param name the event's
     * @param line behind the name
     * @return false if there are too many kinds of events
     */
    boolean read(final String name, final String line, final long time, final ValueEvent event) {
        final List<String> key = new ArrayList<>();
        final List<String> values = new ArrayList<>();
        key.add(name);
        key.add(TEXT);
        final Matcher named = NAMED.matcher(line);
        while (values.size() < FIELDS_MAX && named.find()) {
            final String field = named.group(1).replace('.', '_');
            if (key.lastIndexOf(field) < 1) {
                key.add(field);
                values.add(named.group(2));
            }
        }
        EventFormat format = formats.get(key);
        if (format == null) {
            if (formats.size() == FORMATS_MAX) {
                return false;
            }
            format =
                    ValueEvent.format(
                            QemuEvents.system(name),
                            name,
                            key.subList(1, key.size()).toArray(String[]::new));
            formats.put(key, format);
        }
        event.begin(format, time).put(0, line);
        for (int i = 0; i < values.size(); i++) {
            event.put(i + 1, QemuEvent.number(values.get(i)));
        }
        return true;
    }
}
