// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that was recorded, decoded: a register that was written, a command, an event, a fault,
 * an access. Its name and fields are those of the specification or the kernel.
 */
public final class Entry {
    private static final int LARGEST_DECIMAL = 9;

    private final long timeNs;
    private final String name;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Entry(final long timeNs, final String name) {
        this.timeNs = timeNs;
        this.name = name;
    }

    Entry with(final String field, final long value) {
        fields.put(field, value);
        return this;
    }

    Entry with(final String field, final String value) {
        fields.put(field, value);
        return this;
    }

    /** The same where there is something to say. */
    Entry withIf(final boolean isThere, final String field, final long value) {
        return isThere ? with(field, value) : this;
    }

    /**
     * When it was seen.
     *
     * @return virtual nanoseconds since the machine's start
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * What it is.
     *
     * @return a name such as {@code CMD_RESUME}
     */
    public String name() {
        return name;
    }

    /**
     * Whether it has a field.
     *
     * @param field the field's name
     * @return false where it does not apply, such as SubstreamID of an access without
     */
    public boolean has(final String field) {
        return fields.containsKey(field);
    }

    /**
     * A field's number.
     *
     * @param field the field's name, such as {@code STAG}
     * @return its value, zero-extended
     * @throws IllegalArgumentException if there is no such field, or it is no number
     */
    public long number(final String field) {
        if (get(field) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException(field + " of " + this + " is no number");
    }

    /**
     * A field's text.
     *
     * @param field the field's name, such as {@code device}
     * @return its value as a report shows it
     * @throws IllegalArgumentException if there is no such field
     */
    public String text(final String field) {
        return shown(get(field));
    }

    private Object get(final String field) {
        final Object value = fields.get(field);
        if (value == null) {
            throw new IllegalArgumentException(
                    name + " has no field " + field + " here; it has " + fields.keySet());
        }
        return value;
    }

    static String shown(final Object value) {
        if (value instanceof Long number) {
            return number >= 0 && number <= LARGEST_DECIMAL
                    ? number.toString()
                    : "0x" + Long.toHexString(number);
        }
        return value.toString();
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name);
        fields.forEach(
                (field, value) -> text.append(' ').append(field).append('=').append(shown(value)));
        return text.toString();
    }
}
