// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the pages of a version 7 file that was cut before the options which tell where they lie: a
 * recorder writes those last. What it goes by: a buffer section keeps each CPU's data on a page
 * boundary, packed data count their own chunks, and time runs back only where another CPU begins.
 * CPUs are numbered in the order in which they are found.
 */
final class LostBuffers {
    private static final int BUFFER = 3;
    private static final int LAST_SECTION = 25;
    private static final int HEADER_BYTES = 16;
    private static final int SECTIONS_MAX = 4096;
    private static final long CHUNK_MAX = 1L << 26;

    private final DatFile file;
    private final List<DatFile.CpuData> cpus = new ArrayList<>();

    LostBuffers(final DatFile file) {
        this.file = file;
    }

    /** Looks through the sections from a place on; adds what it finds to the file's buffers. */
    void find(final long from) throws IOException {
        final long fileSize = file.source.size();
        if (file.pageSize < 64 || file.pageSize > DatFile.PAGE_SIZE_MAX) {
            return;
        }
        long at = from;
        for (int i = 0; i < SECTIONS_MAX && at >= 0 && at <= fileSize - HEADER_BYTES; i++) {
            final DatInput header = file.input(at, fileSize);
            final int id = header.u16("section");
            final boolean packed = (header.u16("section flags") & 1) != 0;
            header.skip(4, "section name");
            final long size = header.u64("section size");
            final long start = at + HEADER_BYTES;
            if (id > LAST_SECTION || size < 0) {
                return;
            }
            // A recorder that was stopped has not come back to fill the size in.
            final long end = size == 0 || size > fileSize - start ? fileSize : start + size;
            if (id == BUFFER) {
                buffer(start, end, packed);
            }
            at = end;
        }
    }

    private void buffer(final long start, final long end, final boolean packed) throws IOException {
        cpus.clear();
        if (packed) {
            findPacked(start, end);
        } else {
            findPages(start, end);
        }
        if (!cpus.isEmpty()) {
            file.warnings.add(
                    "found the data of "
                            + cpus.size()
                            + " CPU(s) at offset "
                            + cpus.get(0).offset()
                            + " without their table; CPU numbers and the buffer's name are guessed");
            file.buffers.add(
                    new DatFile.Buffer("", file.clock, file.pageSize, packed, List.copyOf(cpus)));
        }
    }

    private void findPacked(final long start, final long end) throws IOException {
        long at = aligned(start);
        while (at <= end - 4 && cpus.size() < DatFile.STREAMS_MAX) {
            final DatInput input = file.sparseInput(at, end);
            final long chunks = input.u32("chunk count");
            long next = at + 4;
            boolean isWhole = true;
            for (long i = 0; i < chunks && isWhole; i++) {
                if (next > end - 8) {
                    isWhole = false;
                    break;
                }
                final DatInput chunk = file.sparseInput(next, end);
                final long packed = chunk.u32("packed size");
                final long size = chunk.u32("size");
                if (size == 0 || size > CHUNK_MAX || size % file.pageSize != 0) {
                    return;
                }
                isWhole = packed <= end - next - 8;
                next += 8 + packed;
            }
            if (chunks == 0) {
                return;
            }
            cpus.add(new DatFile.CpuData(cpus.size(), at, Math.min(next, end) - at));
            if (!isWhole) {
                return;
            }
            at = aligned(next);
        }
    }

    private void findPages(final long start, final long end) throws IOException {
        long first = aligned(start);
        long lastNs = Long.MIN_VALUE;
        long at = first;
        for (; at <= end - 8; at += file.pageSize) {
            final long ns = file.sparseInput(at, end).u64("page time");
            if (ns != 0 && ns < lastNs) {
                addPages(first, at);
                first = at;
            }
            lastNs = ns == 0 ? lastNs : ns;
        }
        addPages(first, Math.min(at, end));
    }

    private void addPages(final long first, final long end) {
        if (end > first && cpus.size() < DatFile.STREAMS_MAX) {
            cpus.add(new DatFile.CpuData(cpus.size(), first, end - first));
        }
    }

    private long aligned(final long offset) {
        return (offset + file.pageSize - 1) / file.pageSize * file.pageSize;
    }
}
