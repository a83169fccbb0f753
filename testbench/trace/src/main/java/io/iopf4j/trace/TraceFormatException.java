// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.util.OneLine;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;

/**
 * An input that is no trace, or one too damaged to open. The message is one line: {@code FILE: at
 * offset N: expected X, found Y}.
 */
public class TraceFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The offset in the file, a plain number. */
    private final long offset;

    /**
     * Makes the one-line message.
     *
     * @param file the input's name
     * @param offset where in it, in bytes
     * @param expected what would have been right
     * @param found what is there
     */
    public TraceFormatException(
            final String file, final long offset, final String expected, final String found) {
        super(file + ": " + OneLine.of(Warnings.line(offset, expected, found)));
        this.offset = offset;
    }

    /**
     * Where the input went wrong.
     *
     * @return bytes from the start
     */
    public long offset() {
        return offset;
    }
}
