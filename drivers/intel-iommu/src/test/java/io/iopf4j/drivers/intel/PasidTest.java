// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.NO_PASID;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.pci.PciFunctionConfig;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries of contexts and PASIDs over their lives, and what is flushed for each step. */
final class PasidTest {
    private static final IntelOptions LATE =
            new IntelOptions(true, 4, 2048, PasidTeardown.LINUX_6_12_107);

    private static IntelSvaDomain sva(final IntelBench bench, final MmStruct mm) {
        return (IntelSvaDomain) bench.iommu.ops().domainAllocSva(null, mm);
    }

    // ---- Context entries ------------------------------------------------------------------------

    @Test
    void shouldLeadToTheDirectoryFromTheStart() {
        final IntelBench.Client client = IntelBench.scalable().client(RID);
        assertEquals(
                ScalableContextEntry.PRESENT
                        | ScalableContextEntry.DTE
                        | ScalableContextEntry.PASIDE
                        | 2L << ScalableContextEntry.PDTS_SHIFT,
                client.context(0) & 0xfff);
        assertEquals(0, client.context(1));
    }

    @Test
    void shouldAllowPageRequestsFromTheStartBefore612() {
        final IntelBench.Client client = IntelBench.of(Semantics.MAINLINE_5_X).client(RID);
        assertEquals(ScalableContextEntry.PRE, client.context(0) & ScalableContextEntry.PRE);
    }

    @Test
    void shouldAllowPageRequestsWhileFaultsAreEnabled() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        bench.takeDescriptors();
        expectSuccess(
                client.device.ops().devEnableFeature(client.device, io.iopf4j.api.DevFeature.IOPF));
        final List<String> flushes = List.of("31000000031:0", "31000000003:7ffffffffffff001");
        assertEquals(flushes, bench.takeDescriptors());
        assertEquals(ScalableContextEntry.PRE, client.context(0) & ScalableContextEntry.PRE);
        expectSuccess(
                client.device
                        .ops()
                        .devDisableFeature(client.device, io.iopf4j.api.DevFeature.IOPF));
        assertEquals(flushes, bench.takeDescriptors());
        assertEquals(0, client.context(0) & ScalableContextEntry.PRE);
    }

    @Test
    void shouldNotAllowPageRequestsThatCouldNotBeEnabled() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final long before = client.context(0);
        client.endpoint.withholdInvalidations(1000);
        assertEquals(
                -Errno.ETIMEDOUT,
                client.device.ops().devEnableFeature(client.device, io.iopf4j.api.DevFeature.IOPF));
        assertEquals(before, client.context(0));
        assertNull(client.device.faultParam());
        final List<String> flushes = bench.takeDescriptors();
        assertEquals("31000000031:0", flushes.get(flushes.size() - 1), "nor is it cached");
        client.endpoint.withholdInvalidations(0);
        expectSuccess(
                client.device.ops().devEnableFeature(client.device, io.iopf4j.api.DevFeature.IOPF));
    }

    @Test
    void shouldForgetAContextThatGoes() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        bench.takeDescriptors();
        client.group.removeDevice(client.device);
        assertEquals(
                List.of("31000000031:0", "31000000003:7ffffffffffff001"), bench.takeDescriptors());
    }

    @Test
    void shouldHaveNothingAtPasidsOfADeviceWithout() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client plain =
                bench.client(RID, PciFunctionConfig.roomy().withPasid(null));
        assertEquals(-Errno.EOPNOTSUPP, bench.paging(0).setDevPasid(plain.device, PASID));
    }

    @Test
    void shouldSayWhatADeviceLacks() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client plain =
                bench.client(
                        RID, PciFunctionConfig.roomy().withPri(null).withAts(null).withPasid(null));
        assertEquals(ScalableContextEntry.PRESENT, plain.context(0) & 0x1f);
        assertEquals(0, plain.device.ops().maxPasids(plain.device));
    }

    @Test
    void shouldHaveADirectoryForAllPasidsOfADevice() {
        final IntelBench.Client client =
                IntelBench.scalable().client(RID, PciFunctionConfig.roomy());
        assertEquals(7, ScalableContextEntry.pdts(client.context(0)));
        assertEquals(1 << 20, client.device.ops().maxPasids(client.device));
    }

    // ---- PASID entries --------------------------------------------------------------------------

    @Test
    void shouldSetUpAndTearDownAProcess() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final IntelSvaDomain domain = sva(bench, new MmStruct("mm", bench.allocator));
        bench.takeDescriptors();
        client.attachPasid(domain, PASID);
        assertEquals(List.of(), bench.takeDescriptors());
        assertEquals(0x4d, client.pasidEntry(PASID, 0));
        assertEquals(0x80_0001, client.pasidEntry(PASID, 1));
        client.group.detachPasid(PASID);
        assertEquals(
                List.of("500010017:0", "500010026:0", "503100008:7ffffffffffff800"),
                bench.takeDescriptors());
        for (int qw = 0; qw < 8; qw++) {
            assertEquals(0, client.pasidEntry(PASID, qw));
        }
    }

    /** Or the unit would look the entry up again, in between or half gone. */
    @Test
    void shouldKeepWhatAnEntrySaysUntilItIsForgotten() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attachPasid(domain, PASID);
        final List<Long> seen = new ArrayList<>();
        bench.beforeSubmission =
                () -> {
                    seen.add(client.pasidEntry(PASID, 0));
                    assertEquals(domain.root() | 4, client.pasidEntry(PASID, 2));
                };
        client.group.detachPasid(PASID);
        assertEquals(List.of(0x4cL, 0x4cL, 0x4cL), seen);
    }

    @Test
    void shouldTearDownASecondStageByDomain() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID).attach(bench.parent());
        bench.takeDescriptors();
        client.group.detach();
        assertEquals(
                List.of("20017:0", "200e2:0", "31000000003:7ffffffffffff001"),
                bench.takeDescriptors());
    }

    @Test
    void shouldForgetAnAbsentContextInCachingMode() {
        final IntelBench bench = IntelBench.of(VtdConfig.scalable().with(VtdFeature.CACHING_MODE));
        bench.takeDescriptors();
        bench.client(RID);
        assertEquals(List.of("31000000031:0", "e2:0"), bench.takeDescriptors());
    }

    @Test
    void shouldForgetAnAbsentPasidInCachingMode() {
        final IntelBench bench = IntelBench.of(VtdConfig.scalable().with(VtdFeature.CACHING_MODE));
        final IntelBench.Client client = bench.client(RID);
        final IntelPagingDomain domain = bench.paging(0);
        client.access(PASID, IOVA, READ);
        bench.takeDescriptors();
        client.attachPasid(domain, PASID);
        assertEquals(List.of("500020017:0", "500020026:0"), bench.takeDescriptors());
        expectSuccess(domain.map(IOVA, bench.page, 4096, READ));
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.DONE), client.takeResults());
    }

    @Test
    void shouldNotFlushDevicesInCachingModeBefore612() {
        final IntelBench bench =
                new IntelBench(
                        Semantics.MAINLINE_5_X,
                        VtdConfig.scalable().with(VtdFeature.CACHING_MODE),
                        IntelOptions.DEFAULT);
        final IntelBench.Client client = bench.client(RID).attach(bench.paging(0));
        bench.takeDescriptors();
        client.group.detach();
        assertEquals(List.of("20017:0", "20026:0"), bench.takeDescriptors());
    }

    @Test
    void shouldKeepEachPasidToItself() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain one = bench.paging(0);
        final IntelPagingDomain other = bench.paging(0);
        expectSuccess(one.map(IOVA, bench.page, 4096, READ));
        final IntelBench.Client client =
                bench.client(RID).attachPasid(one, PASID).attachPasid(other, 200);
        client.access(PASID, IOVA, READ);
        client.access(200, IOVA, READ);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(
                List.of(AccessResult.DONE, AccessResult.ABORTED, AccessResult.ABORTED),
                client.takeResults());
        assertEquals(List.of(PASID, 200), client.info.pasids());
        client.group.detachPasid(PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.takeResults());
    }

    @Test
    void shouldRefusePasidsThatTheDeviceCannotHave() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final IntelPagingDomain domain = bench.paging(0);
        final int beyond = 1 << 15;
        assertEquals(
                -Errno.EINVAL, client.group.attachPasid(domain, beyond, new IommuAttachHandle()));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, 0));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, -1));
    }

    @Test
    void shouldRefuseToSetUpTwice() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID).attachPasid(bench.paging(0), PASID);
        assertEquals(
                -Errno.EBUSY,
                bench.iommu
                        .translations()
                        .setUp(client.info, PASID, Regime.passThrough(PasidEntry.AW_57)));
    }

    @Test
    void shouldTakeTablesOnDemandAndGiveThemBack() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID);
        client.attachPasid(domain, 64).attachPasid(domain, 65).attachPasid(domain, 255);
        final long used = bench.allocator.allocCoherent(4096).dmaAddress();
        client.group.removeDevice(client.device);
        // Directory, and tables of 0, 64 and 192.
        for (int i = 0; i < 4; i++) {
            final long again = bench.allocator.allocCoherent(4096).dmaAddress();
            assertEquals(true, again < used, "page " + i);
        }
        assertEquals(true, bench.allocator.allocCoherent(4096).dmaAddress() > used);
    }

    // ---- The end of a process -------------------------------------------------------------------

    /** Intended: silence until the unbinding, which clears the entry and drains. */
    @Test
    void shouldKeepSilenceAfterAProcessUntilItIsUnbound() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.faulting(RID);
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        client.attachPasid(sva(bench, mm), PASID);
        bench.takeDescriptors();
        mm.release();
        assertEquals(
                List.of("500010017:0", "500010026:0", "503100008:7ffffffffffff800"),
                bench.takeDescriptors());
        assertEquals(PasidEntry.FPD, client.pasidEntry(PASID, 0));
        assertEquals(0, client.pasidEntry(PASID, 1));
        client.access(PASID, IOVA, READ);
        assertEquals(false, bench.logged("Request device"), "faults are not recorded");
        bench.takeDescriptors();
        client.group.detachPasid(PASID);
        assertEquals(0, client.pasidEntry(PASID, 0));
        assertEquals("drained", bench.takeDescriptors().get(3));
    }

    /** Upstream: late 6.12 leaves nothing of the entry, and forgets to drain. */
    @Test
    void shouldForgetToDrainAfterAProcessAsLate612Does() {
        final IntelBench bench =
                new IntelBench(Semantics.MAINLINE_6_12, VtdConfig.scalable(), LATE);
        final IntelBench.Client client = bench.faulting(RID);
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        client.attachPasid(sva(bench, mm), PASID);
        mm.release();
        assertEquals(0, client.pasidEntry(PASID, 0));
        bench.takeDescriptors();
        client.group.detachPasid(PASID);
        assertEquals(List.of(), bench.takeDescriptors());
    }

    @Test
    void shouldLeaveSilenceForGoodBefore612() {
        final IntelBench bench = IntelBench.of(Semantics.MAINLINE_5_X);
        final IntelBench.Client client = bench.client(RID);
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        client.attachPasid(sva(bench, mm), PASID);
        mm.release();
        client.group.detachPasid(PASID);
        assertEquals(PasidEntry.FPD, client.pasidEntry(PASID, 0));
        client.attachPasid(bench.paging(0), PASID);
        assertEquals(0x4d, client.pasidEntry(PASID, 0));
    }

    @Test
    void shouldDrainByTheIdOfWhatIsAtTheRequester() {
        final IntelBench bench = IntelBench.scalable();
        for (int did = 2; did < 7; did++) {
            bench.paging(0);
        }
        final IntelPagingDomain rid = bench.paging(0);
        assertEquals(7, rid.did());
        final IntelBench.Client client = bench.faulting(RID).attach(rid);
        client.attachPasid(sva(bench, new MmStruct("mm", bench.allocator)), PASID);
        bench.takeDescriptors();
        client.group.detachPasid(PASID);
        assertEquals(
                List.of(
                        "500010017:0",
                        "500010026:0",
                        "503100008:7ffffffffffff800",
                        "200000045:0",
                        "500070026:0",
                        "503100008:7ffffffffffff800",
                        "drained"),
                bench.takeDescriptors());
    }
}
