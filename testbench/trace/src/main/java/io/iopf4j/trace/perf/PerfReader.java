// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.dat.CommTable;
import io.iopf4j.trace.dat.RawRecord;
import io.iopf4j.trace.dat.TracingData;
import io.iopf4j.trace.input.CountedReader;
import io.iopf4j.trace.input.FileSource;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.util.StringCache;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reads a perf.data: its samples in the order of time, and what was lost between them. Records are
 * those of {@code include/uapi/linux/perf_event.h} and {@code tools/lib/perf/include/perf/event.h},
 * Linux 6.12.
 */
public final class PerfReader extends CountedReader {
    /** {@link TraceInfo#format()} of a perf.data. */
    public static final String FORMAT = "perf.data";

    private static final int VERSION = 2;
    private static final int PIPE_HEADER = 16;

    /** Formats of all events of a kernel, and its symbols as old versions wrote them. */
    private static final int TRACING_MAX = 64 << 20;

    private static final int LOST = 2;
    private static final int COMM = 3;
    private static final int FORK = 7;
    private static final int SAMPLE = 9;
    private static final int LOST_SAMPLES = 13;
    private static final int HEADER_ATTR = 64;
    private static final int HEADER_TRACING_DATA = 66;
    private static final int AUXTRACE = 71;
    private static final int HEADER_FEATURE = 80;

    private final TraceInput input;
    private final Warnings warnings;
    private final Records records;
    private final Attributes attributes;
    private final Features features;
    private final TimeOrder order;
    private final LongSupplier position;
    private final long size;
    private final Sample sample = new Sample();
    private final CommTable comms = new CommTable();
    private final StringCache strings = new StringCache();
    private final PerfEvent event;
    private final TraceInfo info;

    private Entry current;
    private long lastTime;
    private long lostBefore;
    private boolean isTraced;
    private boolean isLate;
    private boolean isUnknown;
    private boolean isAtEnd;
    private boolean isPending;

    private PerfReader(
            final TraceInput input,
            final boolean bigEndian,
            final Records records,
            final Attributes attributes,
            final Features features,
            final TracingData tracing,
            final LongSupplier position,
            final long size)
            throws IOException {
        super(input.warnings());
        this.input = input;
        this.warnings = input.warnings();
        this.records = records;
        this.attributes = attributes;
        this.features = features;
        this.order = new TimeOrder(bigEndian);
        this.position = position;
        this.size = size;
        this.event = new PerfEvent(comms, tracing);
        this.isPending = find();
        this.info = describe(bigEndian);
    }

    /** Reads a file with its tables at front and end. */
    static TraceReader ofFile(final TraceInput input, final boolean bigEndian) throws IOException {
        final FileSource file = input.file();
        final FileHeader header = new FileHeader(input.name(), file, bigEndian, input.warnings());
        final Records records =
                new Records(
                        bigEndian,
                        new RangeStream(file, header.start, header.end),
                        header.start,
                        input.warnings());
        return new PerfReader(
                input,
                bigEndian,
                records,
                header.attributes,
                header.features,
                header.tracing,
                records::offset,
                file.size());
    }

    /** Reads a pipe, or what was one: all that describes the records comes as a record itself. */
    static TraceReader ofPipe(final TraceInput input, final boolean bigEndian) throws IOException {
        return new PerfReader(
                input,
                bigEndian,
                new Records(bigEndian, input.stream(), PIPE_HEADER, input.warnings()),
                new Attributes(),
                new Features(),
                TracingData.none(input.name(), input.warnings()),
                input::position,
                input.size());
    }

    private TraceInfo describe(final boolean bigEndian) {
        final Attribute first = attributes.first();
        return new TraceInfo(
                FORMAT,
                VERSION,
                bigEndian ? "big endian" : "little endian",
                features.kernel(),
                first == null ? "" : clock(first.clock()),
                true,
                features.cpus(),
                List.of(""));
    }

    /** A clock's name as tracefs has it: {@code include/uapi/linux/time.h}, Linux 6.12. */
    private static String clock(final int id) {
        return switch (id) {
            case Attribute.OWN_CLOCK -> "perf";
            case 0 -> "realtime";
            case 1 -> "mono";
            case 4 -> "mono_raw";
            case 7 -> "boot";
            case 11 -> "tai";
            default -> "clock " + id;
        };
    }

    @Override
    protected boolean advance() throws IOException {
        if (isPending) {
            isPending = false;
            return true;
        }
        return find();
    }

    private boolean find() throws IOException {
        if (current != null) {
            order.giveBack(current);
            current = null;
        }
        while (true) {
            order.reached(records.unpacked());
            final Entry entry = order.poll();
            if (entry != null) {
                if (apply(entry)) {
                    current = entry;
                    return true;
                }
                order.giveBack(entry);
            } else if (isAtEnd) {
                return false;
            } else {
                read();
            }
        }
    }

    /** Whether the entry is an event; all else changes what events look like. */
    private boolean apply(final Entry entry) {
        switch (entry.kind) {
            case SAMPLE -> {
                final long time = entry.key == Long.MIN_VALUE ? lastTime : entry.time;
                if (time < lastTime && !isLate) {
                    isLate = true;
                    warnings.add(
                            "events out of the order of time, the first by "
                                    + (lastTime - time)
                                    + " ns at "
                                    + time);
                }
                lastTime = Math.max(lastTime, time);
                event.set(entry, time, lostBefore);
                lostBefore = 0;
                return true;
            }
            case LOST -> {
                lose(entry.value);
                lostBefore += entry.value;
            }
            case COMM -> comms.put(entry.tid, strings.get(entry.bytes, 0, entry.length));
            case FORK -> fork(entry);
            default -> throw new AssertionError(entry.kind);
        }
        return false;
    }

    private void fork(final Entry entry) {
        final int parent = (int) entry.value;
        if (parent > 0 && parent != entry.tid) {
            comms.put(entry.tid, comms.get(parent));
        }
    }

    private void read() throws IOException {
        final RecordFeed record = records.next();
        if (record == null) {
            isAtEnd = true;
            records.warnOfRest();
            order.finish();
            return;
        }
        switch (record.type) {
            case SAMPLE -> sample(record);
            case LOST -> lost(record, RecordFeed.HEADER + 8);
            case LOST_SAMPLES -> lost(record, RecordFeed.HEADER);
            case COMM -> comm(record);
            case FORK -> begun(record);
            case RecordFeed.FINISHED_ROUND -> order.finishRound(records.unpacked() + records.lag());
            case HEADER_ATTR -> attribute(record);
            case HEADER_TRACING_DATA -> tracingData(record);
            case HEADER_FEATURE -> feature(record);
            case AUXTRACE -> {
                if (record.length >= RecordFeed.HEADER + 8) {
                    record.skip(record.longAt(record.record + RecordFeed.HEADER));
                }
            }
            default -> {} // where code lies, and other things of no concern to events
        }
    }

    private void sample(final RecordFeed record) {
        final Attribute attribute = attributes.ofSample(record);
        if (attribute == null) {
            if (!isUnknown) {
                isUnknown = true;
                bad(record, "a sample of a known event", "others");
            }
            return;
        }
        final boolean isTracepoint = attribute.format() == null;
        if (!sample.read(record, attribute) || (isTracepoint && sample.rawLength < 2)) {
            bad(record, "a whole sample", record.length + " bytes");
            return;
        }
        final Entry entry;
        if (isTracepoint) {
            entry = order.make(sample.rawLength);
            System.arraycopy(record.bytes, sample.raw, entry.bytes, 0, sample.rawLength);
        } else {
            entry = order.make(8 * Sample.PLAIN_FIELDS.size());
            entry.putLong(0, sample.ip);
            entry.putLong(8, sample.address);
            entry.putLong(16, sample.period);
        }
        entry.attribute = attribute;
        add(entry, Entry.Kind.SAMPLE);
    }

    private void add(final Entry entry, final Entry.Kind kind) {
        entry.kind = kind;
        entry.time = sample.time;
        entry.cpu = sample.cpu;
        entry.tid = sample.tid;
        order.add(entry, sample.hasTime);
    }

    private void lost(final RecordFeed record, final int countAt) {
        if (record.length < countAt + 8) {
            bad(record, "a count of lost events", record.length + " bytes");
            return;
        }
        sample.readEnd(record, attributes.ofOther(record));
        final long count = record.longAt(record.record + countAt);
        final Entry entry = order.make(0);
        entry.value = count < 0 || count > Integer.MAX_VALUE ? 0 : count;
        add(entry, Entry.Kind.LOST);
    }

    private void comm(final RecordFeed record) {
        final int nameAt = RecordFeed.HEADER + 8;
        sample.readEnd(record, attributes.ofOther(record));
        int end = nameAt;
        while (end < record.length && record.bytes[record.record + end] != 0) {
            end++;
        }
        if (end == nameAt || end >= record.length) {
            return; // no name
        }
        final Entry entry = order.make(end - nameAt);
        System.arraycopy(record.bytes, record.record + nameAt, entry.bytes, 0, entry.length);
        sample.tid = record.intAt(record.record + RecordFeed.HEADER + 4);
        add(entry, Entry.Kind.COMM);
    }

    private void begun(final RecordFeed record) {
        if (record.length < RecordFeed.HEADER + 24) {
            return;
        }
        sample.readEnd(record, attributes.ofOther(record));
        final int body = record.record + RecordFeed.HEADER;
        final Entry entry = order.make(0);
        sample.tid = record.intAt(body + 8);
        entry.value = record.intAt(body + 12);
        add(entry, Entry.Kind.FORK);
    }

    private void attribute(final RecordFeed record) {
        final int body = record.record + RecordFeed.HEADER;
        final int room = record.length - RecordFeed.HEADER;
        final Attribute attribute = Attribute.parse(record, body, room);
        if (attribute == null) {
            bad(record, "an attribute", room + " bytes");
            return;
        }
        attributes.add(attribute);
        final int end = body + room;
        for (int at = body + Attribute.size(record, body, room); at + 8 <= end; at += 8) {
            attributes.add(record.longAt(at), attribute);
        }
    }

    /** Only the first counts: a pipe has one. */
    private void tracingData(final RecordFeed record) throws IOException {
        if (record.length < RecordFeed.HEADER + 4) {
            bad(record, "the size of the tracing data", "none");
            return;
        }
        final long bytes = record.intAt(record.record + RecordFeed.HEADER) & 0xffff_ffffL;
        if (isTraced) {
            record.skip(bytes);
            return;
        }
        isTraced = true;
        final byte[] data = record.take(bytes, TRACING_MAX);
        if (data == null) {
            bad(record, "tracing data of at most " + TRACING_MAX + " bytes", bytes + " bytes");
        } else {
            event.describedBy(TracingData.read(input.name(), data, warnings));
        }
    }

    private void feature(final RecordFeed record) {
        final int from = record.record + RecordFeed.HEADER + 8;
        if (record.length >= RecordFeed.HEADER + 8) {
            features.add(record.longAt(from - 8), record, from, record.record + record.length);
        }
    }

    private void bad(final RawRecord record, final String expected, final String found) {
        warnings.at(records.offset() - record.length, expected, found);
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }

    @Override
    public long position() {
        return isAtEnd && size >= 0 ? size : position.getAsLong();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
