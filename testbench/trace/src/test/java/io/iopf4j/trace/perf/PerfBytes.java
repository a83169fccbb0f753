// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.iopf4j.trace.DatBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts perf.data files together record by record, in either byte order. */
final class PerfBytes {
    static final long IP = 1;
    static final long TID = 2;
    static final long TIME = 4;
    static final long ADDR = 8;
    static final long READ = 0x10;
    static final long CALLCHAIN = 0x20;
    static final long ID = 0x40;
    static final long CPU = 0x80;
    static final long PERIOD = 0x100;
    static final long STREAM_ID = 0x200;
    static final long RAW = 0x400;
    static final long IDENTIFIER = 0x10000;

    /** What perf asks for with several tracepoints, and with one. */
    static final long USUAL = IDENTIFIER | IP | TID | TIME | CPU | PERIOD | RAW;

    static final long ALONE = USUAL & ~IDENTIFIER;

    static final int TRACEPOINT = 2;
    static final int MAP = 301;

    private static final int ATTRIBUTE_SIZE = 128;
    private static final int SAMPLE_ID_ALL = 18;
    private static final int USE_CLOCKID = 25;

    private final boolean bigEndian;
    private final ByteArrayOutputStream records = new ByteArrayOutputStream();
    private final List<byte[]> attributes = new ArrayList<>();
    private final List<long[]> ids = new ArrayList<>();
    private long sampleType = USUAL;
    private byte[] tracing = new byte[0];

    PerfBytes(final boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    DatBytes bytes() {
        return new DatBytes(bigEndian);
    }

    /** An attribute; the last one's layout is that of the records that follow. */
    PerfBytes attribute(final int type, final long config, final long layout, final long... its) {
        sampleType = layout;
        attributes.add(
                bytes().u32(type)
                        .u32(ATTRIBUTE_SIZE)
                        .u64(config)
                        .u64(1)
                        .u64(layout)
                        .u64(0)
                        .u64(flag(SAMPLE_ID_ALL) | flag(USE_CLOCKID))
                        .padTo(92)
                        .u32(1) // CLOCK_MONOTONIC
                        .padTo(ATTRIBUTE_SIZE)
                        .toBytes());
        ids.add(its);
        return this;
    }

    private long flag(final int bit) {
        return 1L << (bigEndian ? 63 - bit : bit);
    }

    PerfBytes layout(final long layout) {
        sampleType = layout;
        return this;
    }

    /** The formats of the events that {@link DatBytes} knows, and a name for thread 42. */
    PerfBytes tracing() {
        tracing = DatBytes.tracingData(bigEndian, "42 saved\n");
        return this;
    }

    PerfBytes record(final int type, final byte[] body) {
        return record(type, 0, body);
    }

    PerfBytes record(final int type, final int misc, final byte[] body) {
        records.writeBytes(
                bytes().u32(type).number(misc, 2).number(body.length + 8, 2).bytes(body).toBytes());
        return this;
    }

    PerfBytes raw(final byte[] bytes) {
        records.writeBytes(bytes);
        return this;
    }

    /** A sample of the event map. */
    PerfBytes map(final long id, final long time, final int cpu, final int tid, final long iova) {
        return sample(id, time, cpu, tid, bytes().common(MAP).u64(iova).u64(0).u64(4096).toBytes());
    }

    PerfBytes sample(
            final long id, final long time, final int cpu, final int tid, final byte[] raw) {
        final DatBytes body = bytes();
        put(body, IDENTIFIER, id);
        put(body, IP, 0xffff_ffff_8100_0000L);
        if (has(TID)) {
            body.u32(7).u32(tid);
        }
        put(body, TIME, time);
        put(body, ADDR, 0xadd);
        put(body, ID, id);
        put(body, STREAM_ID, 0x57);
        if (has(CPU)) {
            body.u32(cpu).u32(0);
        }
        put(body, PERIOD, 3);
        put(body, READ, 1);
        if (has(CALLCHAIN)) {
            body.u64(2).u64(11).u64(12);
        }
        if (has(RAW)) {
            body.u32(raw.length).bytes(raw);
        }
        return record(9, body.padTo((body.size() + 7) & ~7).toBytes());
    }

    private boolean has(final long bit) {
        return (sampleType & bit) != 0;
    }

    private void put(final DatBytes body, final long bit, final long value) {
        if (has(bit)) {
            body.u64(value);
        }
    }

    /** How records end that are no samples. */
    byte[] end(final long id, final long time, final int cpu, final int tid) {
        final DatBytes end = bytes();
        if (has(TID)) {
            end.u32(7).u32(tid);
        }
        put(end, TIME, time);
        put(end, ID, id);
        put(end, STREAM_ID, 0x57);
        if (has(CPU)) {
            end.u32(cpu).u32(0);
        }
        put(end, IDENTIFIER, id);
        return end.toBytes();
    }

    PerfBytes comm(final int tid, final String name, final long time) {
        final DatBytes body = bytes().u32(7).u32(tid).text(name);
        body.padTo((body.size() + 8) & ~7);
        return record(3, body.bytes(end(5, time, 0, tid)).toBytes());
    }

    PerfBytes fork(final int tid, final int parent, final long time) {
        final DatBytes body = bytes().u32(7).u32(7).u32(tid).u32(parent).u64(time);
        return record(7, body.bytes(end(5, time, 0, parent)).toBytes());
    }

    PerfBytes lost(final long count, final long time) {
        return record(2, bytes().u64(5).u64(count).bytes(end(5, time, 0, 1)).toBytes());
    }

    PerfBytes lostSamples(final long count, final long time) {
        return record(13, bytes().u64(count).bytes(end(5, time, 0, 1)).toBytes());
    }

    PerfBytes finishedRound() {
        return record(68, new byte[0]);
    }

    /** Packs the records so far into others of a size, as one stream. */
    PerfBytes pack(final int type, final int size) {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(packed)) {
            zstd.write(records.toByteArray());
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        records.reset();
        return packed(type, packed.toByteArray(), size);
    }

    /**
     * Packs the records so far as perf does, into a stream that does not end: a block of plain
     * bytes in each of several records.
     */
    PerfBytes stream(final int size) {
        final byte[] all = records.toByteArray();
        records.reset();
        for (int from = 0; from < all.length; from += size) {
            final int length = Math.min(size, all.length - from);
            final DatBytes body = new DatBytes(false);
            body.hex(from == 0 ? "28b52ffd0048" : "").number(length << 3, 3);
            record(81, body.bytes(Arrays.copyOfRange(all, from, from + length)).toBytes());
        }
        return this;
    }

    private PerfBytes packed(final int type, final byte[] all, final int size) {
        for (int from = 0; from < all.length; from += size) {
            final int length = Math.min(size, all.length - from);
            final byte[] part = Arrays.copyOfRange(all, from, from + length);
            final DatBytes body = bytes();
            if (type == 83) {
                body.u64(length).bytes(part);
                body.padTo((body.size() + 7) & ~7);
            } else {
                body.bytes(part);
            }
            record(type, body.toBytes());
        }
        return this;
    }

    byte[] pipe() {
        final DatBytes out = bytes().u64(0x32454c4946524550L).u64(16);
        final PerfBytes front = new PerfBytes(bigEndian);
        for (int i = 0; i < attributes.size(); i++) {
            final DatBytes body = bytes().bytes(attributes.get(i));
            for (final long id : ids.get(i)) {
                body.u64(id);
            }
            front.record(64, body.toBytes());
        }
        front.record(80, bytes().u64(3).bytes(string("box")).toBytes());
        front.record(80, bytes().u64(4).bytes(string("6.12.0")).toBytes());
        if (tracing.length > 0) {
            final int size = (tracing.length + 7) & ~7;
            front.record(66, bytes().u32(size).u32(0).toBytes());
            front.raw(bytes().bytes(tracing).padTo(size).toBytes());
        }
        return out.bytes(front.records.toByteArray()).bytes(records.toByteArray()).toBytes();
    }

    private byte[] string(final String text) {
        return bytes().u32(64).text(text).padTo(68).toBytes();
    }

    byte[] file() {
        return file(records.size());
    }

    /** A file that says another size of its records. */
    byte[] file(final long said) {
        final int each = ATTRIBUTE_SIZE + 16;
        final int attributesAt = 104;
        final int idsAt = attributesAt + each * attributes.size();
        int count = 0;
        final DatBytes table = bytes();
        final DatBytes idTable = bytes();
        for (int i = 0; i < attributes.size(); i++) {
            table.bytes(attributes.get(i)).u64(idsAt + 8L * count).u64(8L * ids.get(i).length);
            for (final long id : ids.get(i)) {
                idTable.u64(id);
                count++;
            }
        }
        final int dataAt = idsAt + 8 * count;
        final byte[] release = string("6.12.0");
        final byte[] cpus = bytes().u32(4).u32(4).toBytes();
        final int featuresAt = dataAt + records.size();
        final byte[] host = string("box");
        final int feature0 = featuresAt + 4 * 16;
        final DatBytes out = bytes().u64(0x32454c4946524550L).u64(104).u64(each);
        out.u64(attributesAt).u64((long) each * attributes.size());
        out.u64(dataAt).u64(said).u64(0).u64(0);
        out.u64(1 << 1 | 1 << 3 | 1 << 4 | 1 << 7).u64(0).u64(0).u64(0);
        out.bytes(table.toBytes()).bytes(idTable.toBytes()).bytes(records.toByteArray());
        int at = feature0;
        for (final byte[] feature : List.of(tracing, host, release, cpus)) {
            out.u64(at).u64(feature.length);
            at += feature.length;
        }
        return out.bytes(tracing).bytes(host).bytes(release).bytes(cpus).toBytes();
    }
}
