// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A gzip stream that ends with a warning where its data are cut or damaged. */
public final class TolerantInputStream extends FilterInputStream {
    private static final int BUFFER = 1 << 16;

    private final Gunzip gunzip;
    private final Warnings warnings;
    private long count;
    private String damage;

    /**
     * Wraps a stream of gzip data.
     *
     * @param packed the stream
     * @param warnings gets the remark
     * @throws ZipException if it does not begin with a gzip header
     * @throws EOFException if it ends in the header
     * @throws IOException if it cannot be read
     */
    public TolerantInputStream(final InputStream packed, final Warnings warnings)
            throws IOException {
        this(new Gunzip(new CountingInputStream(packed)), warnings);
    }

    private TolerantInputStream(final Gunzip gunzip, final Warnings warnings) {
        super(gunzip);
        this.gunzip = gunzip;
        this.warnings = warnings;
    }

    /** Knows how far in the packed data it is. */
    private static final class Gunzip extends GZIPInputStream {
        private final CountingInputStream packed;

        Gunzip(final CountingInputStream packed) throws IOException {
            super(packed, BUFFER);
            this.packed = packed;
        }

        long position() {
            return packed.count() - inf.getRemaining();
        }
    }

    /**
     * What ended the stream before its time.
     *
     * @return what was found in the place of gzip data, null if nothing is wrong so far
     */
    public String damage() {
        return damage;
    }

    /**
     * How far the packed data were used.
     *
     * @return bytes from their start
     */
    public long packedPosition() {
        return gunzip.position();
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (damage != null) {
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
        damage = found;
        warnings.at(count, "more gzip data (counted after unpacking)", found);
        return -1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
