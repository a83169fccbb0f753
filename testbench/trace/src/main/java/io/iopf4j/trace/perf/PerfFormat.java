// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.dat.RawRecord;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.io.InputStream;

/**
 * {@code perf.data} of version 2, of either byte order, as a file or as a pipe: {@code
 * tools/perf/Documentation/perf.data-file-format.txt}, Linux 6.12.
 */
public final class PerfFormat implements TraceFormat {
    private static final String LITTLE = "PERFILE2";
    private static final String BIG = "2ELIFREP";
    private static final int SIZE_AT = 8;
    private static final int PIPE_SIZE = 16;

    /** The format. */
    public PerfFormat() {}

    @Override
    public String what() {
        return "perf.data";
    }

    @Override
    public boolean isOf(final Head head) {
        final String text = head.text();
        return text.startsWith(LITTLE) || text.startsWith(BIG);
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        final InputStream stream = input.stream();
        stream.mark(PIPE_SIZE);
        final byte[] start = stream.readNBytes(PIPE_SIZE);
        if (start.length < PIPE_SIZE) {
            throw new TraceFormatException(
                    input.name(), start.length, "the header of a perf.data", "the end of the file");
        }
        final boolean bigEndian = start[0] == BIG.charAt(0);
        final RawRecord header = new RawRecord(bigEndian);
        header.bytes = start;
        if (header.longAt(SIZE_AT) == PIPE_SIZE) {
            return PerfReader.ofPipe(input, bigEndian);
        }
        stream.reset();
        return PerfReader.ofFile(input, bigEndian);
    }
}
