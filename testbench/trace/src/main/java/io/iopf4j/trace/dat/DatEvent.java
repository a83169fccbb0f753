// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.util.StringCache;
import java.util.HexFormat;

/** The cursor over the records of a trace.dat: looks at the page of the current stream. */
final class DatEvent implements TraceEvent {
    private final CommTable comms;
    private final StringCache strings = new StringCache();

    private CpuStream stream;
    private EventFormat pidFormat;
    private EventField pidField;

    DatEvent(final CommTable comms) {
        this.comms = comms;
    }

    void set(final CpuStream current) {
        stream = current;
    }

    @Override
    public long timestamp() {
        return stream.timestamp;
    }

    @Override
    public int cpu() {
        return stream.cpu;
    }

    @Override
    public int pid() {
        if (pidFormat != stream.format) {
            pidFormat = stream.format;
            pidField = pidFormat.field("common_pid");
        }
        return pidField == null ? 0 : (int) getLong(pidField);
    }

    @Override
    public String comm() {
        return comms.get(pid());
    }

    @Override
    public String buffer() {
        return stream.buffer;
    }

    @Override
    public String system() {
        return stream.format.system();
    }

    @Override
    public String name() {
        return stream.format.name();
    }

    @Override
    public EventFormat format() {
        return stream.format;
    }

    @Override
    public long lostBefore() {
        return stream.lost;
    }

    @Override
    public long getLong(final EventField field) {
        return field.kind() == EventField.Kind.INTEGER && stream.holds(field)
                ? stream.number(field)
                : 0;
    }

    @Override
    public boolean isCorrupt(final EventField field) {
        if (!stream.holds(field)) {
            return true;
        }
        return switch (field.kind()) {
            case DATA_LOC, REL_LOC -> !locates(field);
            default -> false;
        };
    }

    @Override
    public String getString(final EventField field) {
        if (isCorrupt(field)) {
            return CORRUPT;
        }
        final int at = stream.record + field.offset();
        return switch (field.kind()) {
            case INTEGER -> number(field);
            case DATA_LOC, REL_LOC -> string(stream.record + start(field), locatedLength(field));
            case CHAR_ARRAY -> string(at, field.size());
            default -> HexFormat.of().formatHex(stream.bytes, at, at + field.size());
        };
    }

    private String number(final EventField field) {
        final long value = stream.number(field);
        return field.isSigned() ? Long.toString(value) : Long.toUnsignedString(value);
    }

    private boolean locates(final EventField field) {
        return start(field) + locatedLength(field) <= stream.length;
    }

    /** Where a located string begins, bytes from the record's start. */
    private int start(final EventField field) {
        final int offset = stream.intAt(stream.record + field.offset()) & 0xffff;
        return field.kind() == EventField.Kind.REL_LOC
                ? offset + field.offset() + field.size()
                : offset;
    }

    private int locatedLength(final EventField field) {
        return stream.intAt(stream.record + field.offset()) >>> 16;
    }

    private String string(final int from, final int length) {
        int to = from;
        while (to < from + length && stream.bytes[to] != 0) {
            to++;
        }
        return strings.get(stream.bytes, from, to);
    }
}
