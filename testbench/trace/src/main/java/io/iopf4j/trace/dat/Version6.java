// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the front matter of version 6: blocks in a fixed order, then a table of CPUs. */
final class Version6 {
    private static final String OPTIONS = "options  \0";
    private static final String LATENCY = "latency  \0";
    private static final String FLYRECORD = "flyrecord\0";
    private static final int CLOCK_MAX = 4096;

    private final DatFile file;
    private final Options options;
    private int tableCpus;

    Version6(final DatFile file) {
        this.file = file;
        this.options = new Options(file);
    }

    void read(final DatInput in) throws IOException {
        Blocks.headerInfo(file, in);
        Blocks.ftraceFormats(file, in);
        Blocks.eventFormats(file, in);
        in.skip(in.u32("kallsyms size"), "kallsyms");
        in.skip(in.u32("printk formats size"), "printk formats");
        Blocks.cmdlines(file, in);
        file.cpus = tableCpus = (int) Math.min(in.u32("number of CPUs"), DatFile.STREAMS_MAX);

        String tag = tag(in);
        if (tag.equals(OPTIONS)) {
            options.read(in);
            tag = tag(in);
        }
        if (tag.equals(LATENCY)) {
            final long rest = file.source.size() - in.position();
            file.text = new DatFile.CpuData(0, in.position(), rest);
            return;
        }
        if (!tag.equals(FLYRECORD)) {
            throw in.bad("\"flyrecord\" or \"latency\"", "\"" + tag.strip() + "\"");
        }
        buffer("", in);
        for (final Options.BufferV6 instance : List.copyOf(options.buffersV6)) {
            instance(instance);
        }
    }

    private static String tag(final DatInput in) throws IOException {
        final byte[] tag = in.bytes(10, 10, "tag");
        final StringBuilder text = new StringBuilder();
        for (final byte b : tag) {
            text.append((char) (b & 0xff));
        }
        final String found = text.toString();
        if (!found.equals(OPTIONS) && !found.equals(LATENCY) && !found.equals(FLYRECORD)) {
            throw in.bad("\"options\", \"latency\" or \"flyrecord\"", DatInput.quote(tag));
        }
        return found;
    }

    private void instance(final Options.BufferV6 instance) throws IOException {
        if (instance.offset() < 0 || instance.offset() >= file.source.size()) {
            file.warnings.at(instance.offset(), "buffer " + instance.name(), "the end of the file");
            return;
        }
        final DatInput in = file.input(instance.offset(), file.source.size());
        try {
            if (tag(in).equals(FLYRECORD)) {
                buffer(instance.name(), in);
            } else {
                file.warnings.at(instance.offset(), "\"flyrecord\"", "no pages");
            }
        } catch (final TraceFormatException e) {
            file.warnings.add("buffer " + instance.name() + ": " + e.getMessage());
        }
    }

    private void buffer(final String name, final DatInput in) throws IOException {
        // The count may have been raised by an option, and the table with it.
        final int count = Math.max(tableCpus, file.cpus);
        if (!file.takeCpus(count)) {
            throw in.bad("buffers and CPUs of a machine", "more than that");
        }
        final List<DatFile.CpuData> cpus = new ArrayList<>();
        try {
            for (int cpu = 0; cpu < count; cpu++) {
                final long offset = in.u64("CPU offset");
                cpus.add(new DatFile.CpuData(cpu, offset, in.u64("CPU data size")));
            }
            if (count > tableCpus) {
                in.skip(16, "end of the CPU table"); // a pair for old readers
            }
            if (options.clockSeen) {
                clock(in);
            }
        } catch (final TraceFormatException e) {
            file.warnings.add(e.getMessage());
        }
        file.buffers.add(
                new DatFile.Buffer(name, file.clock, file.pageSize, false, List.copyOf(cpus)));
    }

    /** Recorders wrote this copy wrongly for a while: if it makes no sense, do without. */
    private void clock(final DatInput in) throws IOException {
        final long size = in.u64("trace clock size");
        if (size > 0 && size <= Math.min(CLOCK_MAX, in.remaining()) && file.clock.isEmpty()) {
            file.clock = Options.selected(in.text(size, CLOCK_MAX, "trace clock"));
        }
        if (file.clock.isEmpty()) {
            file.clock = "local";
        }
    }
}
