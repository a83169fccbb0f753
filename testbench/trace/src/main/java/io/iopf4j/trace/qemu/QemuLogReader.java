// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.input.ValueEvent;
import io.iopf4j.trace.util.TextLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what the log backend of QEMU's tracing prints ({@code trace-events} of its devices; {@code
 * scripts/tracetool/backend/log.py}); other lines of its standard error are passed over. Without
 * {@code -msg timestamp=on} a line has no time, and its number in microseconds stands for it.
 */
final class QemuLogReader extends InputReader {
    static final Pattern LINE =
            Pattern.compile(
                    "^(?:(\\d{1,9})@(\\d{1,10})\\.(\\d{6}):)?"
                            + "((?:"
                            + String.join("|", QemuEvents.DEVICES)
                            + ")_\\w{1,60}) (.*)$");

    /** Says the address that {@code smmuv3_record_event}, which follows, leaves out. */
    private static final Pattern UNTRANSLATED =
            Pattern.compile(" translation failed for iova=0x([0-9a-f]{1,16})");

    private static final String FORMAT = "qemu log";
    private static final int LINE_MAX = 1000;
    private static final long NS_PER_LINE = 1000;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_PER_MICROSECOND = 1000;

    private final TextLines lines;
    private final ValueEvent event = new ValueEvent();
    private final NamedValues others = new NamedValues();
    private final TraceInfo info;
    private boolean isPending;
    private boolean isTimed;
    private long number;
    private long iova;

    QemuLogReader(final TraceInput input) throws IOException {
        super(input);
        lines = new TextLines(input.stream());
        isPending = find();
        info = new TraceInfo(FORMAT, 0, "", "", isTimed ? "wall" : "line", true, 0, List.of());
    }

    @Override
    protected boolean advance() throws IOException {
        if (isPending) {
            isPending = false;
            return true;
        }
        return find();
    }

    private boolean find() throws IOException {
        while (lines.next()) {
            number++;
            final int size = Math.min(lines.end - lines.start, LINE_MAX);
            final String line =
                    new String(lines.bytes(), lines.start, size, StandardCharsets.UTF_8);
            final Matcher untranslated = UNTRANSLATED.matcher(line);
            if (untranslated.find()) {
                iova = Long.parseUnsignedLong(untranslated.group(1), 16);
                continue;
            }
            final Matcher found = LINE.matcher(line);
            if (found.find() && read(found)) {
                return true;
            }
        }
        return false;
    }

    private boolean read(final Matcher found) {
        final String name = found.group(4);
        final String text = found.group(5).strip();
        final long time = time(found);
        if (!isKnown(name, text, time) && !others.read(name, text, time, event)) {
            input().warnings().at(lines.offset(), "no more kinds of events up to here", name);
            return false;
        }
        if (found.group(1) != null) {
            event.ran(0, Integer.parseInt(found.group(1)), "<...>");
        }
        return true;
    }

    private boolean isKnown(final String name, final String text, final long time) {
        for (final QemuEvent known : QemuEvents.of(name)) {
            if (known.read(text, time, iova, event)) {
                // Kept for its event, which other threads' events may come before.
                iova = known.isRecordEvent() ? 0 : iova;
                return true;
            }
        }
        return false;
    }

    private long time(final Matcher found) {
        if (found.group(1) == null) {
            return number * NS_PER_LINE;
        }
        isTimed = true;
        return Math.min(Long.parseLong(found.group(2)), Integer.MAX_VALUE) * NS_PER_SECOND
                + Long.parseLong(found.group(3)) * NS_PER_MICROSECOND;
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
