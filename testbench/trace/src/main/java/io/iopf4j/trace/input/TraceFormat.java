// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.util.List;

/** A format that is told by how an input begins, and read by a reader of its own. No state. */
public interface TraceFormat {
    /**
     * What a user brings, for messages that list what can be read.
     *
     * @return as in "expected trace.dat 6 or 7, ..."
     */
    String what();

    /**
     * Whether an input is of this format. Formats are asked in the order of {@code Traces}: whoever
     * looks at text sees only what no format before it has claimed.
     *
     * @param head how it begins
     * @return true if {@link #open} is to read it
     */
    boolean isOf(Head head);

    /**
     * What the user may say that an input is, for what no content tells; such an input is read by
     * {@link #open}, whatever it begins with.
     *
     * @return names, none if the content tells
     */
    default List<String> names() {
        return List.of();
    }

    /**
     * Opens an input.
     *
     * @param input unwrapped, from its start; closed with the reader, or by the caller if this
     *     fails
     * @return a reader before its first event
     * @throws IOException if it cannot be read, or nothing can be found in it
     */
    TraceReader open(TraceInput input) throws IOException;
}
