// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.CountedReader;
import io.iopf4j.trace.input.FileSource;
import io.iopf4j.trace.text.TextReader;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.util.Set;

/** Reads a trace.dat of version 6 or 7: merges the CPUs of all its instances by time. */
public final class DatReader extends CountedReader {
    private static final Set<String> PLAIN_CLOCKS = Set.of("counter", "x86-tsc", "ppc-tb");

    private final DatFile file;
    private final TraceInfo info;
    private final StreamHeap streams = new StreamHeap();
    private final DatEvent event;
    private final CpuStream[] all;
    private final long dataSize;

    private CpuStream current;

    private DatReader(final DatFile file) throws IOException {
        super(file.warnings);
        this.file = file;
        this.info = describe(file);
        this.event = new DatEvent(file.comms);
        final StreamPlan plan = new StreamPlan(file);
        this.all = plan.streams();
        this.dataSize = plan.dataSize();
        for (final CpuStream stream : all) {
            if (stream.next()) {
                streams.add(stream);
            } else {
                countLost(stream.lost);
            }
        }
    }

    /**
     * Reads the front matter.
     *
     * @param name for messages
     * @param source the file; closed with the reader, or here if opening fails
     * @param warnings gets remarks on damage
     * @return the reader
     * @throws IOException if the file cannot be read or nothing can be found in it
     */
    public static TraceReader open(
            final String name, final FileSource source, final Warnings warnings)
            throws IOException {
        final DatFile file = new DatFile(name, source, warnings);
        try {
            FrontMatter.read(file);
            if (file.text == null || hasPages(file)) {
                return new DatReader(file);
            }
            return latency(file);
        } catch (final IOException | RuntimeException | Error e) {
            close(file);
            throw e;
        }
    }

    /** An instance may have run a latency tracer while others recorded events. */
    private static boolean hasPages(final DatFile file) {
        final boolean pages = file.buffers.stream().anyMatch(buffer -> !buffer.cpus().isEmpty());
        if (pages && file.text != null) {
            file.warnings.at(file.text.offset(), "pages only", "a latency tracer's text, left out");
        }
        return pages;
    }

    /** A latency tracer's file holds the text of the tracefs file trace in the place of pages. */
    private static TraceReader latency(final DatFile file) throws IOException {
        final PageFeed text =
                file.textPacked
                        ? new ChunkedPages(file, file.text, file.pageSize)
                        : new RawPages(file, file.text, file.pageSize, 1);
        final long start = file.source.size() - file.text.size();
        return new TextReader(
                TextReader.FTRACE,
                new PageFeedStream(text),
                () -> close(file),
                file.warnings,
                () -> start + text.consumed(),
                file.source.size());
    }

    private static TraceInfo describe(final DatFile file) {
        String clock = file.clock;
        int cpus = file.cpus;
        for (final DatFile.Buffer buffer : file.buffers) {
            clock = clock.isEmpty() ? buffer.clock() : clock;
            cpus = Math.max(cpus, buffer.cpus().size());
        }
        return new TraceInfo(
                "trace.dat",
                file.version,
                file.bigEndian ? "big endian" : "little endian",
                file.uname,
                clock,
                file.time.mult() != 0 || !PLAIN_CLOCKS.contains(clock),
                cpus,
                file.buffers.stream().map(DatFile.Buffer::name).toList(),
                file.machines);
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    protected boolean advance() throws IOException {
        if (current != null) {
            if (current.next()) {
                streams.firstChanged();
            } else {
                countLost(current.lost);
                streams.removeFirst();
            }
        }
        current = streams.first();
        if (current == null) {
            return false;
        }
        event.set(current);
        if (current.lost != 0) {
            countLost(current.lost);
        }
        return true;
    }

    private void countLost(final long lost) {
        if (lost != 0) {
            lose(lost);
        }
    }

    @Override
    public TraceEvent event() {
        return event;
    }

    @Override
    public long position() {
        long done = file.source.size() - dataSize;
        for (final CpuStream stream : all) {
            done += stream.consumed();
        }
        return Math.max(0, done);
    }

    @Override
    public long size() {
        return file.source.size();
    }

    @Override
    public void close() throws IOException {
        close(file);
    }

    private static void close(final DatFile file) throws IOException {
        if (file.decompressor != null) {
            file.decompressor.close();
        }
        file.source.close();
    }
}
