// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A trace, read from its first event to its last in the order of time. Opened by {@link Traces}.
 * One thread at a time.
 *
 * <p>Damage inside a trace is not an error: {@link #next()} hands out what can still be read, and
 * {@link #warnings()} says what could not.
 */
public interface TraceReader extends Closeable {
    /**
     * What the trace says of itself.
     *
     * @return the same object at each call
     */
    TraceInfo info();

    /**
     * Goes to the next event.
     *
     * @return true if {@link #event()} now stands on an event, false at the end, for good
     * @throws IOException if the file cannot be read; never because of what it holds
     */
    boolean next() throws IOException;

    /**
     * The cursor. It is one object, which {@link #next()} moves: copy what must last.
     *
     * @return the cursor, valid between a {@link #next()} that said true and the next call
     */
    TraceEvent event();

    /**
     * How many events were handed out.
     *
     * @return the number of times that {@link #next()} said true
     */
    long events();

    /**
     * How many events the kernel lost, as far as it counted them.
     *
     * @return the sum over the exact markers passed so far
     */
    long lostEvents();

    /**
     * How many times the kernel lost events, whether it counted them or not.
     *
     * @return the number of markers passed so far
     */
    long lostMarkers();

    /**
     * How many places of a hardware queue held nothing: they are passed over, and are no events.
     *
     * @return those passed so far, 0 for what is no dump of a queue
     */
    default long emptyPlaces() {
        return 0;
    }

    /**
     * What was wrong in the file, one line each. After a bounded number of lines the rest is
     * counted in a last line "and N more".
     *
     * @return a copy
     */
    List<String> warnings();

    /**
     * How far the reader is, for a progress bar.
     *
     * @return bytes of {@link #size()} that are done with
     */
    long position();

    /**
     * The size that {@link #position()} runs up to.
     *
     * @return bytes, or -1 if the input is a stream whose end is not known
     */
    long size();
}
