// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;

/**
 * Finds CPUs whose pages are packed in chunks: steps from chunk to chunk by their sizes. Behind
 * damage it goes on at the next page boundary that looks like a CPU's start.
 */
final class ChunkRescue extends BufferRescue {
    private static final int COUNT_SIZE = 4;
    private static final int CHUNK_HEADER_SIZE = 8;

    /** The recorder packs ten pages together; sub-buffers of the largest size fit as well. */
    private static final long CHUNK_MAX = 1L << 27;

    /** Where the last chunk that was looked at begins. */
    private long lastChunk;

    /** Whether that chunk is sound, but longer than what is left. */
    private boolean cut;

    ChunkRescue(final DatFile file, final Section section) {
        super(file, section);
    }

    @Override
    void search(final long first) throws IOException {
        long start = first;
        // Right behind a whole CPU the next one is expected, even if its data begin oddly.
        boolean expected = true;
        for (int cpu = 0; cpu < CPUS_MAX && start <= end - COUNT_SIZE; cpu++) {
            if (!(expected ? sizesFit(start) : looksLikeStart(start))) {
                start = nextStart(start + pageSize);
                if (start < 0) {
                    return;
                }
            }
            long stop = walk(start);
            final boolean whole = lastChunk < 0;
            long next = boundary(stop);
            if (!whole) {
                // Either this chunk is damaged or the one before, which led to it.
                next = nextStart(boundary(lastChunk + 1));
                stop = next >= 0 ? Math.min(stop, next) : cut ? end : stop;
            }
            add(cpu, start, stop);
            if (next < 0) {
                return;
            }
            expected = whole;
            start = next;
        }
    }

    /**
     * Steps over a CPU's chunks.
     *
     * @return behind the last good one; {@link #lastChunk} is -1 if the CPU is whole
     */
    private long walk(final long start) throws IOException {
        final DatInput in = file.sparseInput(start, end);
        long before = start;
        cut = false;
        for (long left = in.u32("chunk count"); left > 0; left--) {
            final long at = in.position();
            lastChunk = before;
            if (in.remaining() < CHUNK_HEADER_SIZE) {
                cut = true;
                return at;
            }
            final long packed = in.u32("packed size");
            if (!fits(packed, in.u32("size"))) {
                return at;
            }
            if (packed > in.remaining()) {
                cut = true;
                return at;
            }
            in.skip(packed, "chunk");
            before = at;
        }
        lastChunk = -1;
        return in.position();
    }

    private boolean fits(final long packed, final long size) {
        return packed > 0
                && size > 0
                && size <= CHUNK_MAX
                && size % pageSize == 0
                && packed <= size + ChunkedPages.EXPANSION_MAX;
    }

    private boolean sizesFit(final long start) throws IOException {
        final DatInput in = file.sparseInput(start, end);
        final long chunks = in.u32("chunk count");
        if (chunks == 0) {
            return true; // a CPU without events
        }
        return chunks <= in.remaining()
                && (in.remaining() < CHUNK_HEADER_SIZE
                        || fits(in.u32("packed size"), in.u32("size")));
    }

    /** Stricter, for places where anything may lie: what is packed must begin as such data do. */
    private boolean looksLikeStart(final long start) throws IOException {
        final int headers = COUNT_SIZE + CHUNK_HEADER_SIZE;
        if (start > end - headers - Decompressor.MAGIC_SIZE || !sizesFit(start)) {
            return false;
        }
        final DatInput in = file.sparseInput(start + headers, end);
        return file.decompressor.isStart(
                in.bytes(Decompressor.MAGIC_SIZE, Decompressor.MAGIC_SIZE, "packed data"));
    }

    /** The first start of a CPU at or behind a page boundary, -1 for none. */
    private long nextStart(final long from) throws IOException {
        for (long start = from; start < end; start += pageSize) {
            if (looksLikeStart(start)) {
                return start;
            }
        }
        return -1;
    }
}
