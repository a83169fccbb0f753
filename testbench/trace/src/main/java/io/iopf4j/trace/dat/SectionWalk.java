// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.util.Collection;
import java.util.TreeMap;

/**
 * Finds the sections of version 7 without their options: each header tells its section's size, and
 * recorders write one section after another.
 */
final class SectionWalk {
    private static final int SECTIONS_MAX = 4096;

    /** Known sections end at 25; some more may come. */
    private static final int ID_MAX = 64;

    /** A list of options holds at least the one that ends it. */
    private static final int OPTIONS_MIN = 14;

    private final DatFile file;
    private final TreeMap<Long, Section> found = new TreeMap<>();

    SectionWalk(final DatFile file) {
        this.file = file;
    }

    /** Goes from header to header until one is damaged, was seen before or lies behind the end. */
    void from(final long first) throws IOException {
        long next = first;
        while (found.size() < SECTIONS_MAX && !found.containsKey(next)) {
            final Section section = at(next, true);
            if (section == null) {
                return;
            }
            found.put(next, section);
            next = section.end();
        }
    }

    /** All that was found, in the order of the file. */
    Collection<Section> sections() {
        return found.values();
    }

    /** The section at a place, or null for what cannot be the header of one. */
    private Section at(final long offset, final boolean mayBeUnfinished) throws IOException {
        final long size = file.source.size();
        if (offset < 0 || offset > size - Section.HEADER_SIZE) {
            return null;
        }
        final DatInput in = file.sparseInput(offset, size);
        final int id = in.u16("section");
        final int flags = in.u16("section flags");
        in.skip(4, "section name");
        final long length = in.u64("section size");
        if (id >= ID_MAX || flags > 1 || length < 0) {
            return null;
        }
        if (id == Section.OPTIONS && length < OPTIONS_MIN) {
            return null; // padding looks like this
        }
        final long start = in.position();
        long end = length > size - start ? size : start + length;
        if (id == Section.BUFFER && length == 0 && mayBeUnfinished && at(start, false) == null) {
            end = size; // the recorder writes the size last, and did not come to it
        }
        return new Section(id, flags == 1, offset, end);
    }
}
