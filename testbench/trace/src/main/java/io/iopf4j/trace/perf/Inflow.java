// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.airlift.compress.zstd.ZstdInputStream;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * What comes out of compressed records: one zstd stream runs through all of a file, with a part of
 * it in each record ({@code tools/perf/util/zstd.c}, Linux 6.12). The stream has an end whenever
 * what was put in so far is used up. What comes out is late by {@link #lag}: the decoder hands out
 * only what it needs no more to look back at.
 */
final class Inflow extends InputStream {
    /** What is put in may come out a thousand times as long: perf's records do not shrink more. */
    private static final long RATIO_MAX = 1000;

    private static final long LEAST = 16L << 20;

    /** A zstd frame's first bytes, RFC 8878, clause 3.1.1. */
    private static final byte[] MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    /** No block has more, clause 3.1.1.2.4. */
    private static final int BLOCK_MAX = 1 << 17;

    /** A last block, of no bytes, clause 3.1.1.2. */
    private static final byte[] LAST_BLOCK = {1, 0, 0};

    private final Part part = new Part();
    private final Warnings warnings;
    private ZstdInputStream zstd = new ZstdInputStream(part);
    private boolean isHungry = true;
    private long offset;
    private long packed;
    private long unpacked;
    private long lag;

    Inflow(final Warnings warnings) {
        this.warnings = warnings;
    }

    /** The bytes of one record. */
    private static final class Part extends InputStream {
        private byte[] bytes = new byte[0];
        private int from;
        private int to;

        @Override
        public int read() {
            return from < to ? bytes[from++] & 0xff : -1;
        }

        @Override
        public int read(final byte[] target, final int offset, final int length) {
            final int count = Math.min(length, to - from);
            if (count == 0) {
                return -1;
            }
            System.arraycopy(bytes, from, target, offset, count);
            from += count;
            return count;
        }
    }

    /**
     * Puts a record's bytes in. All that can come out must have been read before.
     *
     * @param bytes stay as they are until {@link #read} has said that it has no more
     * @param from the first
     * @param to behind the last
     * @param fileOffset where they are from, for messages
     */
    void put(final byte[] bytes, final int from, final int to, final long fileOffset) {
        if (isStart(bytes, from, to)) {
            lag = BLOCK_MAX + window(bytes[from + 4], bytes[from + 5]);
            zstd = zstd == null ? new ZstdInputStream(part) : zstd;
        }
        part.bytes = bytes;
        part.from = from;
        part.to = to;
        offset = fileOffset;
        packed += to - from;
        isHungry = false;
    }

    /** Nothing more will come: what the decoder still holds can be read. */
    void finish() {
        part.bytes = LAST_BLOCK; // perf leaves it out
        part.from = 0;
        part.to = LAST_BLOCK.length;
        isHungry = false;
    }

    /** How many bytes may have been put in, at the most, that have not come out. */
    long lag() {
        return lag;
    }

    private static boolean isStart(final byte[] bytes, final int from, final int to) {
        return to - from >= 6
                && Arrays.equals(bytes, from, from + MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** How far the decoder looks back, clauses 3.1.1.1.1 and 3.1.1.1.2. */
    private static long window(final byte descriptor, final byte window) {
        final boolean isSingle = (descriptor & (1 << 5)) != 0;
        final long base = 1L << (10 + ((window & 0xff) >> 3));
        return isSingle ? BLOCK_MAX : base + base / 8 * (window & 7);
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int from, final int length) throws IOException {
        if (zstd == null || isHungry || length == 0) {
            return -1;
        }
        if (unpacked > LEAST + RATIO_MAX * packed) {
            return damaged("data that grow more than " + RATIO_MAX + " times");
        }
        try {
            // More than is ready would fail, and lose what is.
            final int ready = Math.max(1, zstd.available());
            final int got = zstd.read(target, from, Math.min(ready, length));
            isHungry = got < 0;
            unpacked += Math.max(got, 0);
            return got;
        } catch (final IOException e) {
            isHungry = true; // a block that goes on in the next record
            return -1;
        } catch (final RuntimeException e) {
            return damaged("damaged data");
        }
    }

    private int damaged(final String found) {
        warnings.at(offset, "zstd data", found);
        zstd = null;
        lag = 0;
        return -1;
    }

    @Override
    public int available() {
        return 0;
    }
}
