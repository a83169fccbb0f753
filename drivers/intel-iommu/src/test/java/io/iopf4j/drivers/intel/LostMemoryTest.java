// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.ReleaseTest.nested;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.sva.MmStruct;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes back, and what must not because hardware may know of it: memory and domain ids. */
final class LostMemoryTest {
    @Test
    void shouldKeepNothingOfADeviceWithoutMemory() {
        final IntelBench bench = IntelBench.scalable();
        while (bench.allocator.allocCoherent(4096) != null) {
            // Until nothing is left.
        }
        final IommuDevice dev =
                new IommuDevice(
                        "dev",
                        bench.iommu.ops(),
                        new IommuFwspec(List.of(RID), false, 0),
                        FakeConfig.full());
        assertEquals(-Errno.ENOMEM, bench.iommu.ops().probeDevice(dev));
        assertNull(dev.driverData());
        assertNull(bench.iommu.devices().find(RID));
        assertNull(bench.paging(0));
    }

    @Test
    void shouldKeepNothingOfDomainsThatCouldNotBe() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        mm.release();
        while (bench.iommu.domainIds().alloc() >= 0) {
            // Until nothing is left.
        }
        final long next = nextPage(bench);
        for (int i = 0; i < 3; i++) {
            assertNull(bench.paging(0));
            assertNull(bench.iommu.ops().domainAllocSva(client.device, mm));
        }
        assertEquals(next, nextPage(bench));
    }

    /** What is handed out next, without taking it. */
    private static long nextPage(final IntelBench bench) {
        final DmaMemory next = bench.allocator.allocCoherent(4096);
        bench.allocator.freeCoherent(next);
        return next.dmaAddress();
    }

    @Test
    void shouldLeaveNoMemoryBehind() {
        final IntelBench bench = IntelBench.scalable();
        nested(bench, RID).group.removeDevice(bench.iommu.devices().find(RID).device());
        bench.iommu.remove();
        // What the driver took is handed out again before anything new.
        assertTrue(isHandedOut(bench, bench.iommu.rootTable().dmaAddress()));
    }

    @Test
    void shouldNotGiveTablesBackThatAUnitWhichDoesNotStopMayWalk() {
        final FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);
        final IntelIommu iommu = unit.probe();
        final IntelPagingDomain domain =
                (IntelPagingDomain) iommu.ops().domainAllocPagingFlags(null, 0);
        final long root = domain.root();
        unit.stuck = VtdRegisters.TE;
        iommu.remove();
        domain.free();
        for (int i = 0; i < 64; i++) {
            assertTrue(unit.allocator.allocCoherent(4096).dmaAddress() != root);
        }
    }

    private static long pasidTable(final IntelBench bench, final IntelBench.Client client) {
        return bench.iommu.isScalable()
                ? client.context(0) & ScalableContextEntry.DIRECTORY_MASK
                : client.context(2) & -0x1000L;
    }

    /** Whether a page that was taken is among those that are handed out next. */
    static boolean isHandedOut(final IntelBench bench, final long page) {
        boolean isIt = false;
        for (int i = 0; i < 64; i++) {
            isIt |= bench.allocator.allocCoherent(4096).dmaAddress() == page;
        }
        return isIt;
    }

    /** A context that the unit may know still leads to a table of PASIDs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLosePasidTablesThatTheUnitMayWalk(final boolean isScalable) {
        final IntelBench bench = isScalable ? IntelBench.scalable() : IntelBench.revision2();
        final IntelBench.Client client = nested(bench, RID);
        final long table = pasidTable(bench, client);
        bench.rewrite = qw0 -> (qw0 & 0xf) == Invalidation.CONTEXT_CACHE ? 0xf : qw0;
        client.group.removeDevice(client.device);
        assertEquals(false, isHandedOut(bench, table));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGivePasidTablesBack(final boolean isScalable) {
        final IntelBench bench = isScalable ? IntelBench.scalable() : IntelBench.revision2();
        final IntelBench.Client client = nested(bench, RID);
        final long table = pasidTable(bench, client);
        client.group.removeDevice(client.device);
        assertTrue(isHandedOut(bench, table));
    }

    /** Linux hands both on. */
    @Test
    void shouldLoseAnIdAndTablesThatADeviceMayKnow() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attach(domain);
        client.endpoint.withholdInvalidations(1000);
        client.group.detach();
        client.endpoint.withholdInvalidations(0);
        final long root = domain.root();
        domain.free();
        assertTrue(bench.logged("domain id 2 is not forgotten"));
        final IntelPagingDomain next = bench.paging(0);
        assertEquals(3, next.did());
        assertTrue(next.root() != root);
    }

    @Test
    void shouldHaveLostTablesBackOnceTheUnitIsOff() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attach(domain);
        client.endpoint.withholdInvalidations(1000);
        client.group.detach();
        bench.iommu.remove();
        final long root = domain.root();
        domain.free();
        assertTrue(isHandedOut(bench, root));
    }

    @Test
    void shouldLoseTheTablesOfAProcessThatADeviceMayKnow() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final IommuDomain sva =
                bench.iommu
                        .ops()
                        .domainAllocSva(client.device, new MmStruct("mm", bench.allocator));
        client.attachPasid(sva, PASID);
        final long root = client.pasidEntry(PASID, 2) & -0x1000L;
        client.endpoint.withholdInvalidations(1000);
        client.group.detachPasid(PASID);
        sva.free();
        assertEquals(false, isHandedOut(bench, root));
    }

    @Test
    void shouldLoseTheIdOfAGuestsTablesThatADeviceMayKnow() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain parent = bench.parent();
        final IommuDomain guest = bench.nested(parent, bench.guestTable());
        final IntelBench.Client client = bench.client(RID).attachPasid(guest, PASID);
        client.endpoint.withholdInvalidations(1000);
        client.group.detachPasid(PASID);
        guest.free();
        assertEquals(((IntelDomain) guest).did() + 1, bench.paging(0).did());
    }
}
