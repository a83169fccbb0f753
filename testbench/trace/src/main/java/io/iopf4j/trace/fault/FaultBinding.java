// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/** A row of the table, bound to the format that a trace has for the event. */
final class FaultBinding {
    private final Kind kind;
    private final EventFormat format;
    private final EventField device;
    private final EventField[] fields;
    private final int[] numbers;

    /** Names of fields that the format does not have. */
    private final List<String> missing = new ArrayList<>();

    /** How many fields the format had when it was bound: in text it may gain some. */
    private final int boundFields;

    FaultBinding(final EventFormat format) {
        this.format = format;
        this.boundFields = format.fields().size();
        final FaultEventRow row = FaultEventRow.of(format.system(), format.name());
        final List<EventField> found = new ArrayList<>();
        final List<Integer> targets = new ArrayList<>();
        EventField foundDevice = null;
        for (final String name : row == null ? List.<String>of() : row.fields()) {
            final EventField field = format.field(name);
            if (field == null) {
                missing.add(name);
            } else if (FaultEventRow.isDevice(name)) {
                foundDevice = field;
            } else {
                found.add(field);
                targets.add(FaultEvent.NUMBERS.indexOf(name));
            }
        }
        kind = row == null || !missing.isEmpty() ? Kind.OTHER : row.kind();
        device = foundDevice;
        fields = found.toArray(new EventField[0]);
        numbers = targets.stream().mapToInt(Integer::intValue).toArray();
    }

    boolean isStale() {
        return format.fields().size() != boundFields;
    }

    List<String> missing() {
        return missing;
    }

    /**
     * Fills a fault event.
     *
     * @return the field that this one event lacks, or null if it has them all
     */
    EventField fill(final TraceEvent event, final FaultEvent fault) {
        fault.reset(kind, event.timestamp(), event.pid(), event.cpu());
        if (kind == Kind.OTHER) {
            return null;
        }
        for (int i = 0; i < fields.length; i++) {
            if (event.isCorrupt(fields[i])) {
                return fields[i];
            }
            fault.set(numbers[i], event.getLong(fields[i]));
        }
        if (device != null) {
            if (event.isCorrupt(device)) {
                return device;
            }
            fault.setDevice(event.getString(device));
        }
        return null;
    }
}
