// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** What a whole file may be packed with, told by its first bytes. */
public enum Packing {
    /** RFC 1952; several members one after the other are one. */
    GZIP("\u001f\u008b") {
        @Override
        Unpacked unpack(final InputStream packed) throws IOException {
            final Gunzip in = new Gunzip(packed);
            return new Unpacked(in, in::unused);
        }
    },
    /** The .xz file format 1.2. */
    XZ("\u00fd7zXZ\0") {
        @Override
        Unpacked unpack(final InputStream packed) throws IOException {
            return new Unpacked(new XZInputStream(packed, XZ_KIB_MAX), () -> 0);
        }
    },
    /** RFC 8878. Of a frame that is cut, its decoder keeps the last window to itself. */
    ZSTD("(\u00b5/\u00fd") {
        @Override
        Unpacked unpack(final InputStream packed) throws IOException {
            return new Unpacked(new Unzstd(packed), () -> 0);
        }
    };

    /** What {@code xz -9} asks for is 65 MiB. */
    private static final int XZ_KIB_MAX = 100 << 10;

    private static final int BUFFER = 1 << 16;

    private final String magic;

    Packing(final String magic) {
        this.magic = magic;
    }

    /**
     * Tells by the first bytes.
     *
     * @param head how the data begin, a byte a character
     * @return null if it is none of these
     */
    public static Packing of(final String head) {
        for (final Packing packing : values()) {
            if (head.startsWith(packing.magic)) {
                return packing;
            }
        }
        return null;
    }

    /**
     * What users call it.
     *
     * @return as in "gzip"
     */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    abstract Unpacked unpack(InputStream packed) throws IOException;

    /** How much of what was read from the packed data is not used yet. */
    @FunctionalInterface
    interface Unused {
        int bytes();
    }

    /** A stream that unpacks. */
    record Unpacked(InputStream in, Unused unused) {}

    private static final class Gunzip extends GZIPInputStream {
        Gunzip(final InputStream packed) throws IOException {
            super(packed, BUFFER);
        }

        int unused() {
            return inf.getRemaining();
        }
    }

    /** Its decoder throws what is no IOException at data that are no frames. */
    private static final class Unzstd extends FilterInputStream {
        Unzstd(final InputStream packed) {
            super(new ZstdInputStream(packed));
        }

        @Override
        public int read(final byte[] target, final int offset, final int length)
                throws IOException {
            try {
                return super.read(target, offset, length);
            } catch (final RuntimeException e) {
                throw new IOException("damaged data", e);
            }
        }
    }
}
