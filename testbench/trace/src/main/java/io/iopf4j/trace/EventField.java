// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

/**
 * One field of an event: the precomputed way to its value. Belongs to one {@link EventFormat} and
 * serves only events of that format. Immutable.
 */
public final class EventField {
    /** How the value lies in the record. */
    public enum Kind {
        /** A number of 1, 2, 4 or 8 bytes. */
        INTEGER,
        /** A string in an array of fixed size, padded with NULs. */
        CHAR_ARRAY,
        /** A locator of a string: offset from the record's start, and length. */
        DATA_LOC,
        /** A locator of a string: offset from the locator's end, and length. */
        REL_LOC,
        /** Bytes with no reading as a number or a string. */
        OPAQUE,
        /** A {@code name=value} of a line of text. */
        TEXT,
        /** A number or text that the reader has decoded; the offset is the field's number. */
        VALUE
    }

    private final String name;
    private final String type;
    private final Kind kind;
    private final int offset;
    private final int size;
    private final boolean signed;

    /**
     * A field of a format file.
     *
     * @param name the name without array brackets
     * @param type the C type's text
     * @param kind how to read it
     * @param offset bytes from the record's start; for text, the field's number
     * @param size bytes
     * @param signed whether a number has a sign
     */
    public EventField(
            final String name,
            final String type,
            final Kind kind,
            final int offset,
            final int size,
            final boolean signed) {
        this.name = name;
        this.type = type;
        this.kind = kind;
        this.offset = offset;
        this.size = size;
        this.signed = signed;
    }

    /**
     * The name by which {@link EventFormat#field} finds it.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The C type as the format file spells it.
     *
     * @return the type, empty for text
     */
    public String type() {
        return type;
    }

    /**
     * How to read the value.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Where the field begins.
     *
     * @return bytes from the record's start; for text, the field's number within its format
     */
    public int offset() {
        return offset;
    }

    /**
     * How long the field is, or its locator.
     *
     * @return bytes, 0 for text
     */
    public int size() {
        return size;
    }

    /**
     * Whether a number is extended by its sign.
     *
     * @return true if so
     */
    public boolean isSigned() {
        return signed;
    }

    @Override
    public String toString() {
        return type + " " + name + " at " + offset;
    }
}
