// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.dat.DatFormat;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.jsonl.JsonlFormat;
import io.iopf4j.trace.klog.LogInputFormat;
import io.iopf4j.trace.perf.PerfFormat;
import io.iopf4j.trace.qemu.QemuLogFormat;
import io.iopf4j.trace.qemu.SimpleTraceFormat;
import io.iopf4j.trace.queue.DescriptorFormat;
import io.iopf4j.trace.queue.QueueFormat;
import io.iopf4j.trace.text.TextInputFormat;
import io.iopf4j.trace.util.CountingInputStream;
import io.iopf4j.trace.util.Packing;
import io.iopf4j.trace.util.TolerantInputStream;
import io.iopf4j.trace.util.Warnings;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens traces, told by their content, or for what no content tells by what the user says. Each may
 * be packed with gzip, xz or zstd.
 */
public final class Traces {
    /** A packed file within a packed file happens; more is a trick. */
    private static final int WRAPPERS_MAX = 2;

    /** Magic numbers first, then text by how sure its signs are. */
    static final List<TraceFormat> FORMATS =
            List.of(
                    new DatFormat(),
                    new JsonlFormat(),
                    new PerfFormat(),
                    new SimpleTraceFormat(),
                    TextInputFormat.FTRACE,
                    TextInputFormat.REPORT,
                    TextInputFormat.PIPE,
                    TextInputFormat.PERF,
                    new DescriptorFormat(),
                    new QemuLogFormat(),
                    new LogInputFormat(),
                    new QueueFormat());

    private Traces() {}

    /**
     * Opens a file, or a named pipe.
     *
     * @param path the file
     * @return a reader before its first event
     * @throws TraceFormatException if it is no trace, with one line that says what it looks like
     * @throws IOException if it cannot be read, with one line that says why
     */
    public static TraceReader open(final Path path) throws IOException {
        return open(path, null);
    }

    /**
     * Opens a file, or a named pipe, of which the user may say what it is.
     *
     * @param path the file
     * @param said a name of a format, or null: its content tells
     * @return a reader before its first event
     * @throws TraceFormatException if it is no trace, with one line that says what it looks like
     * @throws IOException if it cannot be read, with one line that says why
     */
    public static TraceReader open(final Path path, final String said) throws IOException {
        final String name = path.toString();
        if (Files.isDirectory(path)) {
            throw new IOException(name + ": is a directory, expected a trace file");
        }
        try {
            if (!Files.isRegularFile(path) && Files.exists(path)) {
                // Not through a channel: that asks a pipe for its position, which it has not.
                return new Opening(name, null, -1, said).open(new FileInputStream(path.toFile()));
            }
            return new Opening(name, path, Files.size(path), said).open(Files.newInputStream(path));
        } catch (final NoSuchFileException e) {
            throw new IOException(name + ": no such file", e);
        } catch (final AccessDeniedException e) {
            throw new IOException(name + ": not allowed to read it", e);
        }
    }

    /**
     * Opens a stream. What is read at many places is copied to a temporary file first.
     *
     * @param in the stream; the reader closes it, also if opening fails
     * @param name its name in messages
     * @return a reader before its first event
     * @throws TraceFormatException if it is no trace, with one line that says what it looks like
     * @throws IOException if it cannot be read
     */
    public static TraceReader open(final InputStream in, final String name) throws IOException {
        return open(in, name, null);
    }

    /**
     * Opens a stream of which the user may say what it is.
     *
     * @param in the stream; the reader closes it, also if opening fails
     * @param name its name in messages
     * @param said a name of a format, or null: its content tells
     * @return a reader before its first event
     * @throws TraceFormatException if it is no trace, with one line that says what it looks like
     * @throws IOException if it cannot be read
     */
    public static TraceReader open(final InputStream in, final String name, final String said)
            throws IOException {
        return new Opening(name, null, -1, said).open(in);
    }

    /** A stream on its way to a reader. */
    private static final class Opening {
        private final String name;
        private final Path path;
        private final long size;
        private final String said;
        private final Warnings warnings = new Warnings();

        Opening(final String name, final Path path, final long size, final String said) {
            this.name = name;
            this.path = path;
            this.size = size;
            this.said = said;
        }

        TraceReader open(final InputStream in) throws IOException {
            TraceInput input = null;
            try {
                final CountingInputStream counted = new CountingInputStream(in);
                InputStream stream = counted;
                TolerantInputStream unpacked = null;
                for (int wrapper = 0; ; wrapper++) {
                    final BufferedInputStream peekable =
                            new BufferedInputStream(stream, Head.BYTES);
                    peekable.mark(Head.BYTES);
                    final Head head = new Head(peekable.readNBytes(Head.BYTES));
                    peekable.reset();
                    final Packing packing = Packing.of(head.text());
                    if (packing == null) {
                        final TraceFormat format = recognise(head, unpacked);
                        input =
                                new TraceInput(
                                        name,
                                        unpacked == null ? path : null,
                                        counted,
                                        peekable,
                                        size,
                                        said,
                                        warnings);
                        return format.open(input);
                    }
                    unpacked = unwrap(packing, peekable, wrapper);
                    stream = unpacked;
                }
            } catch (final IOException | RuntimeException | Error e) {
                if (input != null) {
                    input.close();
                }
                in.close();
                throw e;
            }
        }

        /** What little comes out of damaged data is not told for what the file is. */
        private TraceFormat recognise(final Head head, final TolerantInputStream unpacked)
                throws IOException {
            try {
                return Recognition.of(name, head, FORMATS, said);
            } catch (final TraceFormatException e) {
                if (unpacked == null || unpacked.damage() == null) {
                    throw e;
                }
                throw new TraceFormatException(
                        name,
                        unpacked.packedPosition(),
                        unpacked.packing().title() + " data",
                        unpacked.damage());
            }
        }

        private TolerantInputStream unwrap(
                final Packing packing, final InputStream packed, final int wrapper)
                throws IOException {
            if (wrapper == WRAPPERS_MAX) {
                throw new TraceFormatException(
                        name, 0, "at most " + WRAPPERS_MAX + " layers of packing", "more");
            }
            try {
                return new TolerantInputStream(packing, packed, warnings);
            } catch (final IOException e) {
                if (TolerantInputStream.isDamage(e)) {
                    throw new TraceFormatException(
                            name, 0, "a whole " + packing.title() + " header", "a damaged one");
                }
                throw e;
            }
        }
    }
}
