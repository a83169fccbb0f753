// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.Recognition.Input;
import io.iopf4j.trace.dat.DatReader;
import io.iopf4j.trace.dat.FileSource;
import io.iopf4j.trace.text.TextReader;
import io.iopf4j.trace.util.CountingInputStream;
import io.iopf4j.trace.util.TolerantInputStream;
import io.iopf4j.trace.util.Warnings;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.ZipException;

/**
 * Opens traces, told by their content: {@code trace.dat} of version 6 or 7, the text of the tracefs
 * file {@code trace}, and what {@code trace-cmd report} prints; each may be gzipped.
 */
public final class Traces {
    /** A gzip file within a gzip file happens; more is a trick. */
    private static final int WRAPPERS_MAX = 2;

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
        final String name = path.toString();
        if (Files.isDirectory(path)) {
            throw new IOException(name + ": is a directory, expected a trace file");
        }
        try {
            if (!Files.isRegularFile(path) && Files.exists(path)) {
                // Not through a channel: that asks a pipe for its position, which it has not.
                return new Opening(name, -1).open(new FileInputStream(path.toFile()));
            }
            return openFile(name, path);
        } catch (final NoSuchFileException e) {
            throw new IOException(name + ": no such file", e);
        } catch (final AccessDeniedException e) {
            throw new IOException(name + ": not allowed to read it", e);
        }
    }

    /**
     * Opens a stream. A trace.dat in it is copied to a temporary file first.
     *
     * @param in the stream; the reader closes it, also if opening fails
     * @param name its name in messages
     * @return a reader before its first event
     * @throws TraceFormatException if it is no trace, with one line that says what it looks like
     * @throws IOException if it cannot be read
     */
    public static TraceReader open(final InputStream in, final String name) throws IOException {
        return new Opening(name, -1).open(in);
    }

    private static TraceReader openFile(final String name, final Path path) throws IOException {
        final long size = Files.size(path);
        final byte[] head;
        try (InputStream in = Files.newInputStream(path)) {
            head = in.readNBytes(Recognition.BYTES);
        }
        if (Recognition.of(name, head) == Input.DAT) {
            return DatReader.open(
                    name, new FileSource(FileChannel.open(path), null), new Warnings());
        }
        return new Opening(name, size).open(Files.newInputStream(path));
    }

    /** A stream on its way to a reader. */
    private static final class Opening {
        private final String name;
        private final long size;
        private final Warnings warnings = new Warnings();

        Opening(final String name, final long size) {
            this.name = name;
            this.size = size;
        }

        TraceReader open(final InputStream in) throws IOException {
            try {
                return recognised(in, new CountingInputStream(in));
            } catch (final IOException | RuntimeException | Error e) {
                in.close();
                throw e;
            }
        }

        private TraceReader recognised(final Closeable input, final CountingInputStream counted)
                throws IOException {
            InputStream stream = counted;
            TolerantInputStream gzip = null;
            for (int wrapper = 0; ; wrapper++) {
                final BufferedInputStream peekable =
                        new BufferedInputStream(stream, Recognition.BYTES);
                peekable.mark(Recognition.BYTES);
                final byte[] head = peekable.readNBytes(Recognition.BYTES);
                peekable.reset();
                switch (recognise(head, gzip)) {
                    case DAT -> {
                        final FileSource file = Spool.file(name, peekable, Spool.BYTES_MAX);
                        input.close();
                        return DatReader.open(name, file, warnings);
                    }
                    case FTRACE_TEXT -> {
                        return text(TextReader.FTRACE, peekable, input, counted);
                    }
                    case REPORT_TEXT -> {
                        return text(TextReader.REPORT, peekable, input, counted);
                    }
                    case GZIP -> {
                        gzip = unwrap(peekable, wrapper);
                        stream = gzip;
                    }
                }
            }
        }

        /** What little comes out of damaged gzip data is not told for what the file is. */
        private Input recognise(final byte[] head, final TolerantInputStream gzip)
                throws TraceFormatException {
            try {
                return Recognition.of(name, head);
            } catch (final TraceFormatException e) {
                if (gzip == null || gzip.damage() == null) {
                    throw e;
                }
                throw new TraceFormatException(
                        name, gzip.packedPosition(), "gzip data", gzip.damage());
            }
        }

        private TraceReader text(
                final String format,
                final InputStream text,
                final Closeable input,
                final CountingInputStream counted)
                throws IOException {
            return new TextReader(format, text, input, warnings, counted::count, size);
        }

        private TolerantInputStream unwrap(final InputStream packed, final int wrapper)
                throws IOException {
            if (wrapper == WRAPPERS_MAX) {
                throw new TraceFormatException(
                        name, 0, "at most " + WRAPPERS_MAX + " layers of gzip", "more");
            }
            try {
                return new TolerantInputStream(packed, warnings);
            } catch (final ZipException | EOFException e) {
                throw new TraceFormatException(name, 0, "a whole gzip header", "a damaged one");
            }
        }
    }
}
