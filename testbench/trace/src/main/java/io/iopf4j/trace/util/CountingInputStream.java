// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes that were read through it. */
public final class CountingInputStream extends FilterInputStream {
    private long count;

    /**
     * Counts from here on.
     *
     * @param in what to read
     */
    public CountingInputStream(final InputStream in) {
        super(in);
    }

    /**
     * How many bytes were read so far.
     *
     * @return the count
     */
    public long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        final int octet = super.read();
        if (octet >= 0) {
            count++;
        }
        return octet;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        final int got = super.read(target, offset, length);
        if (got > 0) {
            count += got;
        }
        return got;
    }

    @Override
    public long skip(final long n) throws IOException {
        final long skipped = super.skip(n);
        count += skipped;
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
