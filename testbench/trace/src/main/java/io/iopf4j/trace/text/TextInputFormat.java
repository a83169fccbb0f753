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
