// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The options of a trace.dat, whose numbers versions 6 and 7 share. Numbers that are not known here
 * are skipped: newer recorders write them and older readers must live.
 */
final class Options {
    private static final int DONE = 0;
    private static final int DATE = 1;
    private static final int BUFFER = 3;
    private static final int TRACECLOCK = 4;
    private static final int UNAME = 5;
    private static final int OFFSET = 7;
    private static final int CPUCOUNT = 8;
    private static final int TRACEID = 11;
    private static final int TIME_SHIFT = 12;
    private static final int GUEST = 13;
    private static final int TSC2NSEC = 14;
    private static final int HEADER_INFO = 16;
    private static final int CMDLINES = 21;
    private static final int BUFFER_TEXT = 22;

    private static final int TEXT_MAX = 1 << 16;
    private static final int NAME_MAX = 4096;
    private static final int MACHINES_MAX = 256;

    /** What all lists together may hold: they can overlap, and be read again and again. */
    private static final long TOTAL_MAX = 1 << 26;

    private static final int CPU_SIZE = 4 + 8 + 8;

    /**
     * A buffer in version 6: where its table of CPUs lies.
     *
     * @param offset in the file
     * @param name of the instance
     */
    record BufferV6(long offset, String name) {}

    final List<BufferV6> buffersV6 = new ArrayList<>();

    /** Offsets of the sections HEADER_INFO to CMDLINES by their number, -1 for none. */
    final long[] sections = new long[CMDLINES + 1];

    /** Version 6: whether a copy of the clock follows each table of CPUs. */
    boolean clockSeen;

    /** Version 7: where the sections of the buffers that were told lie. */
    final Set<Long> bufferSections = new HashSet<>();

    /** Whether something was left out that was damaged. */
    boolean damaged;

    private final DatFile file;
    private long bytesLeft = TOTAL_MAX;
    private long addNs;
    private long mult;
    private int shift;

    Options(final DatFile file) {
        this.file = file;
        Arrays.fill(sections, -1);
    }

    /**
     * Reads options up to DONE.
     *
     * @return version 7: where the next options are, 0 for nowhere
     * @throws TraceFormatException if the list itself is cut or broken
     */
    long read(final DatInput in) throws IOException {
        while (true) {
            final long at = in.position();
            final int id = in.u16("option");
            if (id == DONE && file.version == 6) {
                return 0; // here DONE has not even a size
            }
            final long size = in.u32("option size");
            bytesLeft -= in.position() - at + size;
            if (size > in.remaining()) {
                throw in.bad("option " + id + " of " + size + " bytes", "the end of the data");
            }
            if (bytesLeft < 0) {
                throw in.bad("at most " + TOTAL_MAX + " bytes of options", "more");
            }
            if (id == DONE) {
                return size >= 8 ? in.u64("next options") : 0;
            }
            try {
                option(id, size, in.part(size, "option"));
            } catch (final TraceFormatException e) {
                file.warnings.add("option " + id + ": " + e.getMessage());
                damaged = true;
            }
            in.skip(size, "option");
        }
    }

    private void option(final int id, final long size, final DatInput in) throws IOException {
        switch (id) {
            case DATE -> addNs += 1000 * number(in.text(size, TEXT_MAX, "DATE")); // given in us
            case OFFSET -> addNs += number(in.text(size, TEXT_MAX, "OFFSET"));
            case TRACECLOCK -> {
                clockSeen = true;
                file.clock = selected(in.text(size, TEXT_MAX, "TRACECLOCK"));
            }
            case UNAME -> file.uname = in.text(size, TEXT_MAX, "UNAME").strip();
            case CPUCOUNT -> file.cpus = (int) Math.min(in.u32("CPUCOUNT"), DatFile.STREAMS_MAX);
            case TSC2NSEC -> {
                mult = in.u32("TSC2NSEC multiplier");
                shift = (int) Math.min(in.u32("TSC2NSEC shift"), Integer.MAX_VALUE);
            }
            case TRACEID -> machine("trace " + id(in.u64("TRACEID")));
            case TIME_SHIFT -> {
                final long end = in.position() + size;
                machine("guest of trace " + id(in.u64("TIME_SHIFT trace")));
                file.guestClock = GuestClock.read(in, end);
            }
            case GUEST -> guest(in);
            case BUFFER -> buffer(in);
            case BUFFER_TEXT ->
                    file.text = new DatFile.CpuData(0, in.u64("BUFFER_TEXT"), Long.MAX_VALUE);
            default -> {
                if (id >= HEADER_INFO && id <= CMDLINES && size >= 8) {
                    sections[id] = in.u64("section offset");
                }
            }
        }
        file.time = new TimeScale(mult, shift, addNs);
    }

    /** A guest that was traced with this host. */
    private void guest(final DatInput in) throws IOException {
        final String name = in.string(NAME_MAX, "guest name");
        final long trace = in.u64("guest trace");
        final long count = in.u32("number of guest CPUs");
        machine("host of " + name + ", " + count + " CPUs, trace " + id(trace));
    }

    private void machine(final String relation) {
        if (file.machines.size() < MACHINES_MAX) {
            file.machines.add(relation);
        }
    }

    private static String id(final long trace) {
        return String.format(Locale.ROOT, "0x%x", trace);
    }

    private void buffer(final DatInput in) throws IOException {
        final long at = in.position();
        final long offset = in.u64("buffer offset");
        final String name = in.string(NAME_MAX, "buffer name");
        if (file.version == 6) {
            if (buffersV6.size() <= DatFile.BUFFERS_MAX) { // one too many is refused, and told of
                buffersV6.add(new BufferV6(offset, name));
            }
            return;
        }
        final String clock = in.string(NAME_MAX, "buffer clock");
        final long pageSize = in.u32("buffer page size");
        if (pageSize < 64 || pageSize > DatFile.PAGE_SIZE_MAX) {
            file.warnings.at(at, "a page size of a kernel", Long.toString(pageSize));
            damaged = true;
            return;
        }
        final long count = in.u32("number of CPUs");
        if (count > in.remaining() / CPU_SIZE || !file.takeCpus(count)) {
            throw in.bad("a number of CPUs that fits the option", Long.toString(count));
        }
        final List<DatFile.CpuData> cpus = new ArrayList<>();
        final Set<Integer> seen = new HashSet<>();
        for (long i = 0; i < count; i++) {
            final int cpu = (int) in.u32("CPU");
            final DatFile.CpuData data =
                    new DatFile.CpuData(cpu, in.u64("CPU offset"), in.u64("CPU data size"));
            if (seen.add(cpu)) {
                cpus.add(data);
            } else {
                file.warnings.at(at, "each CPU once", "CPU " + cpu + " twice");
            }
        }
        bufferSections.add(offset);
        file.buffers.add(
                new DatFile.Buffer(name, clock, (int) pageSize, packed(offset), List.copyOf(cpus)));
    }

    /** Whether pages are packed stands in the header of the section, not in the option. */
    private boolean packed(final long offset) throws IOException {
        if (offset < 0 || offset >= file.source.size()) {
            file.warnings.at(offset, Section.name(BUFFER), "the end of the file");
            return !file.decompressor.isNone();
        }
        final DatInput section = file.input(offset, file.source.size());
        try {
            final int id = section.u16("section");
            if (id != BUFFER) {
                file.warnings.at(offset, Section.name(BUFFER), Section.name(id));
            }
            return (section.u16("section flags") & 1) != 0;
        } catch (final TraceFormatException e) {
            file.warnings.add(e.getMessage());
            return !file.decompressor.isNone();
        }
    }

    /** A number as the recorder prints it: {@code 0x} and hex digits or decimal, with a sign. */
    private long number(final String text) {
        String digits = text.strip();
        final boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        try {
            final boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
            final long value =
                    hex
                            ? Long.parseUnsignedLong(digits.substring(2), 16)
                            : Long.parseUnsignedLong(digits);
            return negative ? -value : value;
        } catch (final NumberFormatException e) {
            file.warnings.add("expected a number in option DATE or OFFSET, found \"" + text + "\"");
            return 0;
        }
    }

    /** The word in brackets of {@code [local] global counter}; the text itself without any. */
    static String selected(final String clocks) {
        final int open = clocks.indexOf('[');
        final int close = clocks.indexOf(']', open + 1);
        return open < 0 || close < 0 ? clocks.strip() : clocks.substring(open + 1, close);
    }
}
