// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.CountedReader;
import io.iopf4j.trace.util.TextLines;
import io.iopf4j.trace.util.Warnings;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads events as the kernel's {@code trace} and {@code trace_pipe}, {@code trace-cmd report} or
 * {@code perf script} print them.
 */
public final class TextReader extends CountedReader {
    /** {@link TraceInfo#format()} of the tracefs files {@code trace} and {@code trace_pipe}. */
    public static final String FTRACE = "ftrace text";

    /** {@link TraceInfo#format()} of what {@code trace-cmd report} prints. */
    public static final String REPORT = "trace-cmd report";

    /** {@link TraceInfo#format()} of what {@code perf script} prints. */
    public static final String PERF = "perf script";

    private static final Pattern CPUS =
            Pattern.compile("^(?:cpus=|#.*#P:|# nrcpus online : )(\\d{1,6})\\)?\\s*$");
    private static final Pattern LOST =
            Pattern.compile(
                    "^\\s*CPU:\\d+ \\[(?:LOST (?:(\\d{1,18}) )?EVENTS"
                            + "|(?:(\\d{1,18}) )?EVENTS DROPPED)\\]\\s*$"
                            + "|^.*\\bPERF_RECORD_LOST(?:_SAMPLES)?(?: lost (\\d{1,18}))?\\s*$");

    /** Lines that are neither an event nor one of these are worth a warning. */
    private static final Pattern REMARK = Pattern.compile("^\\s*(?:#.*|version = .*)?$");

    /** Among those of {@code perf script}: calls that led to an event, and news of processes. */
    private static final Pattern PERF_REMARK =
            Pattern.compile("^\\s*[0-9a-f]{4,16} .*$|^.*\\bPERF_RECORD_\\w+\\b.*$");

    private static final int REMARK_MAX = 500;

    private final TextLines lines;
    private final boolean isPerf;
    private final LineParser parser;
    private final TextEvent event;
    private final Warnings warnings;
    private final Closeable input;
    private final LongSupplier position;
    private final long size;
    private final TraceInfo info;

    private boolean pending;
    private int cpus;
    private long lostBefore;

    /**
     * Reads up to the first event.
     *
     * @param format {@link #FTRACE}, {@link #REPORT} or {@link #PERF}
     * @param in the text, from its start
     * @param input closed with the reader
     * @param warnings gets remarks on damage
     * @param position how much of the input is done with, bytes
     * @param size the input's size, bytes, -1 if unknown
     * @throws IOException if it cannot be read
     */
    public TextReader(
            final String format,
            final InputStream in,
            final Closeable input,
            final Warnings warnings,
            final LongSupplier position,
            final long size)
            throws IOException {
        super(warnings);
        this.lines = new TextLines(in);
        this.isPerf = format.equals(PERF);
        this.parser = isPerf ? new PerfLine() : new FtraceLine(format.equals(REPORT));
        this.event = new TextEvent(parser);
        this.input = input;
        this.warnings = warnings;
        this.position = position;
        this.size = size;
        this.pending = parse();
        final boolean seconds = pending && parser.seconds;
        this.info = new TraceInfo(format, 0, "", "", "", seconds, cpus, List.of());
    }

    private boolean parse() throws IOException {
        while (lines.next()) {
            if (parser.parse(lines.bytes(), lines.start, lines.end)) {
                if (lines.cut) {
                    warnings.at(lines.offset(), "the end of a line", "a very long one");
                }
                if (event.set(lines.bytes(), lines.end, lostBefore)) {
                    lostBefore = 0;
                    return true;
                }
            }
            other();
        }
        return false;
    }

    private void other() {
        final int length = Math.min(lines.end - lines.start, REMARK_MAX);
        final String line = new String(lines.bytes(), lines.start, length, StandardCharsets.UTF_8);
        final Matcher count = CPUS.matcher(line);
        if (count.find()) {
            cpus = Integer.parseInt(count.group(1));
            return;
        }
        final Matcher lost = LOST.matcher(line);
        if (lost.matches()) {
            String number = lost.group(1) != null ? lost.group(1) : lost.group(2);
            number = number != null ? number : lost.group(3);
            lost(number == null ? UNKNOWN : Long.parseLong(number));
            return;
        }
        final boolean isRemark =
                REMARK.matcher(line).matches() || (isPerf && PERF_REMARK.matcher(line).matches());
        if (!isRemark) {
            final String start = line.strip();
            warnings.at(
                    lines.offset(),
                    "an event up to here",
                    "\"" + start.substring(0, Math.min(60, start.length())) + "\"");
        }
    }

    private void lost(final long count) {
        lose(count);
        lostBefore = count < 0 || lostBefore < 0 ? UNKNOWN : lostBefore + count;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    protected boolean advance() throws IOException {
        final boolean found = pending || parse();
        pending = false;
        return found;
    }

    @Override
    public TraceEvent event() {
        return event;
    }

    @Override
    public long position() {
        return position.getAsLong();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
