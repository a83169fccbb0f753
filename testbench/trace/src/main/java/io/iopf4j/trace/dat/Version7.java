// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceFormatException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Reads the front matter of version 7: a chain of option lists, which tell where sections lie. */
final class Version7 {
    private static final int OPTIONS = 0;
    private static final int HEADER_INFO = 16;
    private static final int FTRACE_EVENTS = 17;
    private static final int EVENT_FORMATS = 18;
    private static final int CMDLINES = 21;
    private static final int BUFFER_TEXT = 22;

    private static final int NAME_MAX = 64;
    private static final int SECTION_MAX = 1 << 26;
    private static final int CHAIN_MAX = 4096;
    private static final int SECTION_HEADER = 16;
    private static final int LAST_SECTION = 25;
    private static final long SECTION_CREDIBLE = 1L << 40;

    private final DatFile file;
    private final Options options;

    Version7(final DatFile file) {
        this.file = file;
        this.options = new Options(file);
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
            throw in.bad("the offset of the first options", "0, as if recording never ended");
        }
        readOptions(first);
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
    }

    private void readOptions(final long first) throws IOException {
        final Set<Long> seen = new HashSet<>();
        long next = first;
        long end = first;
        while (next != 0) {
            if (!seen.add(next) || seen.size() > CHAIN_MAX) {
                file.warnings.at(next, "the end of the chain of options", "a loop");
                return;
            }
            try {
                final DatInput in = open(next, OPTIONS);
                end = endOfSection(next);
                next = options.read(in);
            } catch (final TraceFormatException e) {
                if (next == first && file.buffers.isEmpty()) {
                    throw e; // nothing can be found without them
                }
                file.warnings.add(e.getMessage());
                new LostBuffers(file).find(end);
                return;
            }
        }
        checkEnd(end);
    }

    /**
     * What follows the last options is not needed, but where it is cut something may be missing.
     */
    private void checkEnd(final long from) throws IOException {
        final long fileSize = file.source.size();
        long at = from;
        for (int i = 0; i < CHAIN_MAX && at >= 0 && at < fileSize; i++) {
            final DatInput header = file.input(at, fileSize);
            if (header.remaining() < SECTION_HEADER) {
                file.warnings.at(at, "a whole section header", "the end of the file");
                return;
            }
            final int id = header.u16("section");
            header.skip(6, "section header");
            final long size = header.u64("section size");
            if (id > LAST_SECTION || size < 0 || size > SECTION_CREDIBLE) {
                return; // another writer's order: no section begins here
            }
            if (size > fileSize - at - SECTION_HEADER) {
                file.warnings.at(
                        at,
                        "a section of " + size + " bytes",
                        "the end of the file at " + fileSize + ", cut short");
                return;
            }
            at += SECTION_HEADER + size;
        }
    }

    private long endOfSection(final long offset) throws IOException {
        final DatInput header = sectionHeader(offset, OPTIONS);
        header.skip(6, "section header");
        return offset + SECTION_HEADER + header.u64("section size");
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
        if (unpacked > SECTION_MAX || unpacked > file.budget.left()) {
            throw header.bad("a section that fits the memory", unpacked + " bytes");
        }
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
        if (offset < 0 || offset >= file.source.size()) {
            throw header.bad(
                    nameOf(id), "the end of the file at " + file.source.size() + ", cut short");
        }
        final int found = header.u16("section");
        if (found != id) {
            throw header.bad(nameOf(id), "section " + found);
        }
        return header;
    }

    private static String nameOf(final int id) {
        return id == OPTIONS ? "a section of options" : "section " + id;
    }

    private void locateText() throws IOException {
        try {
            final DatInput header = sectionHeader(file.text.offset(), BUFFER_TEXT);
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
