// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import java.io.IOException;

/** A reader of an input as a stream, which it closes. */
public abstract class InputReader extends CountedReader {
    private final TraceInput input;

    /**
     * A reader before its first event.
     *
     * @param input what it reads
     */
    protected InputReader(final TraceInput input) {
        super(input.warnings());
        this.input = input;
    }

    /**
     * What it reads.
     *
     * @return as given
     */
    protected final TraceInput input() {
        return input;
    }

    @Override
    public final long position() {
        return input.position();
    }

    @Override
    public final long size() {
        return input.size();
    }

    @Override
    public final void close() throws IOException {
        input.close();
    }
}
