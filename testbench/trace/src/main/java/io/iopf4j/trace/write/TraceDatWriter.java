// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Writes trace.dat files of version 7 that are as large as a load test wants, streaming: memory
 * does not grow with the file. {@code trace-cmd report} reads them, as do the readers here.
 */
public final class TraceDatWriter {
    /** How the pages lie in the file. */
    public enum Compression {
        /** As they are. */
        NONE,
        /** In zlib chunks of ten pages. */
        ZLIB
    }

    private static final String MAGIC = "\u0017\bDtracing7\0";

    private static final int OPTIONS = 0;
    private static final int BUFFER = 3;
    private static final int TRACECLOCK = 4;
    private static final int UNAME = 5;
    private static final int CPUCOUNT = 8;
    private static final int HEADER_INFO = 16;
    private static final int FTRACE_EVENTS = 17;
    private static final int EVENT_FORMATS = 18;
    private static final int KALLSYMS = 19;
    private static final int PRINTK = 20;
    private static final int CMDLINES = 21;

    private static final String HEADER_PAGE =
            """
            \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
            \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
            \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
            \tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;
            """;
    private static final String HEADER_EVENT =
            """
            \ttype_len    :    5 bits
            \ttime_delta  :   27 bits
            \tarray       :   32 bits
            """;

    private final FileChannel out;
    private final Bytes options = new Bytes();

    private TraceDatWriter(final FileChannel out) {
        this.out = out;
    }

    /**
     * Writes faults without compression, ten events each; see {@link #writeFaultCycles(Path, long,
     * int, int, long, Compression)}.
     *
     * @param out the file, replaced if it is there
     * @param faults how many faults, each a group of one request; at least 0
     * @param devices how many devices raise them in turn, 1 to 4096
     * @param cpus how many CPUs record them in turn, 1 to 1024
     * @param seed picks addresses, PASIDs, answers and delays; the same seed gives the same file
     * @throws IOException if the file cannot be written
     */
    public static void writeFaultCycles(
            final Path out, final long faults, final int devices, final int cpus, final long seed)
            throws IOException {
        writeFaultCycles(out, faults, devices, cpus, seed, Compression.NONE);
    }

    /**
     * Writes faults: devices appear, each fault is reported, delivered, read, answered and freed,
     * devices go. Some 430 bytes a fault before compression.
     *
     * @param out the file, replaced if it is there
     * @param faults how many faults, each a group of one request; at least 0
     * @param devices how many devices raise them in turn, 1 to 4096
     * @param cpus how many CPUs record them in turn, 1 to 1024
     * @param seed picks addresses, PASIDs, answers and delays; the same seed gives the same file
     * @param compression of the pages
     * @throws IOException if the file cannot be written
     */
    public static void writeFaultCycles(
            final Path out,
            final long faults,
            final int devices,
            final int cpus,
            final long seed,
            final Compression compression)
            throws IOException {
        if (faults < 0 || devices < 1 || devices > 4096 || cpus < 1 || cpus > 1024) {
            throw new IllegalArgumentException(
                    "faults must be >= 0, devices in [1, 4096], cpus in [1, 1024]: faults="
                            + faults
                            + " devices="
                            + devices
                            + " cpus="
                            + cpus);
        }
        try (FileChannel channel =
                FileChannel.open(
                        out,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            final FaultCycles cycles = new FaultCycles(faults, devices, cpus, seed);
            new TraceDatWriter(channel).write(cycles, devices, cpus, compression);
        }
    }

    private void write(
            final FaultCycles cycles,
            final int devices,
            final int cpus,
            final Compression compression)
            throws IOException {
        final boolean zlib = compression == Compression.ZLIB;
        final Bytes start = new Bytes().text(MAGIC);
        start.octet(0).octet(8).u32(PageSink.PAGE_SIZE);
        start.text(zlib ? "zlib\0" : "none\0").text("\0");
        final long optionsPointer = start.size();
        put(start.u64(0));

        section(HEADER_INFO, headerInfo());
        section(FTRACE_EVENTS, new Bytes().u32(0));
        section(EVENT_FORMATS, eventFormats());
        section(KALLSYMS, new Bytes().u32(0));
        section(PRINTK, new Bytes().u32(0));
        section(CMDLINES, sized(cmdlines(devices)));
        option(CPUCOUNT, new Bytes().u32(cpus));
        option(TRACECLOCK, new Bytes().text("local global counter uptime perf [mono]\n\0"));
        option(UNAME, new Bytes().text("Linux generated 6.12 x86_64\0"));
        buffer(cycles, cpus, zlib);

        final long optionsOffset = out.position();
        option(OPTIONS, new Bytes().u64(0)); // DONE: no more options elsewhere
        sectionHeader(OPTIONS, 0, options.size());
        put(options);
        out.position(optionsPointer);
        put(new Bytes().u64(optionsOffset));
    }

    private static Bytes headerInfo() {
        return new Bytes()
                .text("header_page\0")
                .u64(HEADER_PAGE.length())
                .text(HEADER_PAGE)
                .text("header_event\0")
                .u64(HEADER_EVENT.length())
                .text(HEADER_EVENT);
    }

    private static Bytes eventFormats() {
        final List<String> systems = List.of("iommu", "iopf");
        final Bytes formats = new Bytes().u32(systems.size());
        for (final String system : systems) {
            final List<Probe> probes =
                    Probe.ALL.stream().filter(probe -> probe.system().equals(system)).toList();
            formats.text(system + "\0").u32(probes.size());
            for (final Probe probe : probes) {
                final String text = probe.formatText();
                formats.u64(text.length()).text(text);
            }
        }
        return formats;
    }

    private static Bytes cmdlines(final int devices) {
        final Bytes lines = new Bytes();
        for (int device = 0; device < devices; device++) {
            lines.text(FaultCycles.REPORTER_PID + device + " report/" + device + "\n");
            lines.text(FaultCycles.RESPONDER_PID + device + " respond/" + device + "\n");
        }
        return lines;
    }

    private static Bytes sized(final Bytes text) {
        return new Bytes().u64(text.size()).bytes(text);
    }

    private void buffer(final FaultCycles cycles, final int cpus, final boolean zlib)
            throws IOException {
        final long section = out.position();
        sectionHeader(BUFFER, zlib ? 1 : 0, 0);
        final Bytes option = new Bytes().u64(section).text("\0").text("mono\0");
        option.u32(PageSink.PAGE_SIZE).u32(cpus);
        try (PageSink sink = new PageSink(out, zlib)) {
            for (int cpu = 0; cpu < cpus; cpu++) {
                option.u32(cpu).u64(sink.startCpu());
                cycles.write(cpu, new PageWriter(sink));
                option.u64(sink.endCpu());
            }
        }
        option(BUFFER, option);
        final long end = out.position();
        out.position(section);
        sectionHeader(BUFFER, zlib ? 1 : 0, end - section - 16);
        out.position(end);
    }

    private void section(final int id, final Bytes contents) throws IOException {
        option(id, new Bytes().u64(out.position()));
        sectionHeader(id, 0, contents.size());
        put(contents);
    }

    private void sectionHeader(final int id, final int flags, final long size)
            throws IOException {
        put(new Bytes().u16(id).u16(flags).u32(0).u64(size));
    }

    private void option(final int id, final Bytes value) {
        options.u16(id).u32(value.size()).bytes(value);
    }

    private void put(final Bytes bytes) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes.out.toByteArray());
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** Little-endian numbers and text, one after another. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes octet(final int value) {
            out.write(value);
            return this;
        }

        Bytes u16(final int value) {
            return octet(value).octet(value >> 8);
        }

        Bytes u32(final int value) {
            return u16(value).u16(value >> 16);
        }

        Bytes u64(final long value) {
            return u32((int) value).u32((int) (value >> 32));
        }

        Bytes text(final String ascii) {
            out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        Bytes bytes(final Bytes others) {
            out.writeBytes(others.out.toByteArray());
            return this;
        }

        int size() {
            return out.size();
        }
    }
}
