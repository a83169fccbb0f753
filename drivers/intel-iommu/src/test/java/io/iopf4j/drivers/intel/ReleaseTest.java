// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.NO_PASID;
import static io.iopf4j.drivers.intel.IntelBench.OTHER_RID;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices come and go, with requests outstanding or not. */
final class ReleaseTest {
    private static final List<AccessResult> ABORTED = List.of(AccessResult.ABORTED);

    static int control(final IntelBench.Client client, final int capability, final int register) {
        return client.device
                .pci()
                .readw(PciCapabilities.find(client.device.pci(), capability) + register);
    }

    private static boolean mayAsk(final IntelBench.Client client) {
        return (control(client, PciCapability.PRI, PciCapability.PRI_CTRL)
                        & PciCapability.PRI_CTRL_ENABLE)
                != 0;
    }

    private static IntelBench.Client nested(final IntelBench bench, final int rid) {
        final IntelPagingDomain parent = bench.parent();
        return bench.faulting(rid)
                .attach(parent)
                .attachPasid(bench.nested(parent, bench.guestTable()), PASID);
    }

    // ---- Probe ----------------------------------------------------------------------------------

    @Test
    void shouldRefuseWhatIsNoFunctionOfItsOwn() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        assertEquals(-Errno.EBUSY, client.device.ops().probeDevice(client.device));
        final IommuFwspec spec = new IommuFwspec(List.of(RID), false, 0);
        assertEquals(
                -Errno.EBUSY,
                bench.iommu
                        .ops()
                        .probeDevice(
                                new IommuDevice(
                                        "twin", bench.iommu.ops(), spec, client.device.pci())));
        assertEquals(
                -Errno.ENODEV,
                bench.iommu
                        .ops()
                        .probeDevice(new IommuDevice("platform", bench.iommu.ops(), spec)));
        assertEquals(
                -Errno.ENODEV,
                bench.iommu
                        .ops()
                        .probeDevice(
                                new IommuDevice(
                                        "nameless",
                                        bench.iommu.ops(),
                                        new IommuFwspec(List.of(), false, 0),
                                        FakeConfig.full())));
    }

    @Test
    void shouldEnablePasidsBeforeTranslationServices() {
        final FakeConfig config = FakeConfig.full();
        probe(IntelBench.scalable(), config);
        assertEquals(List.of("186=7", "144=2", "106=8000"), config.stores);
    }

    @Test
    void shouldEnablePageRequestsInBetweenBefore612() {
        final FakeConfig config = FakeConfig.full();
        probe(IntelBench.of(Semantics.MAINLINE_5_X), config);
        assertEquals(List.of("186=7", "144=2", "14c=200", "144=1", "106=8000"), config.stores);
    }

    private static IommuDevice probe(final IntelBench bench, final FakeConfig config) {
        final IommuDevice dev =
                new IommuDevice(
                        "dev", bench.iommu.ops(), new IommuFwspec(List.of(RID), false, 0), config);
        expectSuccess(bench.iommu.ops().probeDevice(dev));
        return dev;
    }

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
    void shouldSayWhatThePageRequestQueueHolds() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        assertEquals(2047, client.device.ops().sharedFaultCapacity(client.device));
    }

    // ---- Release --------------------------------------------------------------------------------

    @Test
    void shouldAnswerEveryRequestWhenADeviceGoes() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        client.access(PASID, IOVA, READ);
        client.access(PASID, IOVA + 0x1000, READ);
        assertEquals(2, bench.core.pending(client.device));
        // One that nobody has taken yet.
        client.endpoint.access(PASID, IOVA + 0x2000, READ);
        client.group.removeDevice(client.device);
        bench.run();
        assertEquals(Collections.nCopies(3, AccessResult.ABORTED), client.takeResults());
        assertEquals(0, client.endpoint.unexpectedResponses());
        assertEquals(0, client.endpoint.outstandingRequests());
        assertEquals(0, client.context(0));
        assertNull(client.device.driverData());
        assertNull(bench.iommu.devices().find(RID));
    }

    @Test
    void shouldSwitchTheDeviceOff() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        assertTrue(mayAsk(client));
        client.group.removeDevice(client.device);
        assertEquals(false, mayAsk(client));
        assertEquals(0, control(client, PciCapability.ATS, PciCapability.ATS_CTRL));
        assertEquals(0, control(client, PciCapability.PASID, PciCapability.PASID_CTRL));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults());
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldComeBackAfterItWasGone(final Semantics semantics) {
        final IntelBench bench = IntelBench.of(semantics);
        final IntelPagingDomain domain = bench.paging(0);
        expectSuccess(domain.map(IOVA, bench.page, 4096, READ));
        final IntelBench.Client client = bench.faulting(RID);
        for (int round = 0; round < 300; round++) {
            client.attach(domain);
            client.access(NO_PASID, IOVA, READ);
            assertEquals(List.of(AccessResult.DONE), client.takeResults());
            client.group.detach();
            client.group.removeDevice(client.device);
            expectSuccess(client.group.addDevice(client.device));
            expectSuccess(client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
        }
        assertEquals(0, bench.model.registers().readl(VtdRegisters.FSTS));
    }

    @Test
    void shouldLeaveNoMemoryBehind() {
        final IntelBench bench = IntelBench.scalable();
        nested(bench, RID).group.removeDevice(bench.iommu.devices().find(RID).device());
        bench.iommu.remove();
        // What the driver took is handed out again before anything new.
        assertTrue(isHandedOut(bench, bench.iommu.rootTable().dmaAddress()));
    }

    /**
     * Faults that wait are answered as the unit goes; nothing is written to what was its memory.
     */
    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldLetDevicesAndDomainsOutliveTheUnit(final Semantics semantics) {
        outlive(IntelBench.of(semantics));
    }

    @Test
    void shouldLetThemOutliveAUnitOfRevision2() {
        outlive(IntelBench.revision2());
    }

    private static void outlive(final IntelBench bench) {
        final IntelPagingDomain parent = bench.parent();
        final IommuDomain guest = bench.nested(parent, bench.guestTable());
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        final IntelBench.Client client =
                bench.faulting(RID).attach(parent).attachPasid(guest, PASID);
        final IommuDomain sva = bench.iommu.ops().domainAllocSva(client.device, mm);
        if (bench.iommu.isScalable()) {
            client.attachPasid(sva, PASID + 1);
        }
        final IommuOps ops = client.device.ops();
        final long root = parent.root();
        bench.iommu.remove();
        assertEquals(-Errno.ENODEV, ops.drainFaults(client.device));
        assertEquals(-Errno.ENODEV, ops.devDisableFeature(client.device, DevFeature.IOPF));
        assertEquals(-Errno.ENODEV, ops.devEnableFeature(client.device, DevFeature.IOPF));
        assertEquals(-Errno.ENODEV, client.group.replacePasid(sva, PASID, new IommuAttachHandle()));
        mm.release();
        client.group.detachPasid(PASID + 1);
        client.group.detachPasid(PASID);
        client.group.detach();
        assertEquals(List.of(), client.info.pasids());
        client.group.removeDevice(client.device);
        assertEquals(false, mayAsk(client));
        assertEquals(0, control(client, PciCapability.ATS, PciCapability.ATS_CTRL));
        assertEquals(-Errno.ENODEV, ops.probeDevice(client.device));
        sva.free();
        guest.free();
        parent.free();
        assertTrue(isHandedOut(bench, root));
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

    private static boolean isHandedOut(final IntelBench bench, final long page) {
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
    void shouldDrainADeviceThatHadNothingAttached() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.faulting(RID);
        bench.takeDescriptors();
        client.group.removeDevice(client.device);
        assertEquals(
                List.of("200000045:0", "100e2:0", "31000000003:7ffffffffffff001", "drained"),
                bench.takeDescriptors().subList(0, 4));
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

    @Test
    void shouldNotAnswerForADeviceThatIsGone() {
        final IntelBench bench = IntelBench.of(Semantics.MAINLINE_5_X);
        final IntelBench.Client client = bench.client(RID);
        client.group.removeDevice(client.device);
        assertEquals(
                -Errno.ENODEV,
                client.device.ops().pageResponse(client.device, null, new IommuPageResponse()));
    }

    // ---- Drain ----------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldEndWhateverADeviceHasAsked(final Semantics semantics) {
        final IntelBench bench = IntelBench.of(semantics);
        final IntelBench.Client client = nested(bench, RID);
        final IntelBench.Client other = nested(bench, OTHER_RID);
        client.endpoint.access(PASID, IOVA, READ);
        client.endpoint.holdRequests(true);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        client.endpoint.access(PASID + 1, IOVA, READ);
        client.group.detachPasid(PASID);
        client.group.detach();
        final int delivered = bench.faults.size();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(delivered, bench.faults.size(), "it has forgotten them");
        final long tail = bench.model.registers().readq(VtdRegisters.PQT);
        assertEquals(tail, bench.model.registers().readq(VtdRegisters.PQH));
        bench.run();
        assertEquals(3, client.takeResults().size());
        assertEquals(0, client.endpoint.outstandingRequests());
        assertEquals(0, client.endpoint.heldRequests());
        assertTrue(mayAsk(client), "it may ask again");
        bench.core.forget(client.device);
        other.access(PASID, IOVA, READ);
        assertTrue(bench.model.registers().readq(VtdRegisters.PQT) > tail);
    }

    /** What overflows while it is pushed out is answered by the unit, and pushed out again. */
    @Test
    void shouldDrainThroughAnOverflow() {
        final IntelBench bench =
                new IntelBench(
                        Semantics.MAINLINE_6_12,
                        VtdConfig.scalable(),
                        new IntelOptions(true, 0, 2048));
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.holdRequests(true);
        for (int i = 0; i < 300; i++) {
            client.endpoint.access(PASID, IOVA + i * 0x1000L, READ);
        }
        bench.takeDescriptors();
        client.group.detachPasid(PASID);
        client.group.detach();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertTrue(bench.model.counters().overflows() > 0);
        assertEquals(0, bench.model.registers().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO);
        bench.run();
        assertEquals(300, client.takeResults().size());
        assertEquals(0, client.endpoint.outstandingRequests());
    }

    /** A device that has not stopped cannot be let ask again; it is on the fault queue still. */
    @Test
    void shouldTakeADeviceThatDidNotComeBackOffTheFaultQueue() {
        final IntelBench bench = IntelBench.scalable();
        final FakeConfig config = FakeConfig.full();
        final IommuDevice dev = probe(bench, config);
        expectSuccess(dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, dev.ops().drainFaults(dev));
        assertEquals("144=2", config.stores.get(config.stores.size() - 1));
        assertEquals(0, dev.ops().drainFaults(dev), "it asks for nothing any more");
        assertEquals(-Errno.EBUSY, dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        expectSuccess(dev.ops().devDisableFeature(dev, DevFeature.IOPF));
        assertNull(dev.faultParam());
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8100, 2);
        expectSuccess(dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, dev.ops().drainFaults(dev));
        dev.ops().releaseDevice(dev);
        assertNull(dev.faultParam());
    }

    @Test
    void shouldPushOutWhatEveryPasidHasAsked() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(
                List.of(
                        "200000045:0",
                        "200e2:0",
                        "31000000003:7ffffffffffff001",
                        "500030026:0",
                        "503100008:7ffffffffffff800",
                        "200000045:0",
                        "drained"),
                bench.takeDescriptors());
    }

    @Test
    void shouldHandOverWhatItTookOutBeforeItReturns() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.access(PASID, IOVA, READ);
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(1, bench.faults.size());
    }

    /** Nobody but the driver knows in 2017 what a device waits for. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndWhatADeviceOf2017WaitsFor(final boolean isReleased) {
        final IntelBench bench = IntelBench.revision2();
        final IntelBench.Client client = nested(bench, RID);
        final List<IommuFault> reported = new ArrayList<>();
        expectSuccess(
                bench.core.registerDeviceFaultHandler(
                        client.device,
                        (fault, data) -> {
                            final IommuFault copy = new IommuFault();
                            copy.copyFrom(fault);
                            reported.add(copy);
                            return 0;
                        },
                        null));
        client.access(PASID, IOVA, READ);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        assertEquals(1, reported.size());
        bench.takeDescriptors();
        if (isReleased) {
            client.group.removeDevice(client.device);
        } else {
            assertEquals(0, client.device.ops().drainFaults(client.device));
            assertEquals(2, reported.size(), "what was in the queue is taken out");
        }
        assertEquals(
                1,
                bench.takeDescriptors().stream()
                        .filter(d -> d.matches("[0-9a-f]*9:[0-9a-f]*1"))
                        .count(),
                "answered INVALID");
        for (final IommuFault fault : reported) {
            assertTrue(
                    client.device
                                    .ops()
                                    .pageResponse(
                                            client.device,
                                            null,
                                            new IommuPageResponse()
                                                    .set(fault.pasid(), fault.grpid(), 0).stream(
                                                            fault.responseType(), fault.addr()))
                            < 0);
        }
        assertEquals(List.of(), bench.takeDescriptors());
    }

    @Test
    void shouldHaveNothingToDrainWithoutPageRequests() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID, IntelBench.FUNCTION.withPri(null));
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(List.of(), bench.takeDescriptors());
    }

    /** Answers make room for more when a domain goes, after the drain of its PASID. */
    @Test
    void shouldDrainADeviceThatMayAskNoMore() {
        final IntelBench bench =
                new IntelBench(
                        Semantics.MAINLINE_6_12,
                        VtdConfig.scalable(),
                        new IntelOptions(true, 0, 1));
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.access(PASID, IOVA, READ);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        client.group.detachPasid(PASID);
        bench.faults.removeFirst().respond(PageResponseCode.INVALID);
        expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        final long tail = bench.model.registers().readq(VtdRegisters.PQT);
        assertTrue(tail != bench.model.registers().readq(VtdRegisters.PQH), "it has asked");
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(tail, bench.model.registers().readq(VtdRegisters.PQH));
        assertEquals(0, client.endpoint.outstandingRequests());
        assertEquals(
                List.of(),
                bench.takeDescriptors().stream().filter(its -> its.contains("9:")).toList(),
                "nobody answers what the device has forgotten");
        expectSuccess(client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
        assertTrue(mayAsk(client));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAnswerWhatIsPendingWhileTheDeviceListens(final boolean isReleased) {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        client.access(PASID, IOVA, READ);
        bench.takeDescriptors();
        bench.beforeSubmission =
                () -> {
                    final String last = bench.descriptors.get(bench.descriptors.size() - 1);
                    assertTrue(mayAsk(client) || !last.startsWith("503101019:"), last);
                };
        if (isReleased) {
            client.group.removeDevice(client.device);
        } else {
            expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        }
        assertTrue(bench.takeDescriptors().stream().anyMatch(d -> d.startsWith("503101019:")));
        assertEquals(false, mayAsk(client));
    }

    /** The drain before a device may ask no more needs the hardware's help. */
    @Test
    void shouldLetNoDeviceAskThatCannotBeDrained() {
        final IntelBench bench =
                IntelBench.of(VtdConfig.scalable().without(VtdFeature.PAGE_REQUEST_DRAIN));
        final IntelBench.Client client = bench.client(RID);
        assertEquals(
                -Errno.ENODEV,
                client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
    }

    @Test
    void shouldLetWorkEndBeforeTheFaultQueueIsLeftIn61() {
        final FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_5_X);
        final IommuOps ops = unit.probe().ops();
        final IommuDevice dev =
                new IommuDevice(
                        "dev", ops, new IommuFwspec(List.of(RID), false, 0), FakeConfig.full());
        expectSuccess(ops.probeDevice(dev));
        expectSuccess(ops.devEnableFeature(dev, DevFeature.IOPF));
        unit.core.queue.clear();
        expectSuccess(ops.devDisableFeature(dev, DevFeature.IOPF));
        assertEquals(List.of("flush", "remove"), unit.core.queue);
    }

    @Test
    void shouldNameThePhysicalFunctionWhereTheUnitThrottles() {
        final VtdCapabilities throttling =
                new VtdCapabilities(
                        FakeUnit.SCALABLE.cap(), FakeUnit.SCALABLE.ecap() | VtdCapabilities.DIT);
        final FakeUnit unit = new FakeUnit(throttling, FaultGeneration.LINUX_6_12);
        final IommuOps ops = unit.probe().ops();
        final IommuDevice dev =
                new IommuDevice(
                        "dev", ops, new IommuFwspec(List.of(RID), false, 0), FakeConfig.full());
        expectSuccess(ops.probeDevice(dev));
        unit.descriptors.clear();
        ops.releaseDevice(dev);
        assertEquals(
                List.of("310031000100003:7ffffffffffff001"),
                unit.descriptors(Invalidation.DEVICE_TLB));
    }

    // ---- Features -------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldSwitchFaultsOnAndOffOnce(final Semantics semantics) {
        final IntelBench bench = IntelBench.of(semantics);
        final IntelBench.Client client = bench.faulting(RID);
        assertEquals(
                -Errno.EBUSY, client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
        expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        assertEquals(
                -Errno.EINVAL,
                client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
    }
}
