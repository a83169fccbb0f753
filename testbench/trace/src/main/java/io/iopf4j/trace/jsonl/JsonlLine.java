// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.ValueEvent;
import io.iopf4j.trace.util.KernelNumber;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** One line at a time: a header, an event or the end. */
final class JsonlLine {
    private static final int NESTING_MAX = 4;
    private static final int DIGITS_MAX = 20;
    private static final int FORMATS_MAX = 4096;
    private static final int WARNINGS_MAX = 64;
    private static final int BUFFERS_MAX = 4096;
    private static final int WIDTH = 64;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(NESTING_MAX)
                                    .maxNumberLength(DIGITS_MAX)
                                    .build())
                    .build();

    private final ValueEvent event = new ValueEvent();
    private final Map<String, Map<String, EventFormat>> formats = new HashMap<>();
    private final String[] names = new String[ValueEvent.FIELDS_MAX];
    private final String[] texts = new String[ValueEvent.FIELDS_MAX];
    private final long[] numbers = new long[ValueEvent.FIELDS_MAX];
    private final List<String> buffers = new ArrayList<>();
    private final List<String> machines = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private Kind kind;
    private int formatCount;
    private int fields;
    private boolean hasTime;
    private long time;
    private long version;
    private int cpu;
    private int cpus;
    private int pid;
    private long events;
    private long lostMarkers;
    private long lostEvents;
    private boolean isNanoseconds;
    private String comm;
    private String buffer;
    private String system;
    private String name;
    private String kernel;
    private String clock;

    /** What a line is. */
    enum Kind {
        HEADER,
        EVENT,
        END
    }

    /**
     * Reads a line.
     *
     * @return null, or what was found instead of one
     */
    String read(final byte[] bytes, final int from, final int to) {
        reset();
        try (JsonParser json =
                JSON.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return "no object";
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                final String key = json.currentName();
                json.nextToken();
                member(key, json);
            }
            if (json.nextToken() != null) {
                return "more than an object";
            }
        } catch (final JacksonException e) {
            return "damaged JSON";
        } catch (final WrongValueException e) {
            return e.getMessage();
        }
        return kind == null || kind == Kind.EVENT ? takeEvent() : null;
    }

    private void reset() {
        kind = null;
        fields = 0;
        hasTime = false;
        cpu = 0;
        pid = 0;
        lostMarkers = 0;
        lostEvents = 0;
        comm = "<...>";
        buffer = "";
        system = "";
        name = null;
        kernel = "";
        clock = "";
        isNanoseconds = true;
    }

    private void member(final String key, final JsonParser json) {
        switch (key) {
            case JsonlKeys.TIME -> {
                time = number(json);
                hasTime = true;
            }
            case JsonlKeys.CPU -> cpu = small(json);
            case JsonlKeys.PID -> pid = small(json);
            case JsonlKeys.COMM -> comm = text(json);
            case JsonlKeys.BUFFER -> buffer = text(json);
            case JsonlKeys.SYSTEM -> system = text(json);
            case JsonlKeys.EVENT -> {
                name = text(json);
                kind = Kind.EVENT;
            }
            case JsonlKeys.FIELDS -> fields(json);
            case JsonlKeys.LOST -> lost(json);
            case JsonlKeys.HEADER -> {
                kind = Kind.HEADER;
                json.skipChildren();
            }
            case JsonlKeys.VERSION_KEY -> version = number(json);
            case JsonlKeys.KERNEL -> kernel = text(json);
            case JsonlKeys.CLOCK -> clock = text(json);
            case JsonlKeys.NANOSECONDS ->
                    isNanoseconds = json.currentToken() != JsonToken.VALUE_FALSE;
            case JsonlKeys.CPUS -> cpus = small(json);
            case JsonlKeys.BUFFERS -> strings(json, buffers, BUFFERS_MAX);
            case JsonlKeys.MACHINES -> strings(json, machines, BUFFERS_MAX);
            case JsonlKeys.END -> {
                kind = Kind.END;
                json.skipChildren();
            }
            case JsonlKeys.EVENTS -> events = number(json);
            case JsonlKeys.WARNINGS -> strings(json, warnings, WARNINGS_MAX);
            default -> json.skipChildren();
        }
    }

    private void fields(final JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new WrongValueException("fields that are no object");
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            final String field = json.currentName();
            final JsonToken value = json.nextToken();
            if (fields == ValueEvent.FIELDS_MAX) {
                throw new WrongValueException("more than " + ValueEvent.FIELDS_MAX + " fields");
            }
            names[fields] = field;
            if (value == JsonToken.VALUE_STRING) {
                texts[fields] = json.getString();
                numbers[fields] = KernelNumber.of(texts[fields]);
            } else {
                numbers[fields] = number(json);
                texts[fields] =
                        json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                                ? json.getString()
                                : null;
            }
            fields++;
        }
    }

    private void lost(final JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new WrongValueException("losses that are no list");
        }
        json.nextToken();
        lostMarkers = Math.max(0, number(json));
        json.nextToken();
        lostEvents = Math.max(0, number(json));
        if (json.nextToken() != JsonToken.END_ARRAY) {
            throw new WrongValueException("losses that are no two numbers");
        }
    }

    private static void strings(final JsonParser json, final List<String> into, final int max) {
        into.clear();
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new WrongValueException("no list where one belongs");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (into.size() == max) {
                throw new WrongValueException("a list of more than " + max);
            }
            into.add(text(json));
        }
    }

    private static String text(final JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new WrongValueException("no text where one belongs");
        }
        return json.getString();
    }

    private static int small(final JsonParser json) {
        final long number = number(json);
        if (number != (int) number) {
            throw new WrongValueException("a number of more than 32 bits");
        }
        return (int) number;
    }

    /** Up to 64 bits, with a sign or without. */
    private static long number(final JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new WrongValueException("no whole number where one belongs");
        }
        if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        final BigInteger big = json.getBigIntegerValue();
        if (big.signum() < 0 || big.bitLength() > WIDTH) {
            throw new WrongValueException("a number of more than 64 bits");
        }
        return big.longValue();
    }

    private String takeEvent() {
        if (name == null || name.isEmpty() || !hasTime) {
            return "no event with a name and a time";
        }
        final EventFormat format = format();
        if (format == null) {
            return "one kind of event too many";
        }
        event.begin(format, time).ran(cpu, pid, comm).of(buffer);
        if (lostMarkers > 0) {
            event.after(lostEvents == 0 ? -1 : lostEvents);
        }
        for (int i = 0; i < fields; i++) {
            final EventField field = field(format, names[i]);
            if (field == null) {
                return "more than " + ValueEvent.FIELDS_MAX + " fields";
            }
            if (texts[i] == null) {
                event.put(field.offset(), numbers[i]);
            } else {
                event.put(field.offset(), numbers[i], texts[i]);
            }
        }
        return null;
    }

    private EventFormat format() {
        final Map<String, EventFormat> ofSystem =
                formats.computeIfAbsent(system, key -> new HashMap<>());
        final EventFormat known = ofSystem.get(name);
        if (known != null) {
            return known;
        }
        if (formatCount++ >= FORMATS_MAX) {
            return null;
        }
        final EventFormat made = new EventFormat(system, name, -1);
        ofSystem.put(name, made);
        return made;
    }

    /** Lines may have fields that those before had not, as in text. */
    private static EventField field(final EventFormat format, final String name) {
        final EventField known = format.field(name);
        if (known != null) {
            return known;
        }
        final int number = format.fields().size();
        if (number == ValueEvent.FIELDS_MAX) {
            return null;
        }
        format.add(new EventField(name, "", EventField.Kind.TEXT, number, 0, false));
        return format.field(name);
    }

    Kind kind() {
        return kind;
    }

    TraceEvent event() {
        return event;
    }

    TraceInfo header() {
        return new TraceInfo(
                JsonlKeys.FORMAT,
                (int) version,
                "",
                kernel,
                clock,
                isNanoseconds,
                cpus,
                buffers,
                machines);
    }

    long version() {
        return version;
    }

    long events() {
        return events;
    }

    long lostMarkers() {
        return lostMarkers;
    }

    long lostEvents() {
        return lostEvents;
    }

    List<String> warnings() {
        return warnings;
    }

    /** JSON, but not what belongs here. */
    private static final class WrongValueException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongValueException(final String found) {
            super(found, null, false, false);
        }
    }
}
