// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.fault.FaultEvents;
import io.iopf4j.trace.fault.FaultMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Reads a dump once, from its first event to its last, and tells listeners what is in it. */
public final class DumpReader {
    private static final long PROGRESS_EVENTS = 1 << 14;

    /** What {@code include/trace/events/intel_iommu.h} alone has. */
    private static final Set<String> VTD_EVENTS =
            Set.of(
                    "qi_submit",
                    "prq_report",
                    "cache_tag_assign",
                    "cache_tag_unassign",
                    "cache_tag_flush_all",
                    "cache_tag_flush_range",
                    "cache_tag_flush_range_np");

    /** What reads logs, QEMU's traces and dumps of queues calls their events. */
    private static final Set<String> VTD_SYSTEMS = Set.of("dmar", "vtd", "prq", "frcd", "qi");

    private final TraceReader reader;
    private final FaultMap map;
    private final DumpSummary summary;
    private final TreeMap<String, Long> eventsByName = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * A reader at the start of a dump.
     *
     * @param reader the dump, opened; its owner closes it
     * @param map which of its events are steps of faults
     * @param summary counts what is in it, besides what it counts of other dumps
     */
    public DumpReader(final TraceReader reader, final FaultMap map, final DumpSummary summary) {
        this.reader = reader;
        this.map = map;
        this.summary = summary;
    }

    /**
     * Reads it all. What is read before damage counts; damage is in {@link #warnings}.
     *
     * @param listeners who hears of the faults, besides {@link #summary}
     * @param firstNumber number of the first group
     * @param progress hears the position in bytes now and then
     * @return the number that the next dump's first group gets
     * @throws IOException if the file cannot be read any more
     */
    public long readAll(
            final List<? extends DumpListener> listeners,
            final long firstNumber,
            final LongConsumer progress)
            throws IOException {
        final List<DumpListener> all = new ArrayList<>(listeners);
        all.add(0, summary);
        final DumpTracker tracker = new DumpTracker(all, firstNumber);
        final FaultEvents events = new FaultEvents(reader, map);
        long lostMarkers = 0;
        long untilProgress = PROGRESS_EVENTS;
        while (events.next()) {
            summary.event(events.event().timeNs());
            if (reader.lostMarkers() != lostMarkers) {
                lostMarkers = reader.lostMarkers();
                tracker.lost(events.event().timeNs());
            }
            tracker.accept(events.event());
            if (--untilProgress == 0) {
                untilProgress = PROGRESS_EVENTS;
                progress.accept(reader.position());
            }
        }
        if (!reader.warnings().isEmpty()) {
            // What is cut off or damaged may hold answers to anything.
            tracker.lost(summary.lastNs());
        }
        tracker.finish();
        count(events);
        summary.finish(tracker.outstanding(), tracker.incomplete());
        warnings.addAll(reader.warnings());
        warnings.addAll(events.warnings());
        if (reader.lostMarkers() > 0) {
            warnings.add(lossWarning());
        }
        if (tracker.widePasids() > 0) {
            warnings.add(
                    tracker.widePasids()
                            + " group(s) have a PASID of more than "
                            + RecordedGroup.PASID_BITS
                            + " bits; they are not compared");
        }
        return tracker.nextNumber();
    }

    private void count(final FaultEvents events) {
        events.eventsByFormat()
                .forEach(
                        (format, count) -> {
                            final String name = format.name();
                            final boolean isNew = !eventsByName.containsKey(name);
                            eventsByName.merge(name, count, Long::sum);
                            if (isNew
                                    && (VTD_EVENTS.contains(name)
                                            || VTD_SYSTEMS.contains(format.system()))) {
                                summary.vtdEvent();
                            }
                        });
    }

    private String lossWarning() {
        return "events were lost at "
                + reader.lostMarkers()
                + " place(s), "
                + reader.lostEvents()
                + " counted; groups around them may lack their report, delivery or answer";
    }

    /**
     * The dump.
     *
     * @return what it was made with
     */
    public TraceReader reader() {
        return reader;
    }

    /**
     * What the dump holds.
     *
     * @return the counts, complete after {@link #readAll}
     */
    public DumpSummary summary() {
        return summary;
    }

    /**
     * Events by name.
     *
     * @return counts, complete after {@link #readAll}
     */
    public SortedMap<String, Long> eventsByName() {
        return Collections.unmodifiableSortedMap(eventsByName);
    }

    /**
     * What could not be read or relied on.
     *
     * @return one line each
     */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
