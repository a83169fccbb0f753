// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.util.stream.Stream;

/**
 * QEMU's log, told by the events of its IOMMUs. A guest's console, which often goes the same way,
 * fills far more than the first lines before its driver comes up. No state.
 */
public final class QemuLogFormat implements TraceFormat {
    private static final int LINE_MAX = 200;

    /** The format. */
    public QemuLogFormat() {}

    @Override
    public String what() {
        return "QEMU log of -trace";
    }

    @Override
    public boolean isOf(final Head head) {
        return Stream.concat(head.lines().stream(), head.text().lines())
                .map(line -> line.length() > LINE_MAX ? line.substring(0, LINE_MAX) : line)
                .anyMatch(line -> QemuLogReader.LINE.matcher(line).find());
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new QemuLogReader(input);
    }
}
