// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.input.ValueEvent;
import io.iopf4j.trace.util.TextLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads invalidation queues, unit after unit: {@code invalidation_queue_show()} of {@code
 * drivers/iommu/intel/debugfs.c}, Linux 6.12. Its rows are places of a ring: a unit's are handed
 * out from the tail on, where the oldest is, and a descriptor's time is its number in microseconds.
 */
final class DescriptorReader extends InputReader {
    static final Pattern UNIT = Pattern.compile("^Invalidation queue on IOMMU: (\\S{1,64})");

    private static final String FORMAT = "invalidation_queue";
    private static final Pattern POINTERS =
            Pattern.compile("Head: (\\d{1,9})\\s+Tail: (\\d{1,9})\\s*$");
    private static final Pattern ROW =
            Pattern.compile(
                    "^\\s*(\\d{1,9})\\s+([0-9a-f]{16})\\s+([0-9a-f]{16})"
                            + "(?:\\s+([0-9a-f]{16})\\s+([0-9a-f]{16}))?\\s+([0-9a-f]{16})\\s*$");
    private static final Pattern TITLE = Pattern.compile("^\\s*Index\\s+qw0");

    /** 2^15 places of 16 bytes are the largest queue: VT-d specification, 6.5.2. */
    private static final int PLACES_MAX = 1 << 15;

    private static final int LINE_MAX = 200;
    private static final long NS_PER_RECORD = 1000;

    private static final EventFormat DESCRIPTOR =
            ValueEvent.format("qi", "descriptor", "iommu", "qw0", "qw1", "qw2", "qw3", "status");

    /** A used place of the ring. */
    private record Place(long index, long qw0, long qw1, long qw2, long qw3, long status) {}

    private final TextLines lines;
    private final List<Place> places = new ArrayList<>();
    private final ValueEvent event = new ValueEvent();
    private final TraceInfo info = new TraceInfo(FORMAT, 0, "", "", "record", true, 0, List.of());
    private String unit = "";
    private String nextUnit = "";
    private long tail;
    private int next;
    private long number;
    private long emptyPlaces;

    DescriptorReader(final TraceInput input) {
        super(input);
        lines = new TextLines(input.stream());
    }

    @Override
    protected boolean advance() throws IOException {
        while (next == places.size()) {
            if (!readUnit()) {
                return false;
            }
        }
        final Place place = places.get(next++);
        event.begin(DESCRIPTOR, number++ * NS_PER_RECORD)
                .put(0, unit)
                .put(1, place.qw0)
                .put(2, place.qw1)
                .put(3, place.qw2)
                .put(4, place.qw3)
                .put(5, place.status);
        return true;
    }

    /** Reads rows up to the next unit's title; false at the end of the text. */
    private boolean readUnit() throws IOException {
        places.clear();
        next = 0;
        unit = nextUnit;
        tail = 0;
        boolean isAny = false;
        while (lines.next()) {
            isAny = true;
            final int size = Math.min(lines.end - lines.start, LINE_MAX);
            final String line =
                    new String(lines.bytes(), lines.start, size, StandardCharsets.ISO_8859_1);
            final Matcher title = UNIT.matcher(line);
            if (title.find()) {
                nextUnit = title.group(1);
                order();
                return true;
            }
            row(line);
        }
        order();
        return isAny;
    }

    private void row(final String line) {
        final Matcher row = ROW.matcher(line);
        if (row.matches()) {
            final long qw0 = Long.parseUnsignedLong(row.group(2), 16);
            final boolean isWide = row.group(4) != null;
            if (qw0 == 0) {
                emptyPlaces++;
            } else if (places.size() == PLACES_MAX) {
                input().warnings().at(lines.offset(), "at most " + PLACES_MAX + " places", line);
            } else {
                places.add(
                        new Place(
                                Long.parseLong(row.group(1)),
                                qw0,
                                Long.parseUnsignedLong(row.group(3), 16),
                                isWide ? Long.parseUnsignedLong(row.group(4), 16) : 0,
                                isWide ? Long.parseUnsignedLong(row.group(5), 16) : 0,
                                Long.parseUnsignedLong(row.group(6), 16)));
            }
            return;
        }
        final Matcher pointers = POINTERS.matcher(line);
        if (pointers.find()) {
            tail = Long.parseLong(pointers.group(2));
        } else if (!line.isBlank() && !TITLE.matcher(line).find()) {
            input().warnings()
                    .at(lines.offset(), "a row of an invalidation queue up to here", line);
        }
    }

    private void order() {
        final List<Place> newer = places.stream().filter(place -> place.index < tail).toList();
        places.removeIf(place -> place.index < tail);
        places.addAll(newer);
    }

    @Override
    public long emptyPlaces() {
        return emptyPlaces;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }
}
