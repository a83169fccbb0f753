// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;
import io.iopf4j.trace.util.StringCache;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Arguments of a simpletrace record: numbers of 64 bits, and texts as their length in 32 bits and
 * their bytes, without a sign of which is which ({@code trace_record_write_u64()} and {@code
 * trace_record_write_str()} of {@code trace/simple.c}). What is known of the event decides. Of
 * others they become {@code arg1}, {@code arg2} ...: texts where a length is followed by as many
 * printable characters, at least {@value #TEXT_MIN}, and all arguments together fill the record;
 * else numbers, if they fill it; else only {@code bytes}, their size, is told. A number can be
 * taken for a text by that only if its lower half is the number of printable characters that
 * follow.
 */
final class Arguments {
    /** {@code trace-events} files are held to ten. */
    private static final int COUNT_MAX = 10;

    private static final int TEXT_MIN = 3;
    private static final int FORMATS_MAX = 1 << 16;
    private static final String BYTES = "bytes";
    private static final List<String> NAMES =
            IntStream.rangeClosed(1, COUNT_MAX).mapToObj(i -> "arg" + i).toList();

    private final byte[] bytes;
    private final ByteBuffer buffer;
    private final StringCache strings = new StringCache();
    private final Map<String, EventFormat[]> formats = new HashMap<>();
    private final boolean[] isText = new boolean[COUNT_MAX];
    private int formatCount;

    /**
     * Reads from a buffer.
     *
     * @param bytes the arguments begin at the first; the caller fills it for each record
     * @param order the file's
     */
    Arguments(final byte[] bytes, final ByteOrder order) {
        this.bytes = bytes;
        buffer = ByteBuffer.wrap(bytes).order(order);
    }

    /**
     * Takes the arguments of a record.
     *
     * @param name the event's
     * @param size how many bytes there are
     * @return false if there are too many kinds of events
     */
    boolean read(final String name, final int size, final long time, final ValueEvent event) {
        for (final QemuEvent known : QemuEvents.of(name)) {
            if (isOf(known, size)) {
                putKnown(known, time, event);
                return true;
            }
        }
        final int count = guess(size);
        final EventFormat format = format(name, count);
        if (format == null) {
            return false;
        }
        event.begin(format, time);
        if (count < 0) {
            event.put(0, size);
        } else {
            putGuessed(count, event);
        }
        return true;
    }

    private boolean isOf(final QemuEvent known, final int size) {
        int at = 0;
        for (int i = 0; i < known.arguments(); i++) {
            at = known.isText(i) ? behindText(at, size) : at + Long.BYTES;
            if (at < 0 || at > size) {
                return false;
            }
        }
        return at == size;
    }

    /** -1 if there is none. */
    private int behindText(final int at, final int size) {
        if (size - at < Integer.BYTES) {
            return -1;
        }
        final int length = buffer.getInt(at);
        final int from = at + Integer.BYTES;
        return length < 0 || length > size - from ? -1 : from + length;
    }

    private void putKnown(final QemuEvent known, final long time, final ValueEvent event) {
        known.begin(time, event);
        int at = 0;
        for (int i = 0; i < known.arguments(); i++) {
            if (known.isText(i)) {
                known.put(i, text(at), 0, event);
                at = behindText(at, bytes.length);
            } else {
                event.put(i, buffer.getLong(at));
                at += Long.BYTES;
            }
        }
    }

    private String text(final int at) {
        final int from = at + Integer.BYTES;
        return strings.get(bytes, from, from + buffer.getInt(at));
    }

    /** How many arguments there are, and in {@link #isText} which are texts; -1: nobody knows. */
    private int guess(final int size) {
        final int count = guess(size, true);
        return count < 0 ? guess(size, false) : count;
    }

    private int guess(final int size, final boolean mayBeText) {
        int at = 0;
        int count = 0;
        while (at < size) {
            if (count == COUNT_MAX) {
                return -1;
            }
            isText[count] = mayBeText && isPrintable(at, size);
            at = isText[count] ? behindText(at, size) : at + Long.BYTES;
            count++;
        }
        return at == size ? count : -1;
    }

    private boolean isPrintable(final int at, final int size) {
        final int end = behindText(at, size);
        if (end < at + Integer.BYTES + TEXT_MIN) {
            return false;
        }
        for (int i = at + Integer.BYTES; i < end; i++) {
            final byte b = bytes[i];
            if (b < ' ' || b > '~') {
                return false;
            }
        }
        return true;
    }

    private void putGuessed(final int count, final ValueEvent event) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (isText[i]) {
                event.put(i, text(at));
                at = behindText(at, bytes.length);
            } else {
                event.put(i, buffer.getLong(at));
                at += Long.BYTES;
            }
        }
    }

    /** Null if there are too many; a count of -1 stands for {@code bytes}. */
    private EventFormat format(final String name, final int count) {
        final EventFormat[] ofName =
                formats.computeIfAbsent(name, n -> new EventFormat[COUNT_MAX + 2]);
        EventFormat format = ofName[count + 1];
        if (format == null && formatCount < FORMATS_MAX) {
            formatCount++;
            final List<String> fields = new ArrayList<>();
            if (count < 0) {
                fields.add(BYTES);
            } else {
                fields.addAll(NAMES.subList(0, count));
            }
            format =
                    ValueEvent.format(QemuEvents.system(name), name, fields.toArray(String[]::new));
            ofName[count + 1] = format;
        }
        return format;
    }
}
