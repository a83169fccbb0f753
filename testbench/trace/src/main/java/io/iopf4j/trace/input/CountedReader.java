// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.util.List;

/** What all readers count: events, and what was lost between them. */
public abstract class CountedReader implements TraceReader {
    /** {@link #lose}: nobody counted them. */
    protected static final long UNKNOWN = -1;

    private final Warnings warnings;
    private long events;
    private long lostEvents;
    private long lostMarkers;
    private boolean isAtEnd;

    /**
     * A reader before its first event.
     *
     * @param warnings gets remarks on damage
     */
    protected CountedReader(final Warnings warnings) {
        this.warnings = warnings;
    }

    /**
     * Moves the cursor to the next event.
     *
     * @return false at the end; it is not asked again
     * @throws IOException if the input cannot be read; never because of what it holds
     */
    protected abstract boolean advance() throws IOException;

    /**
     * Whoever recorded this lost events here.
     *
     * @param count how many, or {@link #UNKNOWN}
     */
    protected final void lose(final long count) {
        lose(1, Math.max(count, 0));
    }

    /**
     * Whoever recorded this lost events here, at several places.
     *
     * @param markers how many places, 0 for none
     * @param count how many events in all, as far as they were counted
     */
    protected final void lose(final long markers, final long count) {
        lostMarkers = sum(lostMarkers, markers);
        lostEvents = sum(lostEvents, count);
    }

    /** Damaged counts may be large, but do not become negative. */
    private static long sum(final long one, final long other) {
        final long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    @Override
    public final boolean next() throws IOException {
        if (isAtEnd || !advance()) {
            isAtEnd = true;
            return false;
        }
        events++;
        return true;
    }

    @Override
    public final long events() {
        return events;
    }

    @Override
    public final long lostEvents() {
        return lostEvents;
    }

    @Override
    public final long lostMarkers() {
        return lostMarkers;
    }

    @Override
    public final List<String> warnings() {
        return warnings.list();
    }
}
