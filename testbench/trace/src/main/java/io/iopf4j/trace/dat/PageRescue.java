// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;

/**
 * Finds CPUs whose pages lie in the file as they are, without a gap. A new CPU begins where the
 * time of a page is before that of the page in front. If a CPU only began after the one in front
 * had ended, both are taken for one: their events still come in the right order.
 */
final class PageRescue extends BufferRescue {
    private static final int COMMIT_MASK = (1 << 27) - 1;

    private final HeaderPage layout;

    PageRescue(final DatFile file, final Section section) {
        super(file, section);
        layout = file.headerPage;
    }

    @Override
    void search(final long first) throws IOException {
        long start = first;
        long last = 0;
        int cpu = 0;
        for (long page = first; page <= end - layout.dataOffset(); page += pageSize) {
            final DatInput in = file.sparseInput(page, end);
            final long time = in.u64("page time");
            if (!isFilled(in, time)) {
                continue; // whoever reads it says what is wrong with it
            }
            if (Long.compareUnsigned(time, last) < 0 && cpu < CPUS_MAX - 1) {
                add(cpu++, start, page);
                start = page;
            }
            last = time;
        }
        add(cpu, start, end);
    }

    private boolean isFilled(final DatInput in, final long time) throws IOException {
        final long commit = layout.longSize() == 8 ? in.u64("page commit") : in.u32("page commit");
        final long size = commit & COMMIT_MASK;
        return size <= pageSize - layout.dataOffset() && (size > 0 || time != 0);
    }
}
