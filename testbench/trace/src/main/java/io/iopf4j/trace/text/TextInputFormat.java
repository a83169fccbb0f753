// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.util.regex.Pattern;

/** Text of one event a line, told by a line near its start. */
public final class TextInputFormat implements TraceFormat {
    /** The tracefs file {@code trace}. */
    public static final TextInputFormat FTRACE =
            new TextInputFormat(TextReader.FTRACE, "ftrace trace text", "# tracer:.*");

    /** What {@code trace-cmd report} prints. */
    public static final TextInputFormat REPORT =
            new TextInputFormat(TextReader.REPORT, "trace-cmd report text", "cpus=\\d+");

    /** The tracefs file {@code trace_pipe}, or lines of {@code trace} without their header. */
    public static final TextInputFormat PIPE =
            new TextInputFormat(
                    TextReader.FTRACE,
                    "ftrace trace_pipe text",
                    "CPU:\\d+ \\[LOST (?:\\d+ )?EVENTS\\]"
                            + "|.{0,40}\\S-\\d+ +(?:\\([- \\d]+\\) +)?\\[\\d{3,}\\] +"
                            + "(?:\\S{4,6} *)?\\d+(?:\\.\\d+)?: \\w+: .*");

    /** What {@code perf script} prints. */
    public static final TextInputFormat PERF =
            new TextInputFormat(
                    TextReader.PERF,
                    "perf script text",
                    "# captured on *: .*"
                            + "|(?:.{0,60} )?(?:\\[\\d{3,}\\] +(?:[A-Z]{1,4} +)?)?"
                            + "\\d+\\.\\d{6}(?:\\d{3})?: +(?:\\d+ +)?"
                            + "(?:\\w+:\\w+|[\\w-]+(?::\\w+)?): .*");

    private final String format;
    private final String what;
    private final Pattern line;

    private TextInputFormat(final String format, final String what, final String line) {
        this.format = format;
        this.what = what;
        this.line = Pattern.compile(line);
    }

    @Override
    public String what() {
        return what;
    }

    @Override
    public boolean isOf(final Head head) {
        return head.lines().stream().anyMatch(its -> line.matcher(its).matches());
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new TextReader(
                format, input.stream(), input, input.warnings(), input::position, input.size());
    }
}
