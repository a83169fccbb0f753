// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import io.iopf4j.trace.util.CountingInputStream;
import io.iopf4j.trace.util.Warnings;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * An input on its way to a reader: as a stream, or as a file for whoever reads at many places. One
 * of {@link #stream()} and {@link #file()} is used, once. One thread.
 */
public final class TraceInput implements Closeable {
    private final String name;
    private final Path plainFile;
    private final CountingInputStream counted;
    private final InputStream stream;
    private final long size;
    private final String said;
    private final Warnings warnings;
    private FileSource file;

    /**
     * An input.
     *
     * @param name its name in messages
     * @param plainFile the file that it is, byte for byte, or null
     * @param counted what is really read: counts for {@link #position()}; closed with this
     * @param stream its content without wrappers, from its start
     * @param size what {@link #position()} runs up to, bytes, or -1 if it is not known
     * @param said what the user says that it is, or null
     * @param warnings gets remarks on damage
     */
    public TraceInput(
            final String name,
            final Path plainFile,
            final CountingInputStream counted,
            final InputStream stream,
            final long size,
            final String said,
            final Warnings warnings) {
        this.name = name;
        this.plainFile = plainFile;
        this.counted = counted;
        this.stream = stream;
        this.size = size;
        this.said = said;
        this.warnings = warnings;
    }

    /**
     * Its name in messages.
     *
     * @return a path, or what stands for one
     */
    public String name() {
        return name;
    }

    /**
     * What the user says that it is.
     *
     * @return one of {@link TraceFormat#names}, or null
     */
    public String said() {
        return said;
    }

    /**
     * Where remarks on damage go.
     *
     * @return the input's
     */
    public Warnings warnings() {
        return warnings;
    }

    /**
     * Its content from the start.
     *
     * @return unwrapped and buffered; {@link #close} closes it
     */
    public InputStream stream() {
        return stream;
    }

    /**
     * Its content as a file: the file that it is, or a temporary copy.
     *
     * @return closed by {@link #close}, too
     * @throws IOException if it cannot be read or copied
     */
    public FileSource file() throws IOException {
        if (file == null) {
            file =
                    plainFile != null
                            ? new FileSource(FileChannel.open(plainFile), null)
                            : Spool.file(name, stream, Spool.BYTES_MAX);
            counted.close();
        }
        return file;
    }

    /**
     * How far a stream was read, before it was unwrapped.
     *
     * @return bytes of {@link #size()}
     */
    public long position() {
        return counted.count();
    }

    /**
     * The size of what is really read.
     *
     * @return bytes, or -1 if it is not known
     */
    public long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        try (counted) {
            if (file != null) {
                file.close();
            }
        }
    }
}
