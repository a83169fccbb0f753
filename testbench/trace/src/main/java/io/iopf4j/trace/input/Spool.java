// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import io.iopf4j.trace.TraceFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Puts a stream into a temporary file: a trace.dat is read at many places at once. */
final class Spool {
    /** A bound for gzip data that unpack without end. */
    static final long BYTES_MAX = 16L << 30;

    private static final int BUFFER = 1 << 16;

    private Spool() {}

    /**
     * Copies a stream.
     *
     * @param name its name, for messages
     * @param in the stream; left open
     * @param bytesMax how many bytes it may have
     * @return a file that is deleted when it is closed
     */
    static FileSource file(final String name, final InputStream in, final long bytesMax)
            throws IOException {
        final Path path = Files.createTempFile("iopf4j-", ".spool");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            copy(name, in, channel, bytesMax);
            return new FileSource(channel, path);
        } catch (final IOException | RuntimeException | Error e) {
            if (channel != null) {
                channel.close();
            }
            Files.deleteIfExists(path);
            throw e;
        }
    }

    private static void copy(
            final String name, final InputStream in, final FileChannel out, final long bytesMax)
            throws IOException {
        final byte[] buffer = new byte[BUFFER];
        long total = 0;
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            total += got;
            if (total > bytesMax) {
                throw new TraceFormatException(
                        name, bytesMax, "at most " + bytesMax + " bytes", "more");
            }
            final ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, got);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }
}
