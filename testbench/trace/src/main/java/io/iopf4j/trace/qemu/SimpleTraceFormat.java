// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;

/** A file of QEMU's simple trace backend, in either byte order. No state. */
public final class SimpleTraceFormat implements TraceFormat {
    private static final String HEADER = "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff";
    private static final String LITTLE = HEADER + "\u00b4)\u00a4\n\u00cbw\u00b1\u00f2";
    private static final String BIG = HEADER + "\u00f2\u00b1w\u00cb\n\u00a4)\u00b4";

    /** The format. */
    public SimpleTraceFormat() {}

    @Override
    public String what() {
        return "QEMU simpletrace";
    }

    @Override
    public boolean isOf(final Head head) {
        return head.text().startsWith(LITTLE) || head.text().startsWith(BIG);
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new SimpleTraceReader(input);
    }
}
