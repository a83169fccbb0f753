// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.input.ByteSource;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;

/**
 * The event formats and thread names that a perf.data carries: the front of a trace.dat of version
 * 6 under an older version number, written by {@code tools/perf/util/trace-event-info.c}, Linux
 * 6.12. What follows damage is left out with a warning.
 */
public final class TracingData {
    private static final int VERSION_MAX = 16;

    private final DatFile file;

    private TracingData(final DatFile file) {
        this.file = file;
    }

    /**
     * No data: each event is an unknown one.
     *
     * @param name the file, for messages
     * @param warnings gets remarks on damage
     * @return tables without an entry
     */
    public static TracingData none(final String name, final Warnings warnings) {
        return new TracingData(new DatFile(name, new ArraySource(new byte[0]), warnings));
    }

    /**
     * Reads the data of a file.
     *
     * @param name the file, for messages
     * @param source holds the data
     * @param start where they begin in it, bytes
     * @param end where they end at the latest, bytes
     * @param warnings gets remarks on damage
     * @return what can be read of them
     * @throws IOException if the source cannot be read
     */
    public static TracingData read(
            final String name,
            final ByteSource source,
            final long start,
            final long end,
            final Warnings warnings)
            throws IOException {
        final TracingData data = new TracingData(new DatFile(name, source, warnings));
        try {
            data.blocks(data.file.input(start, end));
        } catch (final TraceFormatException e) {
            warnings.add(e.getMessage());
        }
        return data;
    }

    /**
     * Reads data that came in a stream.
     *
     * @param name the file, for messages
     * @param bytes the data
     * @param warnings gets remarks on damage, with offsets in the data
     * @return what can be read of them
     * @throws IOException never
     */
    public static TracingData read(final String name, final byte[] bytes, final Warnings warnings)
            throws IOException {
        return read(name, new ArraySource(bytes), 0, bytes.length, warnings);
    }

    private void blocks(final DatInput start) throws IOException {
        start.expect(DatFormat.MAGIC, "tracing data");
        final String version = start.string(VERSION_MAX, "version of the tracing data");
        final int order = start.u8("byte order");
        if (order > 1) {
            throw start.bad("byte order 0 (little) or 1 (big)", Integer.toString(order));
        }
        final DatInput in = start.in(order == 1);
        in.skip(1 + 4, "sizes of long and page");
        skip(in, "header_page");
        skip(in, "header_event");
        Blocks.ftraceFormats(file, in);
        Blocks.eventFormats(file, in);
        in.skip(in.u32("kallsyms size"), "kallsyms");
        in.skip(in.u32("printk formats size"), "printk formats");
        if (version.compareTo("0.6") >= 0) {
            Blocks.cmdlines(file, in);
        }
    }

    /** Describes pages of ring buffers, of which a perf.data has none. */
    private static void skip(final DatInput in, final String block) throws IOException {
        in.expect(block + "\0", '"' + block + '"');
        in.skip(in.u64(block + " size"), block);
    }

    /**
     * The formats.
     *
     * @return the table, which knows those that were read
     */
    public FormatTable formats() {
        return file.formats;
    }

    /**
     * The thread names.
     *
     * @return the table, to which more may be added
     */
    public CommTable comms() {
        return file.comms;
    }
}
