// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the CPUs in a section of event data whose table is lost: recorders write the table behind
 * the data, so a file that was cut has none. Each CPU begins at a page boundary of the file; which
 * number it has is not told, so they are numbered in their order.
 */
abstract class BufferRescue {
    /** As many CPUs as a kernel can have. */
    static final int CPUS_MAX = 8192;

    final DatFile file;
    final long pageSize;
    final long end;

    private final List<DatFile.CpuData> cpus = new ArrayList<>();

    BufferRescue(final DatFile file, final Section section) {
        this.file = file;
        this.pageSize = file.pageSize;
        this.end = section.end();
    }

    /** The CPUs of a section; a table of one that holds none is empty. */
    static List<DatFile.CpuData> find(final DatFile file, final Section section)
            throws IOException {
        final BufferRescue rescue =
                section.packed() ? new ChunkRescue(file, section) : new PageRescue(file, section);
        rescue.search(rescue.boundary(section.start()));
        return List.copyOf(rescue.cpus);
    }

    /** Finds the CPUs from the first page boundary on. */
    abstract void search(long first) throws IOException;

    /** The first page boundary at or behind a place. */
    final long boundary(final long place) {
        return (place + pageSize - 1) / pageSize * pageSize;
    }

    final void add(final int cpu, final long from, final long to) {
        if (to > from) {
            cpus.add(new DatFile.CpuData(cpu, from, to - from));
        }
    }
}
