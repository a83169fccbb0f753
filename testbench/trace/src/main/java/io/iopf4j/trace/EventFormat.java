// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The layout of one kind of event. Within a reader there is one object for each kind, so that it
 * can serve as a key for precomputed {@link EventField}s. In text, fields become known as lines
 * show them: a format may gain fields, it never loses or changes one.
 */
public final class EventFormat {
    private static final String COMMON_PID = "common_pid";

    private final String system;
    private final String name;
    private final int id;
    private final List<EventField> fields = new ArrayList<>();
    private final List<EventField> view = Collections.unmodifiableList(fields);
    private final Map<String, EventField> byName = new HashMap<>();
    private EventField commonPid;

    /**
     * A format without fields so far.
     *
     * @param system the event's group, empty if unknown
     * @param name the event's name
     * @param id the number in the records, -1 for text
     */
    public EventFormat(final String system, final String name, final int id) {
        this.system = system;
        this.name = name;
        this.id = id;
    }

    /**
     * Adds a field; the first of a name wins. For the readers that make a format.
     *
     * @param field the next field
     */
    public void add(final EventField field) {
        fields.add(field);
        if (byName.putIfAbsent(field.name(), field) == null && field.name().equals(COMMON_PID)) {
            commonPid = field;
        }
    }

    /**
     * The group.
     *
     * @return the group, empty if unknown
     */
    public String system() {
        return system;
    }

    /**
     * The name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The number that stands for the event in the records of this trace.
     *
     * @return the id, -1 for text
     */
    public int id() {
        return id;
    }

    /**
     * All fields, the common ones first.
     *
     * @return a view, in the order of the format file
     */
    public List<EventField> fields() {
        return view;
    }

    /**
     * Finds the field that every record is asked for.
     *
     * @return the field that says which thread was running, or null
     */
    public EventField commonPid() {
        return commonPid;
    }

    /**
     * Finds a field.
     *
     * @param field its name
     * @return the field, or null
     */
    public EventField field(final String field) {
        return byName.get(field);
    }

    /**
     * Finds a field that must be there.
     *
     * @param field its name
     * @return the field
     * @throws IllegalArgumentException if there is none
     */
    public EventField require(final String field) {
        final EventField found = byName.get(field);
        if (found == null) {
            throw new IllegalArgumentException(
                    "event " + this + " has no field " + field + ", only " + byName.keySet());
        }
        return found;
    }

    @Override
    public String toString() {
        return system.isEmpty() ? name : system + ":" + name;
    }
}
