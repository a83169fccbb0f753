// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventField.Kind;
import io.iopf4j.trace.EventFormat;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tracefs {@code format} file of an event. */
final class FormatText {
    private static final Pattern NAME = Pattern.compile("(?m)^name:\\s*(\\S+)");
    private static final Pattern ID = Pattern.compile("(?m)^ID:\\s*(\\d{1,9})");
    private static final Pattern FIELD =
            Pattern.compile(
                    "(?m)^\\s*field[^:;\\n]*:([^;\\n]*);\\s*offset:(\\d{1,7});\\s*size:(\\d{1,7});"
                            + "(?:\\s*signed:(\\d);)?");
    private static final Pattern DECLARATION =
            Pattern.compile("^(.*?)(\\w+)\\s*((?:\\[[^\\]]*\\])*)$");

    private FormatText() {}

    /** The event's id, or -1 if the text has none. */
    static int id(final byte[] text) {
        // The id stands in the second line; the rest need not be decoded to find it.
        final int length = Math.min(text.length, 512);
        final Matcher id = ID.matcher(new String(text, 0, length, StandardCharsets.ISO_8859_1));
        return id.find() ? Integer.parseInt(id.group(1)) : -1;
    }

    /** The whole layout; what cannot be read in it is left out. */
    static EventFormat parse(final String system, final int id, final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        final Matcher name = NAME.matcher(text);
        final EventFormat format =
                new EventFormat(system, name.find() ? name.group(1) : "unnamed_" + id, id);
        final Matcher field = FIELD.matcher(text);
        while (field.find()) {
            final EventField parsed =
                    field(
                            field.group(1).trim(),
                            Integer.parseInt(field.group(2)),
                            Integer.parseInt(field.group(3)),
                            field.group(4));
            if (parsed != null) {
                format.add(parsed);
            }
        }
        return format;
    }

    private static EventField field(
            final String declaration, final int offset, final int size, final String sign) {
        final Matcher parts = DECLARATION.matcher(declaration);
        if (!parts.matches()) {
            return null;
        }
        final String type = parts.group(1).trim();
        final boolean array = !parts.group(3).isEmpty();
        final boolean signed = sign == null ? isSigned(type) : sign.equals("1");
        return new EventField(parts.group(2), type, kind(type, array, size), offset, size, signed);
    }

    private static Kind kind(final String type, final boolean array, final int size) {
        final boolean chars = type.matches(".*\\bchar\\b.*");
        if (type.startsWith("__data_loc")) {
            return chars && size == 4 ? Kind.DATA_LOC : Kind.OPAQUE;
        }
        if (type.startsWith("__rel_loc")) {
            return chars && size == 4 ? Kind.REL_LOC : Kind.OPAQUE;
        }
        if (array || type.endsWith("]")) {
            return chars ? Kind.CHAR_ARRAY : Kind.OPAQUE;
        }
        return size == 1 || size == 2 || size == 4 || size == 8 ? Kind.INTEGER : Kind.OPAQUE;
    }

    /** Kernels before 2.6.32 do not say; C does. */
    private static boolean isSigned(final String type) {
        return type.matches("(?:signed |const )*(?:char|short|int|long|long long|pid_t|s\\d+)");
    }
}
