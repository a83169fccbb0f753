// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.CountedReader;
import io.iopf4j.trace.util.Warnings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Merges buffers by time, as {@code trace-cmd report} does. */
final class TraceCmdReader extends CountedReader {
    private final LibTraceCmd library;
    private final LibTraceEvent events;
    private final TraceInfo info;
    private final long size;
    private final List<Buffer> buffers;
    private final NativeEvent event;
    private final Map<Integer, NativeFormat> formats = new HashMap<>();
    private NativeRecord current;
    private long position;
    private boolean isClosed;

    TraceCmdReader(
            final LibTraceCmd library,
            final LibTraceEvent events,
            final TraceInfo info,
            final long size,
            final List<Buffer> buffers) {
        super(new Warnings());
        this.library = library;
        this.events = events;
        this.info = info;
        this.size = size;
        this.buffers = buffers;
        this.event = new NativeEvent(events);
    }

    @Override
    protected boolean advance() {
        free();
        Buffer first = null;
        for (final Buffer buffer : buffers) {
            if (buffer.peek() != null
                    && (first == null
                            || Long.compareUnsigned(buffer.peek().time(), first.peek().time())
                                    < 0)) {
                first = buffer;
            }
        }
        if (first == null) {
            return false;
        }
        current = first.take();
        position = Math.max(position, Math.min(size, current.offset()));
        if (current.lostBefore() != 0) {
            lose(current.lostBefore());
        }
        event.set(first, current, format(first));
        return true;
    }

    private NativeFormat format(final Buffer buffer) {
        final int id = events.tep_data_type(buffer.tep(), current.pointer());
        final NativeFormat known = formats.get(id);
        if (known != null) {
            return known;
        }
        final Pointer found = events.tep_find_event_by_record(buffer.tep(), current.pointer());
        final NativeFormat made =
                found == null
                        ? NativeFormat.unknown(id, events.tep_get_first_event(buffer.tep()))
                        : NativeFormat.of(found);
        formats.put(id, made);
        return made;
    }

    private void free() {
        event.leave();
        if (current != null) {
            library.tracecmd_free_record(current.pointer());
            current = null;
        }
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            free();
            // The top one last: the others are parts of its file.
            for (int i = buffers.size() - 1; i >= 0; i--) {
                buffers.get(i).close();
            }
        }
    }
}
