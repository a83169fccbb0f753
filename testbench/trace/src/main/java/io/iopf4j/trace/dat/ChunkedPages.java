// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;

/**
 * Pages packed in chunks: a count, then for each chunk its packed size, its size and the data. A
 * chunk that cannot be unpacked is skipped; the next one is found all the same.
 */
final class ChunkedPages extends PageFeed {
    /** What a packed chunk may be longer than its contents: zlib and zstd need far less. */
    static final int EXPANSION_MAX = 1 << 16;

    /** A bomb, not a trace: ten pages of zeros, which pack best, stay below. */
    private static final long RATIO_MAX = 4096;

    private static final long SMALL_PAGES = 64;

    private final DatFile file;
    private final DatFile.CpuData data;
    private final DatInput input;

    private long chunksLeft = -1;
    private int chunkLength;
    private int nextPage;

    ChunkedPages(final DatFile file, final DatFile.CpuData data, final int pageSize) {
        super(pageSize, true);
        this.file = file;
        this.data = data;
        // Writers disagree on whether the size covers the count in front: allow for it.
        final long end = data.offset() + data.size() + 4;
        this.input = file.sparseInput(data.offset(), end);
    }

    @Override
    boolean next() throws IOException {
        while (nextPage >= chunkLength) {
            if (!nextChunk()) {
                release();
                return false;
            }
        }
        start = nextPage;
        length = Math.min(pageSize, chunkLength - nextPage);
        nextPage += length;
        return true;
    }

    private boolean nextChunk() throws IOException {
        nextPage = 0;
        chunkLength = 0;
        if (chunksLeft < 0) {
            if (data.size() == 0) {
                chunksLeft = 0;
            } else if (input.remaining() < 4) {
                return cut();
            } else {
                chunksLeft = input.u32("chunk count");
            }
        }
        if (chunksLeft == 0) {
            return false;
        }
        chunksLeft--;
        fileOffset = input.position();
        if (input.remaining() < 8) {
            return cut();
        }
        final long packed = input.u32("packed size");
        final long size = input.u32("size");
        if (packed > input.remaining()) {
            return cut();
        }
        if (packed > size + EXPANSION_MAX) {
            return bad("a chunk smaller than its contents", packed + " for " + size + " bytes");
        }
        if (size > 0 && !makeRoom(size)) {
            return bad("a chunk that fits the memory", size + " bytes");
        }
        if (size > packed * RATIO_MAX + SMALL_PAGES * pageSize) {
            return bad("at most " + RATIO_MAX + " bytes from each", packed + " for " + size);
        }
        unpack((int) packed, (int) size);
        return true;
    }

    private void unpack(final int packed, final int size) throws IOException {
        final String problem =
                file.decompressor.unpack(
                        input.bytes(packed, Integer.MAX_VALUE, "chunk"), packed, bytes, size);
        if (problem == null) {
            chunkLength = size;
        } else {
            file.warnings.at(
                    fileOffset, "a chunk of " + size + " bytes of CPU " + data.cpu(), problem);
        }
    }

    private boolean makeRoom(final long size) {
        if (bytes != null && bytes.length >= size) {
            return true;
        }
        release();
        if (size > Integer.MAX_VALUE / 2 || !file.budget.take(2 * size)) {
            return false;
        }
        bytes = new byte[(int) size];
        return true;
    }

    private void release() {
        if (bytes != null) {
            file.budget.giveBack(2L * bytes.length);
            bytes = null;
        }
    }

    private boolean cut() {
        return bad((chunksLeft + 1) + " more chunks of CPU " + data.cpu(), "the end of the data");
    }

    private boolean bad(final String expected, final String found) {
        file.warnings.at(fileOffset == 0 ? data.offset() : fileOffset, expected, found);
        chunksLeft = 0;
        return false;
    }

    @Override
    long consumed() {
        return Math.min(data.size(), input.position() - data.offset());
    }
}
