// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.NO_PASID;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static io.iopf4j.drivers.intel.LostMemoryTest.isHandedOut;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
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

    static boolean mayAsk(final IntelBench.Client client) {
        return (control(client, PciCapability.PRI, PciCapability.PRI_CTRL)
                        & PciCapability.PRI_CTRL_ENABLE)
                != 0;
    }

    static IntelBench.Client nested(final IntelBench bench, final int rid) {
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

    static IommuDevice probe(final IntelBench bench, final FakeConfig config) {
        final IommuDevice dev =
                new IommuDevice(
                        "dev", bench.iommu.ops(), new IommuFwspec(List.of(RID), false, 0), config);
        expectSuccess(bench.iommu.ops().probeDevice(dev));
        return dev;
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
    void shouldForgetWhatWasAtPasids() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attachPasid(domain, PASID);
        bench.takeDescriptors();
        client.group.removeDevice(client.device);
        assertEquals(
                List.of("500020017:0", "500020026:0", "503100008:7ffffffffffff800"),
                bench.takeDescriptors().subList(0, 3));
        expectSuccess(domain.map(IOVA, bench.page, 4096, READ));
        assertEquals(4096, domain.unmap(IOVA, 4096));
        assertEquals(List.of(), bench.takeDescriptors(), "it is attached nowhere");
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
    void shouldNotAnswerForADeviceThatIsGone() {
        final IntelBench bench = IntelBench.of(Semantics.MAINLINE_5_X);
        final IntelBench.Client client = bench.client(RID);
        client.group.removeDevice(client.device);
        assertEquals(
                -Errno.ENODEV,
                client.device.ops().pageResponse(client.device, null, new IommuPageResponse()));
    }

    // ---- Features -------------------------------------------------------------------------------

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
