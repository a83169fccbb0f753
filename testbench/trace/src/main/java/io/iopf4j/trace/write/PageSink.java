// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.Deflater;

/** Puts the pages of one CPU after another into the file, plain or in zlib chunks. */
final class PageSink implements AutoCloseable {
    static final int PAGE_SIZE = 4096;

    /** As many pages as the recorder itself packs together. */
    private static final int CHUNK_PAGES = 10;

    private final FileChannel out;
    private final Deflater deflater;
    private final ByteBuffer pages = little(CHUNK_PAGES * PAGE_SIZE);
    private final ByteBuffer packed = little(2 * CHUNK_PAGES * PAGE_SIZE);
    private long cpuStart;
    private int chunks;

    PageSink(final FileChannel out, final boolean zlib) {
        this.out = out;
        this.deflater = zlib ? new Deflater(Deflater.BEST_SPEED) : null;
    }

    static ByteBuffer little(final int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Begins a CPU at the next page boundary; says where. */
    long startCpu() throws IOException {
        cpuStart = (out.position() + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
        out.position(cpuStart);
        chunks = 0;
        if (deflater != null) {
            write(little(4)); // the number of chunks, filled in at the end
        }
        return cpuStart;
    }

    void page(final ByteBuffer page) throws IOException {
        pages.put(page);
        if (!pages.hasRemaining()) {
            flush();
        }
    }

    /** Ends a CPU; says how many bytes of the file it has. */
    long endCpu() throws IOException {
        flush();
        final long end = out.position();
        if (deflater != null) {
            out.position(cpuStart);
            write(little(4).putInt(0, chunks));
            out.position(end);
        }
        return end - cpuStart;
    }

    private void flush() throws IOException {
        pages.flip();
        if (pages.hasRemaining()) {
            write(deflater == null ? pages : pack());
        }
        pages.clear();
    }

    private ByteBuffer pack() {
        final int size = pages.remaining();
        deflater.reset();
        deflater.setInput(pages);
        deflater.finish();
        packed.clear().position(8);
        deflater.deflate(packed);
        packed.flip();
        packed.putInt(0, packed.limit() - 8).putInt(4, size);
        chunks++;
        return packed;
    }

    private void write(final ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        if (deflater != null) {
            deflater.end();
        }
    }
}
