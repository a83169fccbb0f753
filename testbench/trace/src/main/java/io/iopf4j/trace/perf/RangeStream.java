// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.input.ByteSource;
import java.io.IOException;
import java.io.InputStream;

/** A part of a file as a stream. */
final class RangeStream extends InputStream {
    private final ByteSource source;
    private final long end;
    private long position;

    RangeStream(final ByteSource source, final long start, final long end) {
        this.source = source;
        this.position = start;
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        final int wanted = (int) Math.min(length, end - position);
        if (wanted <= 0) {
            return -1;
        }
        final int got = source.read(position, target, offset, wanted);
        position += got;
        return got == 0 ? -1 : got;
    }
}
