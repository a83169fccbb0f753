// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One unit with devices and domains to which things happen at random. */
final class RandomEpisode {
    private static final int[] RIDS = {0x0310, 0x0388, 0x0410};
    private static final int DOMAINS = 5;
    private static final int PAGES = 48;
    private static final int MOST_PAGES = 4;

    /** Half of the pages on either side of a border of 2 MiB. */
    private static final long IOVA = 0x1020_0000L - PAGES / 2 * RandomDomain.PAGE_BYTES;

    private static final long BAD_DESCRIPTOR = 0xb;
    private static final int READ = IommuFault.PERM_READ;
    private static final int WRITE = IommuFault.PERM_WRITE;

    private final RandomUnit unit;
    private final IntelBench bench;
    private final SplittableRandom random;
    private final RandomFaults faults;
    private final RandomAttachments attachments;
    private final List<RandomDevice> devices = new ArrayList<>();
    private final List<RandomDomain> domains = new ArrayList<>();
    private final long frames;
    private long operation;

    /** The next tells what it holds back: then nothing can be said of what ends when. */
    private boolean isCalm = true;

    RandomEpisode(final RandomUnit unit, final IntelBench bench, final SplittableRandom random) {
        this.unit = unit;
        this.bench = bench;
        this.random = random;
        frames = bench.allocator.allocCoherent(PAGES * RandomDomain.PAGE_BYTES).dmaAddress();
        final RandomPaging parent = parent();
        domains.add(parent);
        while (domains.size() < DOMAINS) {
            domains.add(newDomain(parent));
        }
        faults = new RandomFaults(unit, bench, parent.domain);
        for (final int rid : RIDS) {
            devices.add(new RandomDevice(client(rid)));
        }
        attachments = new RandomAttachments(unit, bench, devices);
    }

    /** What guests' tables stand on, where there are any. */
    private RandomPaging parent() {
        return new RandomPaging(bench, unit.hasFirstStage() ? bench.parent() : bench.paging(0));
    }

    private RandomDomain newDomain(final RandomPaging parent) {
        final int kind = random.nextInt(4);
        if (unit.hasFirstStage() && kind == 0) {
            return RandomProcess.of(bench, IOVA, PAGES + MOST_PAGES);
        }
        return unit.hasFirstStage() && kind == 1
                ? RandomNested.on(bench, parent)
                : new RandomPaging(bench, bench.paging(0));
    }

    private IntelBench.Client client(final int rid) {
        final boolean isStreaming = unit.isRevision2() && random.nextBoolean();
        final IntelBench.Client client =
                bench.client(
                        rid, isStreaming ? IntelBench.FUNCTION.streaming() : IntelBench.FUNCTION);
        enableFaults(client.device);
        return client;
    }

    private void enableFaults(final IommuDevice device) {
        if (unit.enablesFaults()) {
            assertEquals(0, device.ops().devEnableFeature(device, DevFeature.IOPF));
        }
        if (unit.hasHandlers()) {
            faults.register(device);
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
        if (what < 18) {
            map();
        } else if (what < 30) {
            domain().unmap(iova(), pages());
        } else if (what < 38) {
            unmapWhatIsKnown();
        } else if (what < 66) {
            final int pasid = pasid();
            access(device, pasid, iovaOf(device, pasid) + random.nextInt(4096));
        } else if (what < 80) {
            answer();
        } else if (what < 88) {
            attach(device);
        } else if (what < 92) {
            detach(device, pasid());
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
            case 98 -> {
                if (random.nextInt(4) == 0) {
                    renew(1 + random.nextInt(DOMAINS - 1));
                }
            }
            default -> stopUsing(device, 1 + random.nextInt(RandomDevice.PASIDS - 1));
        }
    }

    // ---- What happens ---------------------------------------------------------------------------

    private RandomDomain domain() {
        return domains.get(random.nextInt(domains.size()));
    }

    private int pasid() {
        return unit.hasPasids() ? random.nextInt(RandomDevice.PASIDS) : 0;
    }

    private long iova() {
        return IOVA + random.nextInt(PAGES) * RandomDomain.PAGE_BYTES;
    }

    /** Of what is mapped, if it is easily found. */
    private long iovaOf(final RandomDevice device, final int pasid) {
        long iova = iova();
        for (int left = random.nextInt(6);
                left > 0 && !device.isAllowed(pasid, iova, 1, READ);
                left--) {
            iova = iova();
        }
        return iova;
    }

    private int pages() {
        return 1 + random.nextInt(MOST_PAGES);
    }

    /** Memory; or, for a guest's tables, what leads there. */
    private void map() {
        final RandomDomain domain = domain();
        final long from = domain.parent() == null ? frames : IOVA;
        final long target = from + random.nextInt(PAGES - MOST_PAGES) * RandomDomain.PAGE_BYTES;
        bench.isScarce = !(domain instanceof RandomProcess) && random.nextInt(16) == 0;
        domain.map(iova(), target, pages(), random.nextBoolean() ? READ : READ | WRITE);
        bench.isScarce = false;
    }

    /** What everybody has in a cache goes, and everybody asks again. */
    private void unmapWhatIsKnown() {
        final RandomDomain domain = domain();
        final long iova = iova();
        if (domain.allows(iova, READ)) {
            touch(domain, iova);
            domain.unmap(iova, 1);
            touch(domain, iova);
        }
    }

    /** Reads wherever a domain is attached, or one that stands on it. */
    private void touch(final RandomDomain domain, final long iova) {
        for (final RandomDevice device : devices) {
            for (int pasid = 0; pasid < RandomDevice.PASIDS; pasid++) {
                final RandomDomain there = device.domains[pasid];
                if (there == domain || (there != null && there.parent() == domain)) {
                    access(device, pasid, iova);
                }
            }
        }
    }

    private void access(final RandomDevice device, final int pasid, final long iova) {
        final int pages = random.nextInt(4) == 0 ? pages() : 1;
        final int perm = random.nextBoolean() ? READ : WRITE;
        final boolean isAllowed = device.isAllowed(pasid, iova, pages, perm);
        if (!isAllowed && !attachments.mayAsk(device, pasid)) {
            return;
        }
        final long before = device.done();
        device.access(pasid, iova, pages, perm);
        if (isAllowed) {
            assertEquals(before + 1, device.done(), "what is mapped is reached at once");
        }
    }

    private void answer() {
        if (!faults.isEmpty()) {
            final int code =
                    random.nextInt(8) < 5 ? PageResponseCode.SUCCESS : PageResponseCode.INVALID;
            faults.answer(code, random.nextInt(8) == 0);
        }
    }

    private void attach(final RandomDevice device) {
        final int pasid = pasid();
        final RandomDomain domain = domain();
        if (attachments.isPossible(pasid, domain)) {
            if (attachments.canReplace(device, pasid) && random.nextBoolean()) {
                attachments.replace(device, pasid, domain);
                return;
            }
            detach(device, pasid);
            attachments.attach(device, pasid, domain, random.nextInt(16) == 0);
        }
    }

    private void detach(final RandomDevice device, final int pasid) {
        final RandomDomain domain = device.domains[pasid];
        final long iova = iovaOf(device, pasid);
        if (domain != null && domain.allows(iova, READ)) {
            access(device, pasid, iova);
            attachments.detach(device, pasid);
            access(device, pasid, iova);
        } else {
            attachments.detach(device, pasid);
        }
    }

    /** A domain goes, and another one has its memory and its number. */
    private void renew(final int index) {
        final RandomDomain old = domains.get(index);
        if (old instanceof RandomProcess process && random.nextBoolean()) {
            process.end();
        }
        for (final RandomDevice device : devices) {
            for (int pasid = RandomDevice.PASIDS - 1; pasid >= 0; pasid--) {
                if (device.domains[pasid] == old) {
                    attachments.detach(device, pasid);
                }
            }
        }
        old.free();
        domains.set(index, newDomain((RandomPaging) domains.get(0)));
    }

    /** More than the queue has room for. */
    private void burst(final RandomDevice device) {
        for (int i = 0; i < 160; i++) {
            final int pasid = 1 + random.nextInt(3);
            if (attachments.mayAsk(device, pasid)) {
                device.access(pasid, IOVA + (64L + i) * RandomDomain.PAGE_BYTES, 1, READ);
            }
        }
    }

    private void hold(final RandomDevice device) {
        device.client.endpoint.holdRequests(isCalm);
        isCalm = !isCalm;
    }

    private void stopUsing(final RandomDevice device, final int pasid) {
        if (attachments.mayAsk(device, pasid)) {
            device.client.endpoint.stopUsing(pasid);
        }
    }

    /** What a device that lies may send; of PASIDs that nobody has. */
    private void garbage(final RandomDevice device) {
        final int rid =
                random.nextBoolean() ? device.client.endpoint.rid() : random.nextInt(1 << 16);
        final int pasid =
                random.nextInt(4) == 0
                        ? IntelBench.NO_PASID
                        : RandomDevice.PASIDS + random.nextInt((1 << 20) - RandomDevice.PASIDS);
        bench.model.pageRequest(
                rid, pasid, random.nextLong(), random.nextInt(16), 300 + random.nextInt(200), true);
    }

    private void badDescriptor() {
        final long[] bad = {BAD_DESCRIPTOR, 0, 0, 0};
        assertTrue(bench.iommu.qi().submitSync(bad, 1, 0) < 0, "a bad descriptor is taken");
    }

    /** The device is taken away, whatever it waits for, and comes again. */
    private void comeAndGo(final RandomDevice device) {
        bench.beforeSubmission = () -> insist(device);
        go(device);
        bench.beforeSubmission = () -> {};
        assertEquals(0, device.open(), "a device that is gone still waits");
        reachNothing(device);
        assertEquals(0, device.client.group.addDevice(device.client.device));
        enableFaults(device.client.device);
    }

    private void go(final RandomDevice device) {
        for (int pasid = RandomDevice.PASIDS - 1; pasid >= 0; pasid--) {
            attachments.detach(device, pasid);
        }
        device.client.endpoint.holdRequests(false);
        faults.letGo(device.client.device, PageResponseCode.INVALID);
        if (unit.hasHandlers()) {
            faults.unregister(device.client.device);
        }
        device.client.group.removeDevice(device.client.device);
        bench.run();
        faults.gone(device.client.device);
    }

    /** A device does not stop while it is taken away: the unit looks everything up again. */
    private void insist(final RandomDevice device) {
        bench.model.access(
                (id, result) -> {},
                1,
                device.client.endpoint.rid(),
                IntelBench.NO_PASID,
                iova(),
                READ);
    }

    /** Neither who does not ask first, nor who says that he has asked. */
    private void reachNothing(final RandomDevice device) {
        final int rid = device.client.endpoint.rid();
        final Requester requester =
                (id, result) -> assertEquals(AccessResult.ABORTED, result, "without a driver");
        for (int i = 0; i < RandomDevice.PASIDS; i++) {
            final int pasid = i == 0 ? IntelBench.NO_PASID : i;
            bench.model.access(requester, 1, rid, pasid, iova(), READ);
            bench.model.translatedAccess(requester, 1, rid, pasid, frames, READ);
        }
    }

    private void settle() {
        if (random.nextInt(8) == 0) {
            bench.failSlab = () -> random.nextInt(4) == 0;
        }
        bench.run();
        bench.failSlab = FailSlab.NEVER;
        clearOverflow();
    }

    /** The driver of 2017 does not know that a queue may overflow; somebody else has to. */
    private void clearOverflow() {
        if (unit.isRevision2()
                && (bench.mmio().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO) != 0) {
            bench.mmio().writel(VtdRegisters.PRS_PRO, VtdRegisters.PRS);
        }
    }

    /** When nobody holds anything back any more, everything ends. */
    private void end() {
        for (final RandomDevice device : devices) {
            device.client.endpoint.holdRequests(false);
            device.client.endpoint.withholdInvalidations(0);
        }
        for (int round = 0; round < 64; round++) {
            settle();
            while (!faults.isEmpty()) {
                faults.answer(PageResponseCode.INVALID, false);
            }
        }
        for (final RandomDevice device : devices) {
            assertEquals(0, device.open(), "accesses never end");
            go(device);
        }
        for (int i = domains.size() - 1; i >= 0; i--) {
            domains.get(i).free();
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
        return faults.answered();
    }

    long repeated() {
        return faults.repeated();
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
