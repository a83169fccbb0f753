// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import java.util.Arrays;

/**
 * The cursor of a reader that decodes values itself: a line of a log, a record of a hardware queue.
 * Its formats are made by {@link #format}, once; a warm event allocates nothing.
 */
public final class ValueEvent implements TraceEvent {
    /** More fields than any such event has. */
    public static final int FIELDS_MAX = 64;

    private final long[] numbers = new long[FIELDS_MAX];
    private final String[] strings = new String[FIELDS_MAX];
    private final boolean[] isSet = new boolean[FIELDS_MAX];
    private EventFormat format;
    private long timestamp;
    private int cpu;
    private int pid;
    private String comm;
    private String buffer;
    private long lostBefore;

    /** A cursor on nothing. */
    public ValueEvent() {}

    /**
     * Makes a format.
     *
     * @param system the event's group
     * @param name the event's name
     * @param fields names, at most {@value #FIELDS_MAX}; a field's number is its place
     * @return its fields are of {@link EventField.Kind#VALUE}
     */
    public static EventFormat format(
            final String system, final String name, final String... fields) {
        final EventFormat made = new EventFormat(system, name, -1);
        for (int i = 0; i < fields.length; i++) {
            made.add(new EventField(fields[i], "", EventField.Kind.VALUE, i, 0, false));
        }
        return made;
    }

    /**
     * Goes to an event that has no field yet.
     *
     * @param eventFormat made by {@link #format}
     * @param time in nanoseconds, or the input's own units
     * @return this
     */
    public ValueEvent begin(final EventFormat eventFormat, final long time) {
        format = eventFormat;
        timestamp = time;
        cpu = 0;
        pid = 0;
        comm = "<...>";
        buffer = "";
        lostBefore = 0;
        Arrays.fill(isSet, false);
        return this;
    }

    /**
     * Says where it happened.
     *
     * @param itsCpu from 0
     * @param itsPid the running thread, 0 if nobody knows
     * @param itsComm its name, or {@code <...>}
     * @return this
     */
    public ValueEvent ran(final int itsCpu, final int itsPid, final String itsComm) {
        cpu = itsCpu;
        pid = itsPid;
        comm = itsComm;
        return this;
    }

    /**
     * Says which of several buffers it is from.
     *
     * @param itsBuffer a name, empty for the main one
     * @return this
     */
    public ValueEvent of(final String itsBuffer) {
        buffer = itsBuffer;
        return this;
    }

    /**
     * Says how many events were lost before it.
     *
     * @param lost a count, or -1 for some
     * @return this
     */
    public ValueEvent after(final long lost) {
        lostBefore = lost;
        return this;
    }

    /**
     * Gives a field a number.
     *
     * @param field its number in the format
     * @param value 64 bits
     * @return this
     */
    public ValueEvent put(final int field, final long value) {
        numbers[field] = value;
        strings[field] = null;
        isSet[field] = true;
        return this;
    }

    /**
     * Gives a field a text.
     *
     * @param field its number in the format
     * @param value not null
     * @return this
     */
    public ValueEvent put(final int field, final String value) {
        return put(field, 0, value);
    }

    /**
     * Gives a field a text that can be read as a number, too.
     *
     * @param field its number in the format
     * @param number what {@link #getLong} gives
     * @param value what {@link #getString} gives, not null
     * @return this
     */
    public ValueEvent put(final int field, final long number, final String value) {
        numbers[field] = number;
        strings[field] = value;
        isSet[field] = true;
        return this;
    }

    @Override
    public long timestamp() {
        return timestamp;
    }

    @Override
    public int cpu() {
        return cpu;
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public String comm() {
        return comm;
    }

    @Override
    public String buffer() {
        return buffer;
    }

    @Override
    public String system() {
        return format.system();
    }

    @Override
    public String name() {
        return format.name();
    }

    @Override
    public EventFormat format() {
        return format;
    }

    @Override
    public long getLong(final EventField field) {
        return isSet[field.offset()] ? numbers[field.offset()] : 0;
    }

    @Override
    public String getString(final EventField field) {
        final int at = field.offset();
        if (!isSet[at]) {
            return CORRUPT;
        }
        return strings[at] == null ? Long.toString(numbers[at]) : strings[at];
    }

    @Override
    public boolean isCorrupt(final EventField field) {
        return !isSet[field.offset()];
    }

    @Override
    public long lostBefore() {
        return lostBefore;
    }
}
