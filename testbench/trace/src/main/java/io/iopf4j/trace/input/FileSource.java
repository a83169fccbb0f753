// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file; a temporary one is deleted when it is closed. */
public final class FileSource implements ByteSource {
    private final FileChannel channel;
    private final Path temporary;
    private final long size;

    /**
     * Takes an open file over.
     *
     * @param channel closed with this source
     * @param temporary the file to delete then, or null
     * @throws IOException if its size cannot be had
     */
    public FileSource(final FileChannel channel, final Path temporary) throws IOException {
        this.channel = channel;
        this.temporary = temporary;
        this.size = channel.size();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(final long position, final byte[] target, final int offset, final int length)
            throws IOException {
        if (position < 0 || position >= size) {
            return 0;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position() - offset) <= 0) {
                break;
            }
        }
        return buffer.position() - offset;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
