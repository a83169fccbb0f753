// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;

/** {@code trace.dat}: a magic number, then {@code tracing}. */
public final class DatFormat implements TraceFormat {
    /** How a file begins. */
    public static final String MAGIC = "\u0017\bDtracing";

    /** The format. */
    public DatFormat() {}

    @Override
    public String what() {
        return "trace.dat 6 or 7";
    }

    @Override
    public boolean isOf(final Head head) {
        return head.text().startsWith(MAGIC);
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return DatReader.open(input.name(), input.file(), input.warnings());
    }
}
