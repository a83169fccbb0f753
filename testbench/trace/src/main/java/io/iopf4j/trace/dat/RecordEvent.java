// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.util.StringCache;
import java.util.HexFormat;

/**
 * A cursor over raw records: decodes their fields by the formats of the kernel that wrote them. One
 * thread.
 */
public abstract class RecordEvent implements TraceEvent {
    private final StringCache strings = new StringCache();
    private RawRecord raw;

    /** A cursor on nothing. */
    protected RecordEvent() {}

    /**
     * Goes to a record.
     *
     * @param current what its fields are read from, until the next call
     */
    protected final void setRecord(final RawRecord current) {
        raw = current;
    }

    /**
     * The thread that the record itself names.
     *
     * @return its {@code common_pid}, 0 if it has none
     */
    protected final int commonPid() {
        final EventField pid = format().commonPid();
        return pid == null ? 0 : (int) getLong(pid);
    }

    @Override
    public final String system() {
        return format().system();
    }

    @Override
    public final String name() {
        return format().name();
    }

    @Override
    public final long getLong(final EventField field) {
        return field.kind() == EventField.Kind.INTEGER && raw.holds(field) ? raw.number(field) : 0;
    }

    @Override
    public final boolean isCorrupt(final EventField field) {
        return !raw.holds(field) || (isLocated(field) && !locates(field));
    }

    @Override
    public final String getString(final EventField field) {
        if (isCorrupt(field)) {
            return CORRUPT;
        }
        final int at = raw.record + field.offset();
        return switch (field.kind()) {
            case INTEGER -> number(field);
            case DATA_LOC, REL_LOC -> located(raw.record + start(field), locatedLength(field));
            case CHAR_ARRAY -> string(at, field.size());
            default -> HexFormat.of().formatHex(raw.bytes, at, at + field.size());
        };
    }

    /** Most have a NUL at their end and no other: then what is before it is known, and has none. */
    private String located(final int from, final int length) {
        final int last = from + length - 1;
        if (length > 0 && raw.bytes[last] == 0) {
            final String known = strings.find(raw.bytes, from, last);
            if (known != null) {
                return known;
            }
        }
        return string(from, length);
    }

    private String number(final EventField field) {
        final long value = raw.number(field);
        return field.isSigned() ? Long.toString(value) : Long.toUnsignedString(value);
    }

    private static boolean isLocated(final EventField field) {
        return field.kind() == EventField.Kind.DATA_LOC || field.kind() == EventField.Kind.REL_LOC;
    }

    private boolean locates(final EventField field) {
        return start(field) + locatedLength(field) <= raw.length;
    }

    /** Where a located string begins, bytes from the record's start. */
    private int start(final EventField field) {
        final int offset = raw.intAt(raw.record + field.offset()) & 0xffff;
        return field.kind() == EventField.Kind.REL_LOC
                ? offset + field.offset() + field.size()
                : offset;
    }

    private int locatedLength(final EventField field) {
        return raw.intAt(raw.record + field.offset()) >>> 16;
    }

    private String string(final int from, final int length) {
        int to = from;
        while (to < from + length && raw.bytes[to] != 0) {
            to++;
        }
        return strings.get(raw.bytes, from, to);
    }
}
