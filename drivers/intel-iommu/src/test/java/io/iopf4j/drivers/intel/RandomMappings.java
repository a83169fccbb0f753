// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.IommuFault;
import java.util.HashMap;
import java.util.Map;

/** What is mapped in one stage of a random run, page by page. */
final class RandomMappings {
    private record Mapping(long target, int perm) {}

    /** Does to the tables what is noted here; false if the page does not get in. */
    @FunctionalInterface
    interface Mapper {
        boolean map(long page, long target, boolean isNew);
    }

    /** Pages side by side that were mapped. */
    @FunctionalInterface
    interface Unmapper {
        void unmap(long page, long pages);
    }

    private final Map<Long, Mapping> mapped = new HashMap<>();

    void map(
            final long iova,
            final long target,
            final long pages,
            final int perm,
            final Mapper mapper) {
        for (long i = 0; i < pages; i++) {
            final long page = iova + i * RandomDomain.PAGE_BYTES;
            final long to = target + i * RandomDomain.PAGE_BYTES;
            final boolean isNew = !mapped.containsKey(page);
            if (mapper.map(page, to, isNew) && isNew) {
                mapped.put(page, new Mapping(to, perm));
            }
        }
    }

    void unmap(final long iova, final long pages, final Unmapper unmapper) {
        long first = 0;
        while (first < pages) {
            final long page = iova + first * RandomDomain.PAGE_BYTES;
            if (mapped.remove(page) == null) {
                first++;
                continue;
            }
            long run = 1;
            while (first + run < pages
                    && mapped.remove(page + run * RandomDomain.PAGE_BYTES) != null) {
                run++;
            }
            unmapper.unmap(page, run);
            first += run;
        }
    }

    /** All that is mapped may be read. */
    boolean allows(final long iova, final int perm) {
        final Mapping mapping = mapped.get(iova & -RandomDomain.PAGE_BYTES);
        return mapping != null && ((mapping.perm() | IommuFault.PERM_READ) & perm) == perm;
    }

    long target(final long iova) {
        final Mapping mapping = mapped.get(iova & -RandomDomain.PAGE_BYTES);
        return mapping == null
                ? RandomDomain.NOWHERE
                : mapping.target() + (iova & (RandomDomain.PAGE_BYTES - 1));
    }
}
