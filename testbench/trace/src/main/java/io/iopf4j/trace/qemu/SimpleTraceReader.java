// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.input.ValueEvent;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads records of {@code trace/simple.c}, version 4, as QEMU 2.10 and later write them. A file
 * names its events, but not what their arguments are: {@link Arguments} says what becomes of them.
 */
final class SimpleTraceReader extends InputReader {
    private static final String FORMAT = "simpletrace";
    private static final int VERSION = 4;
    private static final int HEADER = 24;
    private static final long MAPPING = 0;
    private static final long EVENT = 1;
    private static final long DROPPED = -2;

    /** Id, time, length and process. */
    private static final int RECORD_HEADER = 24;

    private static final int RECORD_MAX = 1 << 16;
    private static final int NAME_MAX = 512;
    private static final Pattern NAME = Pattern.compile("\\w+");
    private static final int EVENTS_MAX = 1 << 16;

    private final DataInputStream in;
    private final ByteBuffer buffer = ByteBuffer.allocate(RECORD_MAX);
    private final Map<Long, String> names = new HashMap<>();
    private final ValueEvent event = new ValueEvent();
    private final Arguments arguments;
    private final TraceInfo info;
    private long offset = HEADER;
    private long lostBefore;

    SimpleTraceReader(final TraceInput input) throws IOException {
        super(input);
        in = new DataInputStream(input.stream());
        final ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER));
        if (header.limit() < HEADER) {
            throw new TraceFormatException(
                    input.name(), 0, "a header of " + HEADER + " bytes", "the end of the file");
        }
        // Recognised by the word before the version, whose first byte tells the order.
        final boolean isLittle = header.get(8) == (byte) 0xb4;
        buffer.order(isLittle ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        arguments = new Arguments(buffer.array(), buffer.order());
        final long version = header.order(buffer.order()).getLong(16);
        if (version != VERSION) {
            throw new TraceFormatException(
                    input.name(),
                    16,
                    "version " + VERSION + " (QEMU 2.10 and later)",
                    "version " + version);
        }
        info =
                new TraceInfo(
                        FORMAT,
                        VERSION,
                        isLittle ? "little endian" : "big endian",
                        "",
                        "mono",
                        true,
                        0,
                        List.of());
    }

    @Override
    protected boolean advance() throws IOException {
        try {
            while (true) {
                final long at = offset;
                final int first = in.read();
                if (first < 0) {
                    return false;
                }
                final long type = firstWord(first);
                if (type == MAPPING) {
                    if (!mapping(at)) {
                        return false;
                    }
                } else if (type != EVENT) {
                    return giveUp(at, "a record of type 0 or 1", "type " + type);
                } else {
                    final Boolean isEvent = record(at);
                    if (isEvent == null) {
                        return false;
                    }
                    if (isEvent) {
                        return true;
                    }
                }
            }
        } catch (final EOFException e) {
            return giveUp(offset, "a whole record", "the end of the file");
        }
    }

    private boolean giveUp(final long at, final String expected, final String found) {
        input().warnings().at(at, expected, found);
        return false;
    }

    private long firstWord(final int first) throws IOException {
        buffer.clear();
        buffer.put(0, (byte) first);
        in.readFully(buffer.array(), 1, Long.BYTES - 1);
        offset += Long.BYTES;
        return buffer.getLong(0);
    }

    private void fill(final int count) throws IOException {
        in.readFully(buffer.array(), 0, count);
        offset += count;
    }

    private boolean mapping(final long at) throws IOException {
        fill(Long.BYTES + Integer.BYTES);
        final long id = buffer.getLong(0);
        final int length = buffer.getInt(Long.BYTES);
        if (length <= 0 || length > NAME_MAX) {
            return giveUp(at, "a name of 1 to " + NAME_MAX + " bytes", length + " bytes");
        }
        fill(length);
        if (names.size() == EVENTS_MAX) {
            return giveUp(at, "at most " + EVENTS_MAX + " kinds of events", "more");
        }
        final String name = new String(buffer.array(), 0, length, StandardCharsets.US_ASCII);
        if (!NAME.matcher(name).matches()) {
            return giveUp(at, "a name of letters, digits and underscores", name);
        }
        names.put(id, name);
        return true;
    }

    /** Null if the rest cannot be read, else whether the record is an event. */
    private Boolean record(final long at) throws IOException {
        fill(RECORD_HEADER);
        final long id = buffer.getLong(0);
        final long time = buffer.getLong(8);
        final int length = buffer.getInt(16);
        final int pid = buffer.getInt(20);
        if (length < RECORD_HEADER || length > RECORD_MAX) {
            giveUp(
                    at,
                    "a record of " + RECORD_HEADER + " to " + RECORD_MAX + " bytes",
                    Integer.toUnsignedString(length) + " bytes");
            return null;
        }
        final int size = length - RECORD_HEADER;
        fill(size);
        if (id == DROPPED) {
            dropped(at, size);
            return false;
        }
        final String name = names.get(id);
        if (name == null) {
            input().warnings().at(at, "an event that the file names", "id " + id);
            return false;
        }
        if (!arguments.read(name, size, time, event)) {
            input().warnings().at(at, "no more kinds of events up to here", name);
            return false;
        }
        event.ran(0, pid, "<...>").after(lostBefore);
        lostBefore = 0;
        return true;
    }

    /** QEMU counts them in an int. */
    private void dropped(final long at, final int size) {
        long count = size == Long.BYTES ? buffer.getLong(0) : UNKNOWN;
        if (count < 0 || count > Integer.MAX_VALUE) {
            input().warnings().at(at, "a count of dropped events", Long.toUnsignedString(count));
            count = UNKNOWN;
        }
        lose(count);
        lostBefore = count < 0 || lostBefore < 0 ? UNKNOWN : lostBefore + count;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }
}
