// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A trace as steps of I/O page faults: one {@link FaultEvent} for each event of the reader, {@link
 * Kind#OTHER} for what is none. Knows the kernel's system {@code iommu} and the probes of the
 * system {@code iopf}; in text, which names no systems, the name of the event decides. One thread
 * at a time; the reader stays the caller's to close.
 */
public final class FaultEvents {
    private static final int LAST_MET = 64;

    private final TraceReader reader;
    private final FaultMap map;
    private final FaultEvent fault = new FaultEvent();
    private final Map<EventFormat, Met> met = new LinkedHashMap<>();
    private final Met[] lastMet = new Met[LAST_MET];
    private final Warnings warnings = new Warnings();
    private final Set<String> warned = new HashSet<>();

    /** What is known of the events of one format. */
    private static final class Met {
        private final EventFormat format;
        private FaultBinding binding;
        private long events;

        Met(final EventFormat format) {
            this.format = format;
        }
    }

    /**
     * Reads from where the reader stands, with what is built in.
     *
     * @param reader the trace; must not be moved by others meanwhile
     */
    public FaultEvents(final TraceReader reader) {
        this(reader, FaultMap.builtIn());
    }

    /**
     * Reads from where the reader stands.
     *
     * @param reader the trace; must not be moved by others meanwhile
     * @param map which of its events are steps of faults
     */
    public FaultEvents(final TraceReader reader, final FaultMap map) {
        this.reader = reader;
        this.map = map;
    }

    /**
     * Goes to the next event of the trace.
     *
     * @return false at the end
     * @throws IOException if the file cannot be read, or a user's rule does not fit its events
     */
    public boolean next() throws IOException {
        if (!reader.next()) {
            return false;
        }
        final TraceEvent event = reader.event();
        final Met alike = met(event.format());
        alike.events++;
        final EventField corrupt = alike.binding.fill(event, fault);
        if (corrupt != null) {
            fault.reset(Kind.OTHER, event);
            warnOnce(event.format(), corrupt.name(), "damaged in at least one event");
        }
        return true;
    }

    private Met met(final EventFormat format) throws IOException {
        final int slot = format.id() & (LAST_MET - 1);
        Met alike = lastMet[slot];
        if (alike == null || alike.format != format) {
            alike = met.computeIfAbsent(format, Met::new);
            lastMet[slot] = alike;
        }
        if (alike.binding == null || alike.binding.isStale()) {
            alike.binding = new FaultBinding(format, map);
            for (final String field : alike.binding.missing()) {
                warnOnce(format, field, "missing in the format");
            }
        }
        return alike;
    }

    private void warnOnce(final EventFormat format, final String field, final String problem) {
        if (warned.add(format + "." + field)) {
            warnings.add("event " + format + ": field " + field + " is " + problem);
        }
    }

    /**
     * The current step.
     *
     * @return one object, which {@link #next()} changes
     */
    public FaultEvent event() {
        return fault;
    }

    /**
     * How many events there are of each format, steps or not.
     *
     * @return counts so far, in the order in which the formats were met
     */
    public Map<EventFormat, Long> eventsByFormat() {
        final Map<EventFormat, Long> counts = new LinkedHashMap<>();
        met.forEach((format, alike) -> counts.put(format, alike.events));
        return counts;
    }

    /**
     * What could not be mapped, each event and field once.
     *
     * @return a copy
     */
    public List<String> warnings() {
        return warnings.list();
    }
}
