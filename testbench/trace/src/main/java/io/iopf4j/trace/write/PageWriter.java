// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Fills ring buffer pages with records, as a 64-bit little-endian kernel would. */
final class PageWriter {
    private static final int HEADER = 16;
    private static final int COMMIT = 8;
    private static final int TIME_EXTEND = 30;
    private static final int DELTA_BITS = 27;
    private static final int SMALL_MAX = 112;
    private static final int RECORD_MAX = 1024;

    private final PageSink sink;
    private final ByteBuffer page = PageSink.little(PageSink.PAGE_SIZE);
    private final ByteBuffer record = PageSink.little(RECORD_MAX);
    private long lastTime;

    PageWriter(final PageSink sink) {
        this.sink = sink;
        page.position(HEADER);
    }

    /**
     * Records one event; times must not go back.
     *
     * @param probe which
     * @param time when, nanoseconds
     * @param pid who
     * @param device the value of the string field, if there is one
     * @param values those of the other fields, in their order
     */
    void event(
            final Probe probe,
            final long time,
            final int pid,
            final String device,
            final long... values)
            throws IOException {
        encode(probe, pid, device, values);
        final int size = record.limit();
        // Room for a time extension in front and a long header.
        if (page.remaining() < 16 + size) {
            flush();
        }
        if (page.position() == HEADER) {
            page.putLong(0, time);
            lastTime = time;
        }
        final long delta = time - lastTime;
        lastTime = time;
        int shortDelta = (int) delta;
        if (delta >>> DELTA_BITS != 0) {
            page.putInt(TIME_EXTEND | (int) (delta << 5));
            page.putInt((int) (delta >>> DELTA_BITS));
            shortDelta = 0;
        }
        if (size <= SMALL_MAX) {
            page.putInt(size / 4 | (shortDelta << 5));
        } else {
            page.putInt(shortDelta << 5).putInt(size + 4);
        }
        page.put(record);
    }

    private void encode(
            final Probe probe, final int pid, final String device, final long... values) {
        record.clear();
        record.putShort((short) probe.id()).putShort((short) 0).putInt(pid);
        int next = 0;
        int locator = 0;
        for (final String field : probe.fields()) {
            if (field.startsWith("str")) {
                locator = record.position();
                record.putInt(0);
            } else if (Probe.size(field) == 4) {
                record.putInt((int) values[next++]);
            } else {
                record.putLong(values[next++]);
            }
        }
        if (locator != 0) {
            final byte[] name = device.getBytes(StandardCharsets.UTF_8);
            record.putInt(locator, record.position() | ((name.length + 1) << 16));
            record.put(name).put((byte) 0);
        }
        while (record.position() % 4 != 0) {
            record.put((byte) 0);
        }
        record.flip();
    }

    /** Hands over the page begun last. */
    void flush() throws IOException {
        if (page.position() == HEADER) {
            return;
        }
        page.putLong(COMMIT, page.position() - HEADER);
        while (page.hasRemaining()) {
            page.put((byte) 0);
        }
        sink.page(page.flip());
        page.clear().position(HEADER);
    }
}
