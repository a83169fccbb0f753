// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A cursor over records that libtracecmd keeps until the next one is asked for. */
final class NativeEvent implements TraceEvent {
    private final LibTraceEvent library;
    private final LongByReference number = new LongByReference();
    private final IntByReference length = new IntByReference();
    private Buffer buffer;
    private NativeRecord current;
    private NativeFormat format;

    NativeEvent(final LibTraceEvent library) {
        this.library = library;
    }

    void set(final Buffer itsBuffer, final NativeRecord itsRecord, final NativeFormat itsFormat) {
        buffer = itsBuffer;
        current = itsRecord;
        format = itsFormat;
    }

    /** The record goes: what is asked of it now is an exception, and no read of freed memory. */
    void leave() {
        current = null;
    }

    @Override
    public long timestamp() {
        return current.time();
    }

    @Override
    public int cpu() {
        return current.cpu();
    }

    @Override
    public int pid() {
        // tep_data_pid(3) looks beyond the end of a short record.
        final EventField field = format.format().field("common_pid");
        return field == null ? 0 : (int) getLong(field);
    }

    @Override
    public String comm() {
        final String name = library.tep_data_comm_from_pid(buffer.tep(), pid());
        return name == null ? "<...>" : name;
    }

    @Override
    public String buffer() {
        return buffer.name();
    }

    @Override
    public String system() {
        return format.format().system();
    }

    @Override
    public String name() {
        return format.format().name();
    }

    @Override
    public EventFormat format() {
        return format.format();
    }

    @Override
    public long getLong(final EventField field) {
        if (field.kind() != EventField.Kind.INTEGER || isCorrupt(field)) {
            return 0;
        }
        library.tep_read_number_field(format.field(field), current.data(), number);
        final int unused = Long.SIZE - Byte.SIZE * field.size();
        final long value = number.getValue();
        return field.isSigned() ? value << unused >> unused : value;
    }

    @Override
    public String getString(final EventField field) {
        if (isCorrupt(field)) {
            return CORRUPT;
        }
        return switch (field.kind()) {
            case INTEGER -> {
                final long value = getLong(field);
                yield field.isSigned() ? Long.toString(value) : Long.toUnsignedString(value);
            }
            case CHAR_ARRAY, DATA_LOC, REL_LOC -> text(raw(field));
            default ->
                    HexFormat.of()
                            .formatHex(current.data().getByteArray(field.offset(), field.size()));
        };
    }

    private static String text(final byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private byte[] raw(final EventField field) {
        final Pointer bytes = locate(field);
        return bytes == null ? new byte[0] : bytes.getByteArray(0, length.getValue());
    }

    private Pointer locate(final EventField field) {
        return library.tep_get_field_raw(
                null, format.event(), field.name(), current.pointer(), length, 0);
    }

    @Override
    public boolean isCorrupt(final EventField field) {
        if (field.offset() + field.size() > current.size()) {
            return true;
        }
        return switch (field.kind()) {
            case DATA_LOC, REL_LOC -> {
                final Pointer bytes = locate(field);
                final long from =
                        bytes == null
                                ? 0
                                : Pointer.nativeValue(bytes) - Pointer.nativeValue(current.data());
                yield bytes == null || from < 0 || from + length.getValue() > current.size();
            }
            default -> false;
        };
    }

    @Override
    public long lostBefore() {
        return current.lostBefore();
    }
}
