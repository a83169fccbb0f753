// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/** A gzip stream that ends with a warning where its data are cut or damaged. */
public final class TolerantInputStream extends FilterInputStream {
    private final Warnings warnings;
    private long count;
    private boolean ended;

    /**
     * Wraps a stream that unpacks.
     *
     * @param in the stream
     * @param warnings gets the remark
     */
    public TolerantInputStream(final InputStream in, final Warnings warnings) {
        super(in);
        this.warnings = warnings;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (ended) {
            return -1;
        }
        try {
            final int got = super.read(target, offset, length);
            count += Math.max(got, 0);
            return got;
        } catch (final EOFException e) {
            return end("the end of the file");
        } catch (final ZipException e) {
            return end("damaged data");
        }
    }

    private int end(final String found) {
        ended = true;
        warnings.at(count, "more gzip data (counted after unpacking)", found);
        return -1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
