// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static io.iopf4j.trace.dat.Section.CMDLINES;
import static io.iopf4j.trace.dat.Section.EVENT_FORMATS;
import static io.iopf4j.trace.dat.Section.FTRACE_EVENTS;
import static io.iopf4j.trace.dat.Section.HEADER_INFO;

import io.iopf4j.trace.TraceFormatException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** Reads the front matter of version 7: a chain of option lists, which tell where sections lie. */
final class Version7 {
    private static final int NAME_MAX = 64;
    private static final int SECTION_MAX = 1 << 26;
    private static final int CHAIN_MAX = 4096;
    private static final long SECTION_CREDIBLE = 1L << 40;

    private final DatFile file;
    private final Options options;
    private final SectionWalk walk;

    /** A chain of small packed lists of options must not unpack to more and more. */
    private long unpackLeft = 4L * SECTION_MAX;

    /** Where options were looked for. */
    private final Set<Long> seen = new LinkedHashSet<>();

    /** Why not all options could be read, null if they could. */
    private TraceFormatException broken;

    Version7(final DatFile file) {
        this.file = file;
        this.options = new Options(file);
        this.walk = new SectionWalk(file);
    }

    /** Reads one section's contents; its damage costs no more than that section. */
    private interface Contents {
        void read(DatFile file, DatInput in) throws IOException;
    }

    void read(final DatInput in) throws IOException {
        final String compression = in.string(NAME_MAX, "compression name");
        in.string(NAME_MAX, "compression version");
        file.decompressor = Decompressor.of(compression);
        if (file.decompressor == null) {
            throw in.bad("compression none, zlib or zstd", "\"" + compression + "\"");
        }
        final long first = in.u64("offset of the first options");
        if (first == 0) {
            broken = in.bad("the offset of the first options", "0, as if recording never ended");
        }
        readOptions(first);
        final boolean incomplete = broken != null || options.damaged || nothingFound();
        if (incomplete) {
            findSections(in.position());
        }
        section(HEADER_INFO, "header pages", Blocks::headerInfo);
        if (file.headerPage == null) {
            file.headerPage = HeaderPage.ofLongSize(file.longSize);
        }
        section(FTRACE_EVENTS, "ftrace event formats", Blocks::ftraceFormats);
        section(EVENT_FORMATS, "event formats", Blocks::eventFormats);
        section(CMDLINES, "saved_cmdlines", Blocks::cmdlines);
        if (file.text != null) {
            locateText();
        }
        if (incomplete) {
            rescueBuffers();
        } else {
            checkEnd();
        }
    }

    /**
     * What follows the last options is not needed, but where it is cut something may be missing.
     */
    private void checkEnd() throws IOException {
        final long fileSize = file.source.size();
        long at = seen.stream().mapToLong(Long::longValue).max().orElse(fileSize);
        for (int i = 0; i < CHAIN_MAX && at < fileSize; i++) {
            final DatInput header = file.sparseInput(at, fileSize);
            if (header.remaining() < Section.HEADER_SIZE) {
                file.warnings.at(at, "a whole section", "the end of the file, cut short");
                return;
            }
            final int id = header.u16("section");
            header.skip(6, "section flags and name");
            final long size = header.u64("section size");
            if (id > Section.LAST || size < 0 || size > SECTION_CREDIBLE) {
                return; // another writer's order: no section begins here
            }
            if (size > fileSize - at - Section.HEADER_SIZE) {
                file.warnings.at(at, Section.name(id) + " whole", "the end of the file, cut short");
                return;
            }
            at += Section.HEADER_SIZE + size;
        }
    }

    private boolean nothingFound() {
        return file.buffers.isEmpty() && file.text == null;
    }

    private void readOptions(final long first) throws IOException {
        long next = first;
        while (next != 0) {
            if (!seen.add(next) || seen.size() > CHAIN_MAX) {
                file.warnings.at(next, "the end of the chain of options", "a loop");
                options.damaged = true;
                return;
            }
            try {
                next = options.read(open(next, Section.OPTIONS));
            } catch (final TraceFormatException e) {
                if (broken == null) {
                    broken = e; // told with what could be found all the same
                } else {
                    file.warnings.add(e.getMessage());
                }
                return;
            }
        }
    }

    /** Looks for sections in the file itself, for those that no option tells of. */
    private void findSections(final long headerEnd) throws IOException {
        walk.from(headerEnd);
        for (final long offset : seen) {
            walk.from(offset);
        }
        for (final Section section : walk.sections()) {
            final int id = section.id();
            if (id == Section.OPTIONS && !seen.contains(section.offset())) {
                readOptions(section.offset());
            }
        }
        for (final Section section : walk.sections()) {
            final int id = section.id();
            if (id >= HEADER_INFO && id <= CMDLINES && options.sections[id] < 0) {
                options.sections[id] = section.offset();
            } else if (id == Section.BUFFER_TEXT && nothingFound()) {
                file.text = new DatFile.CpuData(0, section.offset(), Long.MAX_VALUE);
            }
        }
    }

    /** Finds the CPUs in event data that no option tells of, and says so. */
    private void rescueBuffers() throws IOException {
        final NavigableSet<Long> places = placesTold();
        boolean told = broken == null;
        long searched = 0;
        for (final Section section : walk.sections()) {
            // Damage can lead the walk into a section; what lies in it is searched once.
            if (section.id() != Section.BUFFER
                    || section.offset() < searched
                    || isTold(section, places)) {
                continue;
            }
            searched = section.end();
            final List<DatFile.CpuData> cpus = BufferRescue.find(file, section);
            if (cpus.isEmpty()) {
                continue;
            }
            final String name = file.buffers.isEmpty() ? "" : "buffer " + file.buffers.size();
            file.buffers.add(new DatFile.Buffer(name, "", file.pageSize, section.packed(), cpus));
            file.warnings.add(
                    (told ? unknown(section).getMessage() : broken.getMessage())
                            + ": the event data at offset "
                            + section.offset()
                            + " were found without their table ("
                            + (cpus.size() == 1 ? "1 CPU" : cpus.size() + " CPUs")
                            + "); CPU numbers and the buffer's name are guessed");
            told = true;
        }
        if (nothingFound() && broken != null) {
            throw broken;
        }
        if (!told) {
            file.warnings.add(broken.getMessage());
        }
    }

    private TraceFormatException unknown(final Section section) {
        return new TraceFormatException(
                file.name, section.offset(), "an option for this event data", "none");
    }

    /** Where the data of the CPUs that options tell of begin. */
    private NavigableSet<Long> placesTold() {
        final NavigableSet<Long> places = new TreeSet<>();
        for (final DatFile.Buffer buffer : file.buffers) {
            for (final DatFile.CpuData data : buffer.cpus()) {
                places.add(data.offset());
            }
        }
        return places;
    }

    private boolean isTold(final Section section, final NavigableSet<Long> places) {
        final Long place = places.ceiling(section.start());
        return options.bufferSections.contains(section.offset())
                || (place != null && place < section.end());
    }

    private void section(final int id, final String what, final Contents contents)
            throws IOException {
        final long offset = options.sections[id];
        if (offset < 0) {
            if (id == HEADER_INFO || id == EVENT_FORMATS) { // the others may be left out
                file.warnings.add("expected a section with " + what + ", found none");
            }
            return;
        }
        try {
            contents.read(file, open(offset, id));
        } catch (final TraceFormatException e) {
            file.warnings.add(e.getMessage());
        }
    }

    /** Finds a section and unpacks it if it is packed. */
    private DatInput open(final long offset, final int id) throws IOException {
        final DatInput header = sectionHeader(offset, id);
        final int flags = header.u16("section flags");
        header.skip(4, "section name");
        final long size = header.u64("section size");
        final long start = header.position();
        if ((flags & 1) == 0) {
            if (size < 0 || size > header.remaining()) {
                file.warnings.at(start, "a section of " + size + " bytes", "a shorter file");
                return file.input(start, file.source.size());
            }
            return file.input(start, start + size);
        }
        final long packed = header.u32("packed size");
        final long unpacked = header.u32("size");
        if (unpacked > Math.min(SECTION_MAX, unpackLeft) || unpacked > file.budget.left()) {
            throw header.bad("a section that fits the memory", unpacked + " bytes");
        }
        unpackLeft -= unpacked;
        final byte[] data = header.bytes(packed, SECTION_MAX, "packed section");
        final byte[] contents = new byte[(int) unpacked];
        final String problem =
                file.decompressor.unpack(data, data.length, contents, contents.length);
        if (problem != null) {
            throw header.bad("a packed section of " + unpacked + " bytes", problem);
        }
        return file.input(contents, start);
    }

    private DatInput sectionHeader(final long offset, final int id) throws IOException {
        final DatInput header = file.input(Math.max(offset, 0), file.source.size());
        final long size = file.source.size();
        if (offset < 0 || offset >= size) {
            throw new TraceFormatException(
                    file.name,
                    offset,
                    Section.name(id),
                    "a file cut short or damaged, which ends at " + size);
        }
        final int found = header.u16("section");
        if (found != id) {
            throw new TraceFormatException(
                    file.name, offset, Section.name(id), Section.name(found));
        }
        return header;
    }

    private void locateText() throws IOException {
        try {
            final DatInput header = sectionHeader(file.text.offset(), Section.BUFFER_TEXT);
            file.textPacked = (header.u16("section flags") & 1) != 0;
            header.skip(4, "section name");
            final long size = header.u64("section size");
            final long rest = header.remaining();
            file.text =
                    new DatFile.CpuData(
                            0, header.position(), size < 0 || size > rest ? rest : size);
        } catch (final TraceFormatException e) {
            file.warnings.add(e.getMessage());
            file.text = null;
        }
    }
}
