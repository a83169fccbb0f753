// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import java.util.IdentityHashMap;

/** An event's layout as libtraceevent has parsed it, and its fields by ours. */
final class NativeFormat {
    // struct tep_event and struct tep_format_field of event-parse.h, where pointers have 64 bits.
    private static final long EVENT_NAME = 8;
    private static final long EVENT_ID = 16;
    private static final long EVENT_COMMON_FIELDS = 32;
    private static final long EVENT_FIELDS = 40;
    private static final long EVENT_SYSTEM = 72;
    private static final long FIELD_NEXT = 0;
    private static final long FIELD_TYPE = 16;
    private static final long FIELD_NAME = 24;
    private static final long FIELD_OFFSET = 40;
    private static final long FIELD_SIZE = 44;
    private static final long FIELD_FLAGS = 56;

    private static final long IS_ARRAY = 1;
    private static final long IS_SIGNED = 4;
    private static final long IS_STRING = 8;
    private static final long IS_DYNAMIC = 16;
    private static final long IS_RELATIVE = 256;

    private final Pointer event;
    private final EventFormat format;
    private final IdentityHashMap<EventField, Pointer> natives = new IdentityHashMap<>();

    private NativeFormat(final Pointer event, final EventFormat format) {
        this.event = event;
        this.format = format;
    }

    static NativeFormat of(final Pointer event) {
        final NativeFormat made =
                new NativeFormat(
                        event,
                        new EventFormat(
                                text(event, EVENT_SYSTEM),
                                text(event, EVENT_NAME),
                                event.getInt(EVENT_ID)));
        made.add(event.getPointer(EVENT_COMMON_FIELDS));
        made.add(event.getPointer(EVENT_FIELDS));
        return made;
    }

    /** An id that the trace has no format for: it has what all events have. */
    static NativeFormat unknown(final int id, final Pointer other) {
        final NativeFormat made = new NativeFormat(null, new EventFormat("", "unknown_" + id, id));
        if (other != null) {
            made.add(other.getPointer(EVENT_COMMON_FIELDS));
        }
        return made;
    }

    private static String text(final Pointer struct, final long at) {
        final Pointer text = struct.getPointer(at);
        return text == null ? "" : text.getString(0, "UTF-8");
    }

    private void add(final Pointer first) {
        for (Pointer field = first; field != null; field = field.getPointer(FIELD_NEXT)) {
            final long flags = field.getLong(FIELD_FLAGS);
            final int size = field.getInt(FIELD_SIZE);
            final EventField ours =
                    new EventField(
                            text(field, FIELD_NAME),
                            text(field, FIELD_TYPE),
                            kind(flags, size),
                            field.getInt(FIELD_OFFSET),
                            size,
                            (flags & IS_SIGNED) != 0);
            format.add(ours);
            natives.put(ours, field);
        }
    }

    private static EventField.Kind kind(final long flags, final int size) {
        final boolean isString = (flags & IS_STRING) != 0;
        if ((flags & IS_RELATIVE) != 0) {
            return isString ? EventField.Kind.REL_LOC : EventField.Kind.OPAQUE;
        }
        if ((flags & IS_DYNAMIC) != 0) {
            return isString ? EventField.Kind.DATA_LOC : EventField.Kind.OPAQUE;
        }
        if ((flags & IS_ARRAY) != 0) {
            return isString ? EventField.Kind.CHAR_ARRAY : EventField.Kind.OPAQUE;
        }
        final boolean isNumber = size == 1 || size == 2 || size == 4 || size == 8;
        return isNumber ? EventField.Kind.INTEGER : EventField.Kind.OPAQUE;
    }

    /** The {@code struct tep_event}, null if there is none. */
    Pointer event() {
        return event;
    }

    EventFormat format() {
        return format;
    }

    /** The {@code struct tep_format_field} of a field of {@link #format()}. */
    Pointer field(final EventField field) {
        return natives.get(field);
    }
}
