// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A queue's memory, in binary or as {@code hexdump -C} prints it; the user says which queue. */
public final class QueueFormat implements TraceFormat {
    /** The format. */
    public QueueFormat() {}

    @Override
    public String what() {
        return "with --as evtq, priq, prq, cmdq or frcd a hardware queue";
    }

    @Override
    public boolean isOf(final Head head) {
        return false;
    }

    @Override
    public List<String> names() {
        return Arrays.stream(QueueKind.values()).map(QueueKind::title).toList();
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new QueueReader(input, QueueKind.of(input.said()));
    }
}
