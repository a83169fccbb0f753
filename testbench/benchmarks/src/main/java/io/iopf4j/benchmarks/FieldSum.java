// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the last three fields of an event, found once for each format. */
final class FieldSum {
    private static final int FIELDS = 3;

    private final Map<EventFormat, EventField[]> fieldsByFormat = new HashMap<>();

    /** A number that depends on all three. */
    long of(final TraceEvent event) {
        EventField[] fields = fieldsByFormat.get(event.format());
        if (fields == null) {
            fields = lastFields(event.format());
            fieldsByFormat.put(event.format(), fields);
        }
        long sum = 0;
        for (final EventField field : fields) {
            sum +=
                    field.kind() == EventField.Kind.INTEGER
                            ? event.getLong(field)
                            : event.getString(field).length();
        }
        return sum;
    }

    private static EventField[] lastFields(final EventFormat format) {
        final List<EventField> all = format.fields();
        return all.subList(all.size() - FIELDS, all.size()).toArray(new EventField[0]);
    }
}
