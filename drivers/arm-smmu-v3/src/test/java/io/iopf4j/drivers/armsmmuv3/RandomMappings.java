// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.RandomWorld.require;

import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import java.util.ArrayList;
import java.util.List;

/** The domains of a random run, and the operations that map and unmap. */
final class RandomMappings {
    private static final int MOST_DOMAINS = 6;
    private static final int PROCESSES = 3;
    private static final int PERMS = 8;
    private static final long PAGE_BYTES = ShadowDomain.PAGE_MASK + 1;
    private static final long LARGE = 0x40_0000L;

    private final RandomWorld world;
    final List<ShadowDomain.Paging> domains = new ArrayList<>();
    final ShadowProcess[] processes = new ShadowProcess[PROCESSES];
    final List<ShadowGuest> guests = new ArrayList<>();

    RandomMappings(final RandomWorld world) {
        this.world = world;
        for (int i = 0; i < PROCESSES; i++) {
            processes[i] = newProcess();
        }
        if (world.has(SmmuFeature.STAGE_1) && world.has(SmmuFeature.STAGE_2)) {
            for (final boolean stalls : new boolean[] {false, true}) {
                if (world.devices.stream().anyMatch(device -> device.mayStall == stalls)) {
                    guests.add(new ShadowGuest(world, stalls));
                }
            }
        }
    }

    /** A guest maps or unmaps, or its host does. */
    void changeGuest() {
        if (!guests.isEmpty()) {
            final ShadowGuest guest = world.any(guests);
            if (world.oneIn(4)) {
                guest.changeMemory();
            } else {
                guest.change();
            }
        }
    }

    /** Gives everything up; nothing is attached. */
    void freeAll() {
        for (int i = 0; i < PROCESSES; i++) {
            if (!processes[i].isReleased) {
                release(i);
            }
        }
        domains.forEach(domain -> domain.domain.free());
        guests.forEach(ShadowGuest::free);
    }

    private ShadowProcess newProcess() {
        return new ShadowProcess(new MmStruct("mm", world.bench));
    }

    // ---- Domains --------------------------------------------------------------------------------

    void allocate(final ShadowDevice device) {
        if (domains.size() == MOST_DOMAINS) {
            return;
        }
        final boolean isStage2 =
                !world.has(SmmuFeature.STAGE_1)
                        || (world.has(SmmuFeature.STAGE_2) && world.oneIn(4));
        world.maybeStarve();
        final IommuDomain domain =
                world.bench
                        .smmu
                        .ops()
                        .domainAllocPagingFlags(
                                device.device,
                                isStage2 && world.has(SmmuFeature.STAGE_1)
                                        ? HwptAlloc.FLAG_NEST_PARENT
                                        : 0);
        final boolean hasStarved = world.bench.endStarving();
        world.log.add("alloc domain", isStage2 ? 2 : 1, hasStarved ? 1 : 0);
        require((domain == null) == hasStarved, "alloc domain: " + domain);
        if (domain == null) {
            return;
        }
        domain.setIopfHandler(world::keep);
        domains.add(
                new ShadowDomain.Paging(
                        domain, world.iovas, isStage2 ? world.bench.smmu.features().oas() : 0));
    }

    void free() {
        if (domains.isEmpty()) {
            return;
        }
        final ShadowDomain.Paging domain = world.any(domains);
        if (domain.uses == 0) {
            world.log.add("free domain", domains.indexOf(domain));
            domains.remove(domain);
            domain.domain.free();
        }
    }

    void map() {
        if (!domains.isEmpty()) {
            final ShadowDomain.Paging domain = world.any(domains);
            final int index = world.random.nextInt(world.iovas.length);
            if (!domain.isMapped(index) || (domain.takesPasids() && world.oneIn(4))) {
                map(domain, index, 0);
            }
        }
    }

    /** Maps a page of the pool, or another one in its place, with some permissions at least. */
    void map(final ShadowDomain.Paging domain, final int index, final int atLeast) {
        final long page = world.pages[world.random.nextInt(world.pages.length)];
        final int perm = IommuFault.PERM_READ | atLeast | world.random.nextInt(PERMS);
        world.log.add("map", domains.indexOf(domain), world.iovas[index], page, perm);
        world.ledger.beginChange(null, RandomLedger.ALL, domain);
        world.maybeStarve();
        final int ret =
                domain.domain instanceof ArmSmmuPagingDomain paging
                        ? paging.map(world.iovas[index], page, perm)
                        : domain.domain.map(world.iovas[index], page, PAGE_BYTES, perm);
        final boolean hasStarved = world.bench.endStarving();
        final boolean can =
                !hasStarved
                        && domain.canMap(index)
                        && (domain.takesPasids() || !domain.isMapped(index));
        if (can) {
            domain.map(index, page, perm);
        }
        world.ledger.endChange();
        require((ret == 0) == can, "map: " + ret);
    }

    void unmap() {
        if (domains.isEmpty()) {
            return;
        }
        final ShadowDomain.Paging domain = world.any(domains);
        final int index = world.random.nextInt(world.iovas.length);
        final boolean wasMapped = domain.isMapped(index);
        world.log.add("unmap", domains.indexOf(domain), world.iovas[index], wasMapped ? 1 : 0);
        world.ledger.beginChange(null, RandomLedger.ALL, domain);
        final boolean did = domain.domain.unmap(world.iovas[index], PAGE_BYTES) == PAGE_BYTES;
        domain.unmap(index);
        world.ledger.endChange();
        require(did == wasMapped, "unmap of a page that was mapped " + wasMapped + ": " + did);
    }

    /** The paging domain that a fault came in by, unless it is freed, or null. */
    ShadowDomain.Paging of(final IommuDomain domain) {
        for (final ShadowDomain.Paging one : domains) {
            if (one.domain == domain) {
                return one;
            }
        }
        return null;
    }

    // ---- Processes ------------------------------------------------------------------------------

    ShadowProcess anyProcess() {
        return processes[world.random.nextInt(PROCESSES)];
    }

    /**
     * A process gets or loses areas or pages, or ends; one that has ended is followed by another.
     */
    void changeProcess() {
        final int which = world.random.nextInt(PROCESSES);
        final ShadowProcess process = processes[which];
        if (process.isReleased) {
            if (process.bonds == 0) {
                world.log.add("new process", which);
                processes[which] = newProcess();
            }
            return;
        }
        final int first = world.random.nextInt(ShadowProcess.PAGES);
        final int last = Math.min(ShadowProcess.PAGES, first + 1 + world.random.nextInt(4));
        switch (world.random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5, 6 -> mmap(which, first, last);
            case 7, 8, 9, 10 -> forget(which, first, last, true);
            case 11, 12, 13 -> forget(which, first, last, false);
            case 14 -> forget(which, 0, ShadowProcess.PAGES, world.oneIn(2));
            default -> {
                if (world.oneIn(4)) {
                    release(which);
                }
            }
        }
    }

    private void mmap(final int which, final int first, final int last) {
        final ShadowProcess process = processes[which];
        for (int i = first; i < last; i++) {
            if (process.areas[i] != ShadowProcess.NO_AREA) {
                return;
            }
        }
        final int perm =
                world.oneIn(4)
                        ? world.random.nextInt(PERMS)
                        : IommuFault.PERM_READ | IommuFault.PERM_WRITE;
        world.log.add("mmap", which, first, last, perm);
        final int ret =
                process.mm.mmap(ShadowProcess.address(first), ShadowProcess.address(last), perm);
        require(ret == 0, "mmap: " + ret);
        java.util.Arrays.fill(process.areas, first, last, perm);
    }

    private void forget(final int which, final int first, final int last, final boolean withAreas) {
        final ShadowProcess process = processes[which];
        final long start = ShadowProcess.address(first);
        final long end = last == ShadowProcess.PAGES ? start + LARGE : ShadowProcess.address(last);
        world.log.add(withAreas ? "munmap" : "dontneed", which, first, last);
        world.ledger.beginChange(null, RandomLedger.ALL, process);
        final int ret = withAreas ? process.mm.munmap(start, end) : process.mm.dontNeed(start, end);
        if (withAreas) {
            java.util.Arrays.fill(process.areas, first, last, ShadowProcess.NO_AREA);
        }
        world.ledger.endChange();
        require(ret == 0, "munmap: " + ret);
    }

    void release(final int which) {
        final ShadowProcess process = processes[which];
        world.log.add("exit", which);
        world.ledger.beginChange(null, RandomLedger.ALL, process);
        process.mm.release();
        process.isReleased = true;
        world.ledger.endChange();
    }
}
