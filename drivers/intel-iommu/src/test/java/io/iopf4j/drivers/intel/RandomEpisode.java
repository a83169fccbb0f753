// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One unit with devices and domains to which things happen at random. */
final class RandomEpisode {
    private static final int[] RIDS = {0x0310, 0x0388, 0x0410};
    private static final int DOMAINS = 4;
    private static final int PAGES = 48;
    private static final long IOVA = 0x1000_0000L;
    private static final long BAD_DESCRIPTOR = 0xb;
    private static final int READ = IommuFault.PERM_READ;
    private static final int WRITE = IommuFault.PERM_WRITE;

    private final IntelBench bench;
    private final SplittableRandom random;
    private final List<RandomDevice> devices = new ArrayList<>();
    private final List<RandomDomain> domains = new ArrayList<>();
    private final long frames;
    private long operation;
    private long faults;

    /** The next tells what it holds back: then nothing can be said of what ends when. */
    private boolean isCalm = true;

    RandomEpisode(final IntelBench bench, final SplittableRandom random) {
        this.bench = bench;
        this.random = random;
        frames = bench.allocator.allocCoherent(PAGES * RandomDomain.PAGE_BYTES).dmaAddress();
        final IntelPagingDomain parent = bench.parent();
        for (int i = 0; i < DOMAINS; i++) {
            if (random.nextBoolean()) {
                domains.add(new RandomDomain(bench.paging(0), null));
            } else {
                final IoPgtable guest = bench.guestTable();
                domains.add(new RandomDomain(bench.nested(parent, guest), guest));
            }
        }
        for (final int rid : RIDS) {
            devices.add(new RandomDevice(bench, rid));
        }
    }

    void run(final long count) {
        while (operation < count) {
            operation++;
            step();
            if (random.nextInt(3) == 0) {
                settle();
            }
        }
        end();
    }

    private void step() {
        final RandomDevice device = devices.get(random.nextInt(devices.size()));
        final int what = random.nextInt(100);
        if (what < 20) {
            domain().map(iova(), frame(), pages(), random.nextBoolean() ? READ : READ | WRITE);
        } else if (what < 38) {
            domain().unmap(iova(), pages());
        } else if (what < 66) {
            access(device);
        } else if (what < 80) {
            answer();
        } else if (what < 88) {
            attach(device);
        } else if (what < 92) {
            detach(device, random.nextInt(RandomDevice.PASIDS));
        } else {
            trouble(device, what);
        }
    }

    private void trouble(final RandomDevice device, final int what) {
        switch (what) {
            case 92 -> {
                if (random.nextInt(6) == 0) {
                    burst(device);
                }
            }
            case 93 -> hold(device);
            case 94 -> device.client.endpoint.withholdInvalidations(1);
            case 95 -> garbage(device);
            case 96 -> badDescriptor();
            case 97 -> {
                if (random.nextInt(8) == 0) {
                    comeAndGo(device);
                }
            }
            default -> device.client.endpoint.stopUsing(1 + random.nextInt(3));
        }
    }

    // ---- What happens ---------------------------------------------------------------------------

    private RandomDomain domain() {
        return domains.get(random.nextInt(domains.size()));
    }

    private long iova() {
        return IOVA + random.nextInt(PAGES) * RandomDomain.PAGE_BYTES;
    }

    private long frame() {
        return frames + random.nextInt(PAGES - 4) * RandomDomain.PAGE_BYTES;
    }

    private int pages() {
        return 1 + random.nextInt(4);
    }

    private void access(final RandomDevice device) {
        final int pasid = random.nextInt(RandomDevice.PASIDS);
        final long iova = iova() + random.nextInt(4096);
        final int pages = random.nextInt(4) == 0 ? pages() : 1;
        final int perm = random.nextBoolean() ? READ : WRITE;
        final boolean isAllowed = device.isAllowed(pasid, iova, pages, perm);
        final long before = device.done();
        device.access(pasid, iova, pages, perm);
        if (isAllowed) {
            assertEquals(before + 1, device.done(), "what is mapped is reached at once");
        }
    }

    private void answer() {
        if (bench.faults.isEmpty()) {
            return;
        }
        faults++;
        final int code =
                random.nextInt(8) < 5 ? PageResponseCode.SUCCESS : PageResponseCode.INVALID;
        final IopfGroup group = bench.faults.removeFirst();
        group.respond(code);
        group.free();
    }

    private void attach(final RandomDevice device) {
        final int pasid = random.nextInt(RandomDevice.PASIDS);
        final RandomDomain domain = domain();
        final IommuGroup group = device.client.group;
        if (pasid == 0 && domain.isNested) {
            return;
        }
        final IommuAttachHandle handle = new IommuAttachHandle();
        final int ret;
        if (device.domains[pasid] != null && random.nextBoolean()) {
            // What the former domain let through may end while the next one takes its place.
            device.domains[pasid] = null;
            ret =
                    pasid == 0
                            ? group.replace(domain.domain, handle)
                            : group.replacePasid(domain.domain, pasid, handle);
        } else {
            detach(device, pasid);
            ret =
                    pasid == 0
                            ? group.attach(domain.domain, handle)
                            : group.attachPasid(domain.domain, pasid, handle);
        }
        device.domains[pasid] = domain;
        assertEquals(0, ret, "attach");
    }

    private void detach(final RandomDevice device, final int pasid) {
        if (device.domains[pasid] == null) {
            return;
        }
        device.domains[pasid] = null;
        if (pasid == 0) {
            device.client.group.detach();
        } else {
            device.client.group.detachPasid(pasid);
        }
    }

    /** More than the queue has room for. */
    private void burst(final RandomDevice device) {
        for (int i = 0; i < 160; i++) {
            device.access(1 + random.nextInt(3), IOVA + (64L + i) * 4096, 1, READ);
        }
    }

    private void hold(final RandomDevice device) {
        device.client.endpoint.holdRequests(isCalm);
        isCalm = !isCalm;
    }

    /** What a device that lies may send. */
    private void garbage(final RandomDevice device) {
        final int rid =
                random.nextBoolean() ? device.client.endpoint.rid() : random.nextInt(1 << 16);
        final int pasid = random.nextInt(4) == 0 ? IntelBench.NO_PASID : random.nextInt(1 << 20);
        bench.model.pageRequest(
                rid, pasid, random.nextLong(), random.nextInt(16), 300 + random.nextInt(200), true);
    }

    private void badDescriptor() {
        final long[] bad = {BAD_DESCRIPTOR, 0, 0, 0};
        assertTrue(bench.iommu.qi().submitSync(bad, 1, 0) < 0, "a bad descriptor is taken");
    }

    /** The device is taken away, whatever it waits for, and comes again. */
    private void comeAndGo(final RandomDevice device) {
        for (int pasid = RandomDevice.PASIDS - 1; pasid >= 0; pasid--) {
            detach(device, pasid);
        }
        device.client.endpoint.holdRequests(false);
        letGo(device);
        device.client.group.removeDevice(device.client.device);
        bench.run();
        assertEquals(0, device.open(), "a device that is gone still waits");
        assertEquals(0, device.client.group.addDevice(device.client.device));
        assertEquals(
                0,
                device.client.device.ops().devEnableFeature(device.client.device, DevFeature.IOPF));
    }

    /** Whoever has a device's groups answers them before it goes. */
    private void letGo(final RandomDevice device) {
        for (int left = bench.faults.size(); left > 0; left--) {
            final IopfGroup group = bench.faults.removeFirst();
            if (group.device() == device.client.device) {
                group.respond(PageResponseCode.INVALID);
                group.free();
            } else {
                bench.faults.addLast(group);
            }
        }
    }

    private void settle() {
        bench.run();
    }

    /** When nobody holds anything back any more, everything ends. */
    private void end() {
        for (final RandomDevice device : devices) {
            device.client.endpoint.holdRequests(false);
            device.client.endpoint.withholdInvalidations(0);
        }
        for (int round = 0; round < 64; round++) {
            settle();
            while (!bench.faults.isEmpty()) {
                final IopfGroup group = bench.faults.removeFirst();
                group.respond(PageResponseCode.INVALID);
                group.free();
            }
        }
        for (final RandomDevice device : devices) {
            letGo(device);
            assertEquals(0, device.open(), "accesses never end");
            for (int pasid = 0; pasid < RandomDevice.PASIDS; pasid++) {
                detach(device, pasid);
            }
            device.client.group.removeDevice(device.client.device);
        }
        final int status = bench.mmio().readl(VtdRegisters.FSTS);
        assertEquals(0, status & (VtdRegisters.FSTS_IQE | VtdRegisters.FSTS_ITE));
        assertEquals(0, bench.mmio().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO);
        assertEquals(
                0,
                bench.iommu
                        .qi()
                        .submitSync(
                                new long[] {
                                    Invalidation.iotlb(Invalidation.IOTLB_GLOBAL, 0, 0), 0, 0, 0
                                },
                                1,
                                0),
                "the queue is stuck");
    }

    long operation() {
        return operation;
    }

    long faults() {
        return faults;
    }

    long done() {
        return devices.stream().mapToLong(RandomDevice::done).sum();
    }

    long hash() {
        long hash = 0;
        for (final RandomDevice device : devices) {
            hash = hash * 31 + device.hash();
        }
        return hash;
    }
}
