// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Puts trace.dat files together byte by byte, in either byte order. */
public final class DatBytes {
    /** Formats of the events in the test pages: 300 is io_page_fault, 301 map, 302 relative. */
    private static final String FAULT =
            format("io_page_fault", 300)
                    + field("__data_loc char[] device", 8, 4, 1)
                    + field("__data_loc char[] driver", 12, 4, 1)
                    + field("u64 iova", 16, 8, 0)
                    + field("int flags", 24, 4, 1)
                    + "\nprint fmt: \"IOMMU\"\n";

    private static final String MAP =
            format("map", 301)
                    + field("u64 iova", 8, 8, 0)
                    + field("u64 paddr", 16, 8, 0)
                    + field("size_t size", 24, 8, 0)
                    + "\nprint fmt: \"IOMMU\"\n";

    private static final String RELATIVE =
            format("relative", 302)
                    + field("__rel_loc char[] text", 8, 4, 1)
                    + "\nprint fmt: \"x\"\n";

    private static final int PAGE_SIZE = 4096;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean bigEndian;

    public DatBytes(final boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    private static String format(final String name, final int id) {
        return "name: "
                + name
                + "\nID: "
                + id
                + "\nformat:\n"
                + field("unsigned short common_type", 0, 2, 0)
                + field("unsigned char common_flags", 2, 1, 0)
                + field("unsigned char common_preempt_count", 3, 1, 0)
                + field("int common_pid", 4, 4, 1)
                + "\n";
    }

    private static String field(
            final String declaration, final int offset, final int size, final int signed) {
        return "\tfield:%s;\toffset:%d;\tsize:%d;\tsigned:%d;\n"
                .formatted(declaration, offset, size, signed);
    }

    public DatBytes number(final long value, final int size) {
        for (int i = 0; i < size; i++) {
            final int shift = 8 * (bigEndian ? size - 1 - i : i);
            out.write((int) (value >>> shift));
        }
        return this;
    }

    public DatBytes u32(final long value) {
        return number(value, 4);
    }

    public DatBytes u64(final long value) {
        return number(value, 8);
    }

    public DatBytes text(final String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    public DatBytes hex(final String digits) {
        out.writeBytes(HexFormat.of().parseHex(digits.replaceAll("[ |]", "")));
        return this;
    }

    public DatBytes bytes(final byte[]... parts) {
        for (final byte[] part : parts) {
            out.writeBytes(part);
        }
        return this;
    }

    /** A record's header: five bits of type and 27 of time. */
    public DatBytes event(final int type, final int delta) {
        return u32(bigEndian ? ((long) type << 27) | delta : ((long) delta << 5) | type);
    }

    /** A record of the event map, 32 bytes, with its header. */
    public DatBytes map(final int delta, final long iova) {
        return event(8, delta).common(301).u64(iova).u64(0).u64(4096);
    }

    public DatBytes common(final int id) {
        return number(id, 2).number(0, 2).u32(42);
    }

    public DatBytes padTo(final int size) {
        while (out.size() < size) {
            out.write(0);
        }
        return this;
    }

    public int size() {
        return out.size();
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }

    /** A page of 4096 bytes: header for longs of a size, then events. */
    public static byte[] page(
            final boolean big, final int longSize, final long time, final DatBytes events) {
        return page(big, longSize, PAGE_SIZE, time, events);
    }

    /** A page of any size. */
    public static byte[] page(
            final boolean big,
            final int longSize,
            final int pageSize,
            final long time,
            final DatBytes events) {
        return new DatBytes(big)
                .u64(time)
                .number(events.size(), longSize)
                .bytes(events.toBytes())
                .padTo(pageSize)
                .toBytes();
    }

    DatBytes start(final String version, final int fileLongSize, final int pageSize) {
        text("\u0017\bDtracing").text(version + "\0");
        out.write(bigEndian ? 1 : 0);
        out.write(fileLongSize);
        return u32(pageSize);
    }

    DatBytes headerInfo(final int longSize, final int pageSize) {
        final int data = 8 + longSize;
        final String page =
                field(" u64 timestamp", 0, 8, 0)
                        + field(" local_t commit", 8, longSize, 1)
                        + field(" int overwrite", 8, 1, 1)
                        + field(" char data", data, pageSize - data, 1);
        return text("header_page\0").u64(page.length()).text(page).text("header_event\0").u64(0);
    }

    DatBytes formats() {
        u32(1).text("iommu\0").u32(3);
        for (final String format : new String[] {FAULT, MAP, RELATIVE}) {
            u64(format.length()).text(format);
        }
        return this;
    }

    /** The formats of the events in the test pages, as a perf.data carries them. */
    public static byte[] tracingData(final boolean big, final String comms) {
        final DatBytes data = new DatBytes(big).start("0.6", 8, PAGE_SIZE).headerInfo(8, PAGE_SIZE);
        data.u32(0).formats().u32(0).u32(0);
        return data.u64(comms.length()).text(comms).toBytes();
    }

    /** Version 6 with pages of 4096 bytes for each CPU, options as given, without their end. */
    public static byte[] version6(
            final boolean big,
            final int fileLongSize,
            final int longSize,
            final byte[] options,
            final byte[]... pages) {
        return version6(big, fileLongSize, longSize, PAGE_SIZE, options, pages);
    }

    /** The same with pages of any size; data begin at {@link #dataStart}. */
    public static byte[] version6(
            final boolean big,
            final int fileLongSize,
            final int longSize,
            final int pageSize,
            final byte[] options,
            final byte[]... pages) {
        final DatBytes file = new DatBytes(big).start("6", fileLongSize, pageSize);
        file.headerInfo(longSize, pageSize);
        file.u32(0).formats().u32(0).u32(0);
        final String comms = "42 irq/30 dmar\n";
        file.u64(comms.length()).text(comms).u32(pages.length);
        file.text("options  \0").bytes(options).number(0, 2).text("flyrecord\0");
        return file.cpuTable(dataStart(pageSize), pages)
                .padTo(dataStart(pageSize))
                .bytes(pages)
                .toBytes();
    }

    /** Where the data of version 6 begin that are made here. */
    public static int dataStart(final int pageSize) {
        return Math.max(8192, pageSize);
    }

    /** Version 6: offset and size of what lies one behind the other from a place on. */
    public DatBytes cpuTable(final long start, final byte[]... pages) {
        long offset = start;
        for (final byte[] cpu : pages) {
            u64(offset).u64(cpu.length);
            offset += cpu.length;
        }
        return this;
    }

    /** An option, or a section's entry in the list of options. */
    public DatBytes option(final int id, final DatBytes data) {
        return number(id, 2).u32(data.size()).bytes(data.toBytes());
    }

    /** Version 6 with the text of a latency tracer in the place of pages. */
    public static byte[] latency(final String text) {
        final DatBytes file = new DatBytes(false).start("6", 8, PAGE_SIZE).headerInfo(8, PAGE_SIZE);
        file.u32(0).formats().u32(0).u32(0).u64(0).u32(2);
        return file.text("latency  \0").text(text).toBytes();
    }

    /**
     * Version 7 with one CPU whose data are given, and two lists of options: the first names the
     * sections, the second the buffer; {@code last} is where the second says that a third is.
     */
    public static byte[] version7(
            final String compression, final boolean packed, final byte[] data, final long last) {
        final DatBytes file =
                new DatBytes(false).start("7", 8, PAGE_SIZE).text(compression + "\0\0");
        final int first = file.size() + 8;
        file.u64(first);
        final int sections = first + 16 + 3 * 14 + 14;
        final DatBytes header = new DatBytes(false).headerInfo(8, PAGE_SIZE);
        final DatBytes formats = new DatBytes(false).formats();
        final int formatsAt = sections + 16 + header.size();
        final int second = formatsAt + 16 + formats.size();
        file.number(0, 4).u32(0).u64(4 * 14);
        file.number(16, 2).u32(8).u64(sections);
        file.number(18, 2).u32(8).u64(formatsAt);
        file.number(999, 2).u32(8).u64(-1); // a newer recorder's
        file.number(0, 2).u32(8).u64(second);
        file.number(16, 4).u32(0).u64(header.size()).bytes(header.toBytes());
        file.number(18, 4).u32(0).u64(formats.size()).bytes(formats.toBytes());
        final DatBytes buffer = new DatBytes(false).u64(8192 - 16).text("\0mono\0");
        buffer.u32(4096).u32(1).u32(0).u64(8192).u64(data.length);
        file.number(0, 4).u32(0).u64(6 + buffer.size() + 14);
        file.number(3, 2).u32(buffer.size()).bytes(buffer.toBytes());
        file.number(0, 2).u32(8).u64(last);
        file.padTo(8192 - 16).number(3, 2).number(packed ? 1 : 0, 2).u32(0).u64(data.length);
        return file.bytes(data).toBytes();
    }

    public static TraceReader open(final Path directory, final byte[] bytes) throws IOException {
        final Path file = Files.write(Files.createTempFile(directory, "test", ".dat"), bytes);
        return Traces.open(file);
    }
}
