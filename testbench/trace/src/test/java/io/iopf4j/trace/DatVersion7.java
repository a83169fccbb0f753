// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.airlift.compress.zstd.ZstdCompressor;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.zip.Deflater;

/** Puts trace.dat files of version 7 together: sections first, one list of options behind them. */
public final class DatVersion7 {
    private static final int OPTIONS = 0;
    private static final int BUFFER = 3;
    private static final int HEADER_INFO = 16;
    private static final int EVENT_FORMATS = 18;
    private static final int BUFFER_TEXT = 22;
    private static final int HEADER_SIZE = 16;

    private final boolean big;
    private final int longSize;
    private final UnaryOperator<byte[]> packer;
    private final DatBytes file;
    private final DatBytes options;
    private final int pointer;

    /** A file whose sections are packed unless the compression is none. */
    public DatVersion7(
            final boolean big, final int longSize, final int pageSize, final String compression) {
        this.big = big;
        this.longSize = longSize;
        this.packer =
                switch (compression) {
                    case "zlib" -> DatVersion7::deflate;
                    case "zstd" -> DatVersion7::zstd;
                    default -> null;
                };
        this.file = bytes().start("7", longSize, pageSize).text(compression + "\0\0");
        this.pointer = file.size();
        this.options = bytes();
        file.u64(0);
        section(HEADER_INFO, bytes().headerInfo(longSize, pageSize));
        section(EVENT_FORMATS, bytes().formats());
    }

    /** More bytes in the file's order. */
    public DatBytes bytes() {
        return new DatBytes(big);
    }

    private static byte[] deflate(final byte[] bytes) {
        final Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            final byte[] room = new byte[bytes.length + 64];
            return Arrays.copyOf(room, deflater.deflate(room));
        } finally {
            deflater.end();
        }
    }

    private static byte[] zstd(final byte[] bytes) {
        final ZstdCompressor compressor = new ZstdCompressor();
        final byte[] room = new byte[compressor.maxCompressedLength(bytes.length)];
        final int size = compressor.compress(bytes, 0, bytes.length, room, 0, room.length);
        return Arrays.copyOf(room, size);
    }

    private DatBytes packed(final byte[] bytes) {
        final byte[] packed = packer.apply(bytes);
        return bytes().u32(packed.length).u32(bytes.length).bytes(packed);
    }

    /** A section and the option that tells of it. */
    public DatVersion7 section(final int id, final DatBytes contents) {
        option(id, bytes().u64(file.size()));
        put(id, packer == null ? contents : packed(contents.toBytes()));
        return this;
    }

    private void put(final int id, final DatBytes contents) {
        file.number(id, 2).number(packer == null ? 0 : 1, 2).u32(0);
        file.u64(contents.size()).bytes(contents.toBytes());
    }

    public DatVersion7 option(final int id, final DatBytes data) {
        options.option(id, data);
        return this;
    }

    /** A buffer of CPUs whose numbers are given, each with its pages, packed one by one. */
    public DatVersion7 buffer(
            final String name,
            final String clock,
            final int pageSize,
            final int[] cpus,
            final byte[][]... pages) {
        final DatBytes option = bytes().u64(file.size()).text(name + "\0" + clock + "\0");
        option.u32(pageSize).u32(cpus.length);
        final int start = file.size() + HEADER_SIZE;
        final DatBytes data = bytes();
        for (int i = 0; i < cpus.length; i++) {
            data.padTo((start + data.size() + pageSize - 1) / pageSize * pageSize - start);
            final DatBytes cpu = packer == null ? bytes().bytes(pages[i]) : chunks(pages[i]);
            option.u32(cpus[i]).u64(start + data.size()).u64(cpu.size());
            data.bytes(cpu.toBytes());
        }
        put(BUFFER, data);
        return option(BUFFER, option);
    }

    private DatBytes chunks(final byte[]... pages) {
        final DatBytes chunks = bytes().u32(pages.length);
        for (final byte[] page : pages) {
            chunks.bytes(packed(page).toBytes());
        }
        return chunks;
    }

    /** The text of a latency tracer, in one chunk if it is packed. */
    public DatVersion7 text(final String name, final byte[] text) {
        option(BUFFER_TEXT, bytes().u64(file.size()).text(name + "\0mono\0"));
        put(BUFFER_TEXT, packer == null ? bytes().bytes(text) : chunks(text));
        return this;
    }

    /** A page of this file with one event. */
    public byte[] page(final int pageSize, final long time, final long iova) {
        return DatBytes.page(big, longSize, pageSize, time, bytes().map(0, iova));
    }

    /** Where the next section, or the list of options, begins. */
    public int next() {
        return file.size();
    }

    /** A list of options that nothing tells of but another one. */
    public DatVersion7 list(final DatBytes contents) {
        put(OPTIONS, packer == null ? contents : packed(contents.toBytes()));
        return this;
    }

    public byte[] toBytes() {
        return toBytes(0);
    }

    /** The file, its list of options followed by the one at another place. */
    public byte[] toBytes(final long after) {
        final int at = file.size();
        list(bytes().bytes(options.toBytes()).option(OPTIONS, bytes().u64(after)));
        final byte[] whole = file.toBytes();
        System.arraycopy(bytes().u64(at).toBytes(), 0, whole, pointer, 8);
        return whole;
    }
}
