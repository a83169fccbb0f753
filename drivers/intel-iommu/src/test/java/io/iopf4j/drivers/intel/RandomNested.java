// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuUserData;
import io.iopf4j.iopgtable.IoPgtable;

/** A guest's tables, whose pages are where a second stage says. */
final class RandomNested extends RandomDomain {
    private final RandomPaging parent;
    private final IoPgtable guest;
    private final RandomMappings mappings = new RandomMappings();

    private RandomNested(final IntelBench bench, final RandomPaging parent, final IoPgtable guest) {
        super(bench.nested(parent.domain, guest));
        this.parent = parent;
        this.guest = guest;
    }

    static RandomNested on(final IntelBench bench, final RandomPaging parent) {
        return new RandomNested(bench, parent, bench.guestTable());
    }

    /** The target is an address of the parent's. */
    @Override
    void map(final long iova, final long target, final long pages, final int perm) {
        mappings.map(
                iova,
                target,
                pages,
                perm,
                (page, to, isNew) -> {
                    assertTrue(!isNew || guest.map(page, to, perm));
                    return isNew;
                });
    }

    @Override
    void unmap(final long iova, final long pages) {
        mappings.unmap(
                iova,
                pages,
                (page, count) -> {
                    for (long i = 0; i < count; i++) {
                        guest.unmap(page + i * PAGE_BYTES);
                    }
                    assertEquals(
                            0,
                            domain.cacheInvalidateUser(
                                    new IommuUserData(
                                            IommuUserData.INVALIDATE_VTD_S1, page, count, 0)));
                });
    }

    @Override
    boolean allows(final long iova, final int perm) {
        return mappings.allows(iova, perm) && parent.allows(mappings.target(iova), perm);
    }

    @Override
    long physical(final long iova) {
        final long target = mappings.target(iova);
        return target == NOWHERE ? NOWHERE : parent.physical(target);
    }

    @Override
    void free() {
        domain.free();
        guest.free();
    }

    @Override
    RandomDomain parent() {
        return parent;
    }

    @Override
    boolean isForRequesters() {
        return false;
    }
}
