// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.LongConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes a trace as JSON Lines: a header, a line for each event, and an end by which a reader knows
 * that nothing is cut off. The same trace gives the same bytes. One thread.
 */
public final class JsonlWriter {
    private static final long PROGRESS_EVENTS = 1 << 14;

    private final TraceReader reader;
    private final Writer out;
    private final JsonGenerator json;
    private long markers;
    private long lost;

    private JsonlWriter(final TraceReader reader, final Writer out) {
        this.reader = reader;
        this.out = out;
        this.json =
                JsonFactory.builder()
                        .rootValueSeparator("\n")
                        .build()
                        .createGenerator(ObjectWriteContext.empty(), out);
    }

    /**
     * Writes what a reader has from where it stands.
     *
     * @param reader the trace; read to its end, left open
     * @param out gets the lines, in UTF-8 if it encodes; flushed, left open
     * @param progress hears {@link TraceReader#position()} now and then
     * @throws IOException if either cannot be read or written
     */
    public static void write(
            final TraceReader reader, final Writer out, final LongConsumer progress)
            throws IOException {
        try {
            new JsonlWriter(reader, out).writeAll(progress);
        } catch (final JacksonException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getOriginalMessage(), e);
        }
    }

    private void writeAll(final LongConsumer progress) throws IOException {
        header(reader.info());
        while (reader.next()) {
            event(reader.event());
            if (reader.events() % PROGRESS_EVENTS == 0) {
                progress.accept(reader.position());
            }
        }
        end();
        json.flush();
        out.write('\n');
    }

    private void header(final TraceInfo info) throws IOException {
        json.writeStartObject();
        json.writeStringProperty(JsonlKeys.HEADER, JsonlKeys.TRACE);
        json.writeNumberProperty(JsonlKeys.VERSION_KEY, JsonlKeys.VERSION);
        json.writeStringProperty(JsonlKeys.KERNEL, info.kernel());
        json.writeStringProperty(JsonlKeys.CLOCK, info.clock());
        json.writeBooleanProperty(JsonlKeys.NANOSECONDS, info.timesAreNanoseconds());
        json.writeNumberProperty(JsonlKeys.CPUS, info.cpus());
        strings(JsonlKeys.BUFFERS, info.buffers());
        if (!info.machines().isEmpty()) {
            strings(JsonlKeys.MACHINES, info.machines());
        }
        json.writeEndObject();
    }

    private void event(final TraceEvent event) throws IOException {
        json.writeStartObject();
        json.writeNumberProperty(JsonlKeys.TIME, event.timestamp());
        json.writeNumberProperty(JsonlKeys.CPU, event.cpu());
        json.writeNumberProperty(JsonlKeys.PID, event.pid());
        json.writeStringProperty(JsonlKeys.COMM, event.comm());
        if (!event.buffer().isEmpty()) {
            json.writeStringProperty(JsonlKeys.BUFFER, event.buffer());
        }
        json.writeStringProperty(JsonlKeys.SYSTEM, event.system());
        json.writeStringProperty(JsonlKeys.EVENT, event.name());
        losses();
        json.writeObjectPropertyStart(JsonlKeys.FIELDS);
        final List<EventField> fields = event.format().fields();
        for (int i = 0; i < fields.size(); i++) {
            final EventField field = fields.get(i);
            // What every record has is in the line already.
            if (!field.name().startsWith("common_") && !event.isCorrupt(field)) {
                field(event, field);
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void field(final TraceEvent event, final EventField field) {
        final String text = event.getString(field);
        final long value = event.getLong(field);
        final boolean isNumber =
                switch (field.kind()) {
                    case INTEGER -> true;
                    case TEXT, VALUE ->
                            text.equals(Long.toString(value))
                                    || text.equals(Long.toUnsignedString(value));
                    default -> false;
                };
        if (isNumber) {
            json.writeName(field.name());
            json.writeNumber(text);
        } else {
            json.writeStringProperty(field.name(), text);
        }
    }

    private void losses() {
        if (reader.lostMarkers() != markers) {
            json.writeArrayPropertyStart(JsonlKeys.LOST);
            json.writeNumber(reader.lostMarkers() - markers);
            json.writeNumber(reader.lostEvents() - lost);
            json.writeEndArray();
            markers = reader.lostMarkers();
            lost = reader.lostEvents();
        }
    }

    private void end() throws IOException {
        json.writeStartObject();
        json.writeBooleanProperty(JsonlKeys.END, true);
        json.writeNumberProperty(JsonlKeys.EVENTS, reader.events());
        losses();
        strings(JsonlKeys.WARNINGS, reader.warnings());
        json.writeEndObject();
    }

    private void strings(final String name, final List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }
}
