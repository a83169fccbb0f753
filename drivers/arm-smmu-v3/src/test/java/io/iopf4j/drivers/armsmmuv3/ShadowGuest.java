// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.RandomWorld.require;

import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A guest whose tables stand on a stage 2 of the host's. Its memory is mapped one to one, but pages
 * that it uses can be missing.
 */
final class ShadowGuest extends ShadowDomain {
    private static final int ALL =
            IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;
    private static final long BLOCK = 0x20_0000L;
    private static final int ASID = 5;
    private static final int IPS_48 = 5;

    final boolean stalls;
    final IommuDomain domain;
    private final RandomWorld world;
    private final IommuDomain parent;
    private final IommufdViommu viommu;
    private final IoPgtable tables;
    private final CdTable contexts;
    private final Paging own;
    private final boolean[] isMissing;
    private final boolean[] wasMissing;

    /**
     * A guest.
     *
     * @param stalls whether its contexts do, as they must where that is forced
     */
    ShadowGuest(final RandomWorld world, final boolean stalls) {
        this.world = world;
        this.stalls = stalls;
        parent = world.bench.smmu.ops().domainAllocPagingFlags(null, HwptAlloc.FLAG_NEST_PARENT);
        final long base = world.bench.memory.base();
        final long bytes = world.bench.memory.sizeBytes();
        require(parent.map(base, base, bytes - BLOCK, ALL) == 0, "the guest's memory");
        for (final long page : world.pages) {
            require(parent.map(page, page, PAGE_MASK + 1, ALL) == 0, "the guest's pages");
        }
        viommu = world.bench.smmu.ops().viommuAlloc(null, parent, IommuUserData.VIOMMU_ARM_SMMUV3);
        tables = IoPgtable.alloc(world.bench);
        contexts = CdTable.alloc(world.bench, 0);
        contexts.write(
                0,
                ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, IPS_48, ASID, stalls),
                tables.ttb(),
                0xff,
                changed -> {});
        domain =
                viommu.allocDomainNested(
                        new IommuUserData(
                                IommuUserData.ARM_SMMUV3,
                                StreamTableEntry.word0(
                                        StreamTableEntry.CONFIG_S1, contexts.dmaAddress(), 0),
                                0));
        domain.setIopfHandler(world::keep);
        own = new Paging(domain, world.iovas);
        isMissing = new boolean[world.pages.length];
        wasMissing = new boolean[world.pages.length];
    }

    /** The guest maps a page that is not mapped, or unmaps one that is. */
    void change() {
        final int index = world.random.nextInt(world.iovas.length);
        final long iova = world.iovas[index];
        world.ledger.beginChange(null, RandomLedger.ALL, this);
        if (own.isMapped(index)) {
            world.log.add("guest unmaps", iova);
            require(tables.unmap(iova), "the guest cannot unmap");
            final int ret =
                    viommu.cacheInvalidate(
                            Commands.tlbiNhVa(0, ASID), Commands.tlbiAddress(iova, true));
            require(ret == 0, "the guest's TLBI: " + ret);
            own.unmap(index);
        } else {
            final long page = world.pages[world.random.nextInt(world.pages.length)];
            final int perm = IommuFault.PERM_READ | world.random.nextInt(8);
            world.log.add("guest maps", iova, page, perm);
            require(tables.map(iova, page, perm), "the guest cannot map");
            own.map(index, page, perm);
        }
        world.ledger.endChange();
    }

    /** The host takes a page of the guest's away, or gives it back. */
    void changeMemory() {
        final int index = world.random.nextInt(world.pages.length);
        final long page = world.pages[index];
        world.log.add(isMissing[index] ? "host maps" : "host unmaps", page);
        world.ledger.beginChange(null, RandomLedger.ALL, this);
        if (isMissing[index]) {
            require(parent.map(page, page, PAGE_MASK + 1, ALL) == 0, "the host cannot map");
        } else {
            require(parent.unmap(page, PAGE_MASK + 1) == PAGE_MASK + 1, "the host cannot unmap");
        }
        isMissing[index] = !isMissing[index];
        world.ledger.endChange();
    }

    void free() {
        domain.free();
        parent.free();
        tables.free();
        contexts.free(world.bench);
    }

    @Override
    boolean takesPasids() {
        return false;
    }

    /** The guest's entry says nothing of ATS. */
    @Override
    boolean isCachedBy(final ShadowDevice device) {
        return false;
    }

    @Override
    void remember() {
        own.remember();
        System.arraycopy(isMissing, 0, wasMissing, 0, isMissing.length);
    }

    @Override
    long page(final long iova, final boolean before) {
        final long page = own.page(iova, before);
        return page != NO_PAGE && (before ? wasMissing : isMissing)[indexOf(page)] ? NO_PAGE : page;
    }

    private int indexOf(final long page) {
        for (int i = 0; i < world.pages.length; i++) {
            if (world.pages[i] == page) {
                return i;
            }
        }
        throw new AssertionError("no page of the guest's: " + page);
    }

    @Override
    int perm(final long iova, final boolean before) {
        return own.perm(iova, before);
    }
}
