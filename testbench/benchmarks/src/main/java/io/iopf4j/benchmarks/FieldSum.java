// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import java.util.List;

/** Reads the last three fields of an event, found once for each format of one trace.dat. */
final class FieldSum {
    private static final int FIELDS = 3;

    private static final int FORMATS = 1 << 16; // common_type has 16 bits

    private final EventField[][] fieldsByFormat = new EventField[FORMATS][];

    /** A number that depends on all three. */
    long of(final TraceEvent event) {
        final EventFormat format = event.format();
        EventField[] fields = fieldsByFormat[format.id()];
        if (fields == null) {
            fields = lastFields(format);
            fieldsByFormat[format.id()] = fields;
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
        return all.subList(Math.max(0, all.size() - FIELDS), all.size()).toArray(new EventField[0]);
    }
}
