// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream of packed data that ends with a warning where these are cut or damaged, or where they
 * unpack without end.
 */
public final class TolerantInputStream extends InputStream {
    /** A bomb, not a trace: text of events shrinks to a fiftieth at best. */
    private static final long RATIO_MAX = 600;

    private static final long UNPACKED_FREE = 64L << 20;

    private final Packing packing;
    private final Source source;
    private final Packing.Unpacked unpacked;
    private final Warnings warnings;
    private long count;
    private String damage;

    /**
     * Wraps a stream of packed data.
     *
     * @param packing what they are packed with
     * @param packed the stream
     * @param warnings gets the remark
     * @throws IOException if it cannot be read, or its header is damaged: then {@link
     *     #isDamage(IOException)}
     */
    public TolerantInputStream(
            final Packing packing, final InputStream packed, final Warnings warnings)
            throws IOException {
        this.packing = packing;
        this.warnings = warnings;
        source = new Source(packed);
        try {
            unpacked = packing.unpack(source);
        } catch (final IOException e) {
            if (e == source.failure) {
                throw e;
            }
            throw new DamagedHeader(e);
        }
    }

    /** The packed data, and whether it was these that could not be read. */
    private static final class Source extends FilterInputStream {
        private final CountingInputStream counted;
        private IOException failure;
        private boolean isAtEnd;

        Source(final InputStream packed) {
            super(new CountingInputStream(packed));
            counted = (CountingInputStream) in;
        }

        @Override
        public int read() throws IOException {
            try {
                return noted(super.read());
            } catch (final IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public int read(final byte[] target, final int offset, final int length)
                throws IOException {
            try {
                return noted(super.read(target, offset, length));
            } catch (final IOException e) {
                failure = e;
                throw e;
            }
        }

        private int noted(final int got) {
            isAtEnd |= got < 0;
            return got;
        }
    }

    private static final class DamagedHeader extends IOException {
        private static final long serialVersionUID = 1;

        DamagedHeader(final IOException cause) {
            super("a damaged header", cause);
        }
    }

    /**
     * Why a stream could not be wrapped.
     *
     * @param e thrown by the constructor
     * @return true if the header is damaged, false if the data could not be read
     */
    public static boolean isDamage(final IOException e) {
        return e instanceof DamagedHeader;
    }

    /**
     * What these data are packed with.
     *
     * @return as given
     */
    public Packing packing() {
        return packing;
    }

    /**
     * What ended the stream before its time.
     *
     * @return what was found in the place of packed data, null if nothing is wrong so far
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
        return source.counted.count() - unpacked.unused().bytes();
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
            final int got = unpacked.in().read(target, offset, length);
            count += Math.max(got, 0);
            if (count > UNPACKED_FREE && count / RATIO_MAX > source.counted.count()) {
                return end("more than " + RATIO_MAX + " bytes from each");
            }
            return got;
        } catch (final EOFException e) {
            return end("the end of the file");
        } catch (final IOException e) {
            if (e == source.failure) {
                throw e;
            }
            return end(source.isAtEnd ? "the end of the file" : "damaged data");
        }
    }

    private int end(final String found) {
        damage = found;
        warnings.addImportant(
                Warnings.line(
                        count,
                        "more " + packing.title() + " data (counted after unpacking)",
                        found));
        return -1;
    }

    @Override
    public void close() throws IOException {
        unpacked.in().close();
    }
}
