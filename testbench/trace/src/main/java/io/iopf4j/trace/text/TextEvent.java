// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.util.KernelNumber;
import io.iopf4j.trace.util.StringCache;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;

/** The cursor over lines of text: remembers where in the line each value stands. */
final class TextEvent implements TraceEvent {
    /** Far more kinds of events than a kernel has; a bound for text that is something else. */
    private static final int FORMATS_MAX = 4096;

    private static final String NO_COMM = "<...>";

    private final LineParser line;
    private final StringCache strings = new StringCache();
    private final Map<String, TextFormat> formats = new HashMap<>();
    private final int[] starts = new int[TextFormat.FIELDS_MAX];
    private final int[] ends = new int[TextFormat.FIELDS_MAX];

    private byte[] bytes;
    private TextFormat current;
    private String lastName = "";
    private long lost;

    TextEvent(final LineParser line) {
        this.line = line;
    }

    /** Takes the line that the parser has just read; false if it is one kind of event too many. */
    boolean set(final byte[] lineBytes, final int end, final long lostBefore) {
        bytes = lineBytes;
        lost = lostBefore;
        final String name = strings.get(bytes, line.nameStart, line.nameEnd);
        if (!name.equals(lastName)) {
            final TextFormat known = formats.get(name);
            if (known == null && formats.size() == FORMATS_MAX) {
                return false;
            }
            current = known != null ? known : new TextFormat(name);
            formats.putIfAbsent(name, current);
            lastName = name;
        }
        current.startLine();
        Arrays.fill(starts, -1);
        if (current.shape != null) {
            unnamed(current.shape, line.messageStart, end);
        }
        fields(line.messageStart, end);
        return true;
    }

    private void unnamed(final TextPatterns.Shape shape, final int from, final int end) {
        // A byte a character, so that places in the text are places in the line.
        final Matcher found =
                shape.pattern()
                        .matcher(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            return;
        }
        for (final String group : shape.groups()) {
            if (found.start(group) >= 0) {
                final byte[] name = group.getBytes(StandardCharsets.ISO_8859_1);
                final int number = current.number(name, 0, name.length);
                if (number >= 0) {
                    starts[number] = from + found.start(group);
                    ends[number] = from + found.end(group);
                }
            }
        }
    }

    /** Finds every {@code name=value} that begins a word. */
    private void fields(final int from, final int end) {
        int i = from;
        while (i < end) {
            int nameEnd = i;
            while (nameEnd < end && LineParser.isWord(bytes[nameEnd])) {
                nameEnd++;
            }
            if (nameEnd > i && nameEnd < end && bytes[nameEnd] == '=') {
                i = value(i, nameEnd, end);
            } else {
                i = Math.max(nameEnd, i + 1);
            }
        }
    }

    private int value(final int name, final int nameEnd, final int end) {
        int start = nameEnd + 1;
        int stop = start;
        final boolean quoted = start < end && bytes[start] == '"';
        if (quoted) {
            start++;
            stop = start;
            while (stop < end && bytes[stop] != '"') {
                stop++;
            }
            if (stop == end) {
                return end; // the line was cut in the value
            }
        } else {
            while (stop < end && !LineParser.isBlank(bytes[stop])) {
                stop++;
            }
        }
        final int number = current.number(bytes, name, nameEnd);
        if (number >= 0 && starts[number] < 0) {
            starts[number] = start;
            ends[number] = stop;
        }
        return quoted ? stop + 1 : stop;
    }

    @Override
    public long timestamp() {
        return line.time;
    }

    @Override
    public int cpu() {
        return line.cpu;
    }

    @Override
    public int pid() {
        return line.pid;
    }

    @Override
    public String comm() {
        return line.commStart == line.commEnd
                ? NO_COMM
                : strings.get(bytes, line.commStart, line.commEnd);
    }

    @Override
    public String buffer() {
        return strings.get(bytes, line.bufferStart, line.bufferEnd);
    }

    @Override
    public String system() {
        return current.format.system();
    }

    @Override
    public String name() {
        return current.format.name();
    }

    @Override
    public EventFormat format() {
        return current.format;
    }

    @Override
    public long lostBefore() {
        return lost;
    }

    @Override
    public boolean isCorrupt(final EventField field) {
        return starts[field.offset()] < 0;
    }

    @Override
    public String getString(final EventField field) {
        final int start = starts[field.offset()];
        return start < 0 ? CORRUPT : strings.get(bytes, start, ends[field.offset()]);
    }

    @Override
    public long getLong(final EventField field) {
        final int start = starts[field.offset()];
        return start < 0 ? 0 : KernelNumber.of(bytes, start, ends[field.offset()]);
    }
}
