// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks the blocks of a trace.dat: into a given room, and never beyond it. */
final class Decompressor implements AutoCloseable {
    /** How many bytes tell packed data from others. */
    static final int MAGIC_SIZE = 4;

    /** A zstd frame's first bytes, RFC 8878, clause 3.1.1. */
    private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private final String name;
    private final Inflater inflater;
    private final ZstdDecompressor zstd;

    private Decompressor(final String name, final Inflater inflater, final ZstdDecompressor zstd) {
        this.name = name;
        this.inflater = inflater;
        this.zstd = zstd;
    }

    /**
     * By the name in the file's header.
     *
     * @return the decompressor, or null for a name that is not known
     */
    static Decompressor of(final String name) {
        return switch (name) {
            case "", "none" -> new Decompressor("none", null, null);
            case "zlib" -> new Decompressor(name, new Inflater(), null);
            case "zstd" -> new Decompressor(name, null, new ZstdDecompressor());
            default -> null;
        };
    }

    boolean isNone() {
        return inflater == null && zstd == null;
    }

    /**
     * Whether a packed block may begin like this.
     *
     * @param first its first {@value #MAGIC_SIZE} bytes
     */
    boolean isStart(final byte[] first) {
        if (inflater == null) {
            return zstd != null && Arrays.equals(first, ZSTD_MAGIC);
        }
        // RFC 1950, clause 2.2: deflate with a window of 32 KiB, and a check of both bytes.
        final int check = (first[0] & 0xff) << 8 | (first[1] & 0xff);
        return first[0] == 0x78 && check % 31 == 0;
    }

    /**
     * Unpacks one block.
     *
     * @return null if exactly {@code size} bytes came out, else what went wrong
     */
    String unpack(final byte[] packed, final int length, final byte[] target, final int size) {
        if (inflater != null) {
            return inflate(packed, length, target, size);
        }
        if (zstd == null) {
            return "a compressed block in a file whose compression is \"none\"";
        }
        try {
            // The frames do not tell their size: the room is what the block's header promised.
            final int count = zstd.decompress(packed, 0, length, target, 0, size);
            return count == size ? null : count + " bytes of zstd data";
        } catch (final MalformedInputException
                | IllegalArgumentException
                | IndexOutOfBoundsException e) {
            return "damaged zstd data";
        }
    }

    private String inflate(
            final byte[] packed, final int length, final byte[] target, final int size) {
        inflater.reset();
        inflater.setInput(packed, 0, length);
        int count = 0;
        try {
            while (count < size) {
                final int step = inflater.inflate(target, count, size - count);
                if (step == 0) {
                    break;
                }
                count += step;
            }
        } catch (final DataFormatException e) {
            return "damaged " + name + " data";
        }
        return count == size ? null : count + " bytes of " + name + " data";
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }
}
