// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

/**
 * The event on which a {@link TraceReader} stands. The same object serves all events of a reader;
 * its values are those of the current one. Reading a number through an {@link EventField} allocates
 * nothing.
 */
public interface TraceEvent {
    /** What {@link #getString} gives for a field whose bytes lie outside the record. */
    String CORRUPT = "<corrupt>";

    /**
     * When the event happened.
     *
     * @return nanoseconds if {@link TraceInfo#timesAreNanoseconds()}, else the clock's own units
     */
    long timestamp();

    /**
     * Where it happened.
     *
     * @return the CPU's number, from 0
     */
    int cpu();

    /**
     * Which thread was running.
     *
     * @return the thread's id, 0 for an idle CPU
     */
    int pid();

    /**
     * The running thread's name.
     *
     * @return the name, {@code <idle>} for pid 0, {@code <...>} if the trace does not know it
     */
    String comm();

    /**
     * The ring buffer instance that recorded the event.
     *
     * @return its name, empty for the top instance
     */
    String buffer();

    /**
     * The event's group, such as {@code iommu}.
     *
     * @return the group, empty in text that does not print it
     */
    String system();

    /**
     * The event's name, such as {@code io_page_fault}.
     *
     * @return the name; {@code unknown_N} if the trace has no format for the id N
     */
    String name();

    /**
     * The event's layout, the same object for all events of one kind.
     *
     * @return the format, key of precomputed {@link EventField}s
     */
    EventFormat format();

    /**
     * Whether the event has such a field.
     *
     * @param field a name as in the event's format file
     * @return true if {@link #getLong(String)} may be asked
     */
    default boolean hasField(final String field) {
        return format().field(field) != null;
    }

    /**
     * A field by name; {@link #getLong(EventField)} is faster.
     *
     * @param field a name that {@link #hasField} knows
     * @return the value
     * @throws IllegalArgumentException if the event has no such field
     */
    default long getLong(final String field) {
        return getLong(format().require(field));
    }

    /**
     * A field by name; {@link #getString(EventField)} is faster.
     *
     * @param field a name that {@link #hasField} knows
     * @return the value as text
     * @throws IllegalArgumentException if the event has no such field
     */
    default String getString(final String field) {
        return getString(format().require(field));
    }

    /**
     * A number, extended by its sign if the format says that it has one.
     *
     * @param field a field of {@link #format()}
     * @return the value; 0 if the field is corrupt or is no number
     */
    long getLong(EventField field);

    /**
     * A string up to its NUL, or a number in decimal.
     *
     * @param field a field of {@link #format()}
     * @return the text, {@link #CORRUPT} if the field is corrupt. Strings of up to 64 bytes are
     *     interned, so that names which repeat are not allocated again
     */
    String getString(EventField field);

    /**
     * Whether a field's bytes lie outside the record, or are missing in a line of text.
     *
     * @param field a field of {@link #format()}
     * @return true if its value cannot be had
     */
    boolean isCorrupt(EventField field);

    /**
     * How many events the kernel lost on this CPU right before this one.
     *
     * @return the number, 0 for none, -1 if some were lost and not counted
     */
    long lostBefore();
}
