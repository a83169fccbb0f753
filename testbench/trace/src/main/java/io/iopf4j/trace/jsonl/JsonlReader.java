// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.util.TextLines;
import java.io.IOException;
import java.util.List;

/** Reads the lines that {@link JsonlWriter} writes, or what a filter has left of them. */
final class JsonlReader extends InputReader {
    private final TextLines lines;
    private final JsonlLine line = new JsonlLine();
    private final TraceInfo info;
    private boolean hasHeader;
    private boolean isPending;
    private boolean isEnded;
    private boolean isWarned;

    JsonlReader(final TraceInput input) throws IOException {
        super(input);
        lines = new TextLines(input.stream());
        isPending = nextLine();
        hasHeader = isPending && line.kind() == JsonlLine.Kind.HEADER;
        if (hasHeader && line.version() != JsonlKeys.VERSION) {
            throw new TraceFormatException(
                    input.name(),
                    0,
                    "version " + JsonlKeys.VERSION + " of these JSON Lines",
                    "version " + line.version());
        }
        info =
                hasHeader
                        ? line.header()
                        : new TraceInfo(JsonlKeys.FORMAT, 1, "", "", "", true, 0, List.of());
    }

    /** Goes to the next line that can be read; false at the end of the text. */
    private boolean nextLine() throws IOException {
        while (lines.next()) {
            if (lines.start == lines.end) {
                continue;
            }
            final long at = lines.offset();
            final String wrong =
                    lines.cut
                            ? "one of more than " + TextLines.LENGTH_MAX + " bytes"
                            : line.read(lines.bytes(), lines.start, lines.end);
            if (wrong == null) {
                return true;
            }
            input().warnings().at(at, "a line of JSON up to here", wrong);
        }
        return false;
    }

    @Override
    protected boolean advance() throws IOException {
        while (isPending || nextLine()) {
            isPending = false;
            switch (line.kind()) {
                case EVENT -> {
                    lose(line.lostMarkers(), line.lostEvents());
                    isEnded = false;
                    return true;
                }
                case END -> end();
                default -> {}
            }
        }
        if (hasHeader && !isEnded && !isWarned) {
            isWarned = true;
            input().warnings().addImportant("the end is missing: lines are cut off");
        }
        return false;
    }

    private void end() {
        isEnded = true;
        lose(line.lostMarkers(), line.lostEvents());
        line.warnings().forEach(input().warnings()::add);
        if (line.events() != events()) {
            input().warnings()
                    .addImportant(
                            "expected "
                                    + line.events()
                                    + " events, found "
                                    + events()
                                    + ": lines are missing");
        }
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return line.event();
    }
}
