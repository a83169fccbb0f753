// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.HashMap;
import java.util.Map;

/** A domain of a random run, with what must be mapped in it: the host's tables or a guest's. */
final class RandomDomain {
    static final long PAGE_BYTES = 4096;

    private record Mapping(long paddr, int perm) {}

    final IommuDomain domain;
    final boolean isNested;
    private final IoPgtable guest;
    private final Map<Long, Mapping> mapped = new HashMap<>();

    RandomDomain(final IommuDomain domain, final IoPgtable guest) {
        this.domain = domain;
        this.guest = guest;
        this.isNested = guest != null;
    }

    void map(final long iova, final long paddr, final long pages, final int perm) {
        for (long i = 0; i < pages; i++) {
            final long page = iova + i * PAGE_BYTES;
            final boolean isNew = mapped.get(page) == null;
            if (!isNested) {
                assertEquals(
                        isNew ? 0 : -Errno.EEXIST,
                        domain.map(page, paddr + i * PAGE_BYTES, PAGE_BYTES, perm));
            }
            if (isNew) {
                if (isNested) {
                    guest.map(page, paddr + i * PAGE_BYTES, perm);
                }
                mapped.put(page, new Mapping(paddr + i * PAGE_BYTES, perm));
            }
        }
    }

    /** A first stage may always be read. */
    boolean allows(final long iova, final int perm) {
        final Mapping mapping = mapped.get(iova & -PAGE_BYTES);
        return mapping != null && ((mapping.perm() | IommuFault.PERM_READ) & perm) == perm;
    }

    long physical(final long iova) {
        return mapped.get(iova & -PAGE_BYTES).paddr() + (iova & (PAGE_BYTES - 1));
    }

    void unmap(final long iova, final long pages) {
        long first = 0;
        while (first < pages) {
            final long page = iova + first * PAGE_BYTES;
            if (mapped.remove(page) == null) {
                first++;
                continue;
            }
            long run = 1;
            while (first + run < pages && mapped.remove(page + run * PAGE_BYTES) != null) {
                run++;
            }
            forget(page, run);
            first += run;
        }
    }

    private void forget(final long page, final long pages) {
        if (!isNested) {
            assertEquals(pages * PAGE_BYTES, domain.unmap(page, pages * PAGE_BYTES));
            return;
        }
        for (long i = 0; i < pages; i++) {
            guest.unmap(page + i * PAGE_BYTES);
        }
        assertEquals(
                0,
                domain.cacheInvalidateUser(
                        new IommuUserData(IommuUserData.INVALIDATE_VTD_S1, page, pages, 0)));
    }
}
