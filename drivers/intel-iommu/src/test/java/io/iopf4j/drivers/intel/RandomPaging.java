// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;

/** A domain of the host's: one stage, or the second one that guests' tables stand on. */
final class RandomPaging extends RandomDomain {
    private final IntelBench bench;
    private final RandomMappings mappings = new RandomMappings();

    RandomPaging(final IntelBench bench, final IntelPagingDomain domain) {
        super(domain);
        this.bench = bench;
    }

    @Override
    void map(final long iova, final long target, final long pages, final int perm) {
        mappings.map(
                iova,
                target,
                pages,
                perm,
                (page, to, isNew) -> {
                    final int ret = domain.map(page, to, PAGE_BYTES, perm);
                    if (ret == -Errno.ENOMEM) {
                        assertTrue(bench.isScarce, "no memory");
                        return false;
                    }
                    assertEquals(isNew ? 0 : -Errno.EEXIST, ret);
                    return true;
                });
    }

    @Override
    void unmap(final long iova, final long pages) {
        mappings.unmap(
                iova,
                pages,
                (page, count) ->
                        assertEquals(count * PAGE_BYTES, domain.unmap(page, count * PAGE_BYTES)));
    }

    @Override
    boolean allows(final long iova, final int perm) {
        return mappings.allows(iova, perm);
    }

    @Override
    long physical(final long iova) {
        return mappings.target(iova);
    }

    @Override
    void free() {
        domain.free();
    }

    @Override
    boolean isForRequesters() {
        return true;
    }
}
