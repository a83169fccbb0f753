// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.input.ByteSource;
import io.iopf4j.trace.util.Warnings;
import java.util.ArrayList;
import java.util.List;

/** What the front matter of a trace.dat says: all that is needed to read its pages. */
final class DatFile {
    /** Kernels have at most 8192 CPUs; a few instances of that are plenty. */
    static final int STREAMS_MAX = 1 << 15;

    /** Instances that a file may have; machines have a few. */
    static final int BUFFERS_MAX = 1024;

    /** Enough for the largest sub-buffers of the kernel, and few enough to trust. */
    static final int PAGE_SIZE_MAX = 1 << 23;

    /**
     * One CPU's pages in the file.
     *
     * @param cpu its number
     * @param offset where they begin, bytes
     * @param size how long they are in the file, bytes
     */
    record CpuData(int cpu, long offset, long size) {}

    /**
     * One ring buffer instance.
     *
     * @param name its name, empty for the top one
     * @param clock its clock's name, empty if not told
     * @param pageSize bytes
     * @param packed whether its pages lie in compressed chunks
     * @param cpus its CPUs
     */
    record Buffer(String name, String clock, int pageSize, boolean packed, List<CpuData> cpus) {}

    final String name;
    final ByteSource source;
    final Warnings warnings;
    final MemoryBudget budget;
    final FormatTable formats = new FormatTable();
    final CommTable comms = new CommTable();
    final List<Buffer> buffers = new ArrayList<>();

    private long cpusLeft = STREAMS_MAX;

    int version;
    boolean bigEndian;
    int longSize;
    int pageSize;
    Decompressor decompressor;
    HeaderPage headerPage;

    String clock = "";
    String uname = "";
    int cpus;
    TimeScale time = TimeScale.NONE;
    GuestClock guestClock = GuestClock.NONE;

    /** What it says of itself and others that were traced together. */
    final List<String> machines = new ArrayList<>();

    /** Where the text of a latency trace lies, if the file holds that instead of pages. */
    CpuData text;

    /** Whether that text is packed. */
    boolean textPacked;

    DatFile(final String name, final ByteSource source, final Warnings warnings) {
        this.name = name;
        this.source = source;
        this.warnings = warnings;
        this.budget = MemoryBudget.ofHeap();
    }

    /** Takes room for the CPUs of one more buffer; false if no file has as many. */
    boolean takeCpus(final long count) {
        if (count > cpusLeft || buffers.size() >= BUFFERS_MAX) {
            return false;
        }
        cpusLeft -= count;
        return true;
    }

    /** A part of the file, in its byte order. */
    DatInput input(final long start, final long end) {
        return new DatInput(name, source, start, end, bigEndian, 0);
    }

    /** The same for a reader that jumps from chunk to chunk. */
    DatInput sparseInput(final long start, final long end) {
        return new DatInput(name, source, start, end, bigEndian, 0, DatInput.SMALL_WINDOW);
    }

    /** A section that was unpacked, for messages at the place where it was packed. */
    DatInput input(final byte[] section, final long fileOffset) {
        final ArraySource array = new ArraySource(section);
        return new DatInput(name, array, 0, section.length, bigEndian, fileOffset);
    }
}
