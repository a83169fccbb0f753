// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** The fields that lines of one event have shown so far, by number. */
final class TextFormat {
    /** More fields than any event prints; a bound for lines that are no events. */
    static final int FIELDS_MAX = 64;

    /** Where the printed name differs from the field's. */
    private static final Map<String, String> FIELD_OF_PRINTED = Map.of("groupID", "gid");

    final EventFormat format;

    /** How values without a name are found, or null. */
    final TextPatterns.Shape shape;

    private final byte[][] printed = new byte[FIELDS_MAX][];
    private int count;
    private int expected;

    TextFormat(final String name) {
        final int colon = name.indexOf(':');
        format =
                new EventFormat(
                        name.substring(0, Math.max(colon, 0)), name.substring(colon + 1), -1);
        shape = TextPatterns.of(format.name());
    }

    void startLine() {
        expected = 0;
    }

    /** The number of the field printed under these bytes; new ones are added. -1 if too many. */
    int number(final byte[] bytes, final int from, final int to) {
        if (expected < count && is(expected, bytes, from, to)) {
            return expected++; // lines of one event print the same fields in the same order
        }
        for (int i = 0; i < count; i++) {
            if (is(i, bytes, from, to)) {
                expected = i + 1;
                return i;
            }
        }
        if (count == FIELDS_MAX) {
            return -1;
        }
        printed[count] = Arrays.copyOfRange(bytes, from, to);
        final String name = new String(printed[count], StandardCharsets.ISO_8859_1);
        format.add(
                new EventField(
                        FIELD_OF_PRINTED.getOrDefault(name, name),
                        "",
                        EventField.Kind.TEXT,
                        count,
                        0,
                        false));
        expected = count + 1;
        return count++;
    }

    private boolean is(final int field, final byte[] bytes, final int from, final int to) {
        return Arrays.equals(printed[field], 0, printed[field].length, bytes, from, to);
    }
}
