// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.OTHER_RID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.WRITE;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.sva.IommuSva;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.core.sva.SvaBond;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.pci.PciFunctionConfig;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices that share an address space: access, request, page, retry. */
final class SvaTest {
    private static final long START = 0x7f00_0000_0000L;
    private static final long END = START + 0x10_0000L;
    private static final List<AccessResult> DONE = List.of(AccessResult.DONE);
    private static final List<AccessResult> ABORTED = List.of(AccessResult.ABORTED);

    private final IntelBench bench = IntelBench.scalable();
    private final IommuSva sva = new IommuSva();
    private final MmStruct mm = new MmStruct("mm", bench.allocator);
    private final IntelBench.Client client = svaClient(RID);
    private final SvaBond bond = bind(client);

    private IntelBench.Client svaClient(final int rid) {
        final IntelBench.Client made = bench.faulting(rid);
        expectSuccess(made.device.ops().devEnableFeature(made.device, DevFeature.SVA));
        return made;
    }

    private SvaBond bind(final IntelBench.Client with) {
        final SvaBond made = sva.bindDevice(with.device, mm);
        expectSuccess(made.error());
        return made;
    }

    @BeforeEach
    void haveAnArea() {
        expectSuccess(mm.mmap(START, END, READ | WRITE));
    }

    private void access(final long addr, final int perm) {
        client.access(bond.pasid(), addr, perm);
    }

    @Test
    void shouldDoAnAccessWhosePageWasNotThere() {
        access(START + 0x1230, WRITE);
        assertEquals(DONE, client.takeResults());
        assertEquals(1, mm.pageCount());
        assertEquals(List.of(mm.physicalAddress(START + 0x1230) + 0x230), client.takeReached());
    }

    @Test
    void shouldAbortWhatIsOutsideOfAllAreas() {
        access(END, READ);
        access(0, READ);
        assertEquals(Collections.nCopies(2, AccessResult.ABORTED), client.takeResults());
        assertEquals(0, mm.pageCount());
    }

    @Test
    void shouldForgetPagesThatGo() {
        access(START, READ);
        access(START + 0x1000, READ);
        expectSuccess(mm.munmap(START, START + 0x1000));
        client.takeResults();
        access(START, READ);
        access(START + 0x1000, READ);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.DONE), client.takeResults());
    }

    @Test
    void shouldFlushWhatGoesByPasid() {
        access(START, READ);
        bench.takeDescriptors();
        expectSuccess(mm.dontNeed(START, START + 0x2000));
        final String pasid = Integer.toHexString(bond.pasid());
        assertEquals(
                List.of(pasid + "00010036:7f0000000001", pasid + "03100008:7f0000000800"),
                bench.takeDescriptors());
        assertEquals(0, bench.submissions);
    }

    @Test
    void shouldShareTheDomainWithOtherDevices() {
        final IntelBench.Client other = svaClient(OTHER_RID);
        final SvaBond second = bind(other);
        assertEquals(bond.pasid(), second.pasid());
        access(START, WRITE);
        final long requests = bench.model.counters().queueHighWater();
        other.access(second.pasid(), START, WRITE);
        assertEquals(DONE, other.takeResults());
        assertEquals(requests, bench.model.counters().queueHighWater());
        sva.unbindDevice(bond);
        access(START, READ);
        other.access(second.pasid(), START, READ);
        assertEquals(DONE, other.takeResults());
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), client.takeResults());
    }

    @Test
    void shouldReachNothingOnceTheProcessHasEnded() {
        access(START, READ);
        client.takeResults();
        mm.release();
        access(START, READ);
        access(START + 0x1000, READ);
        assertEquals(Collections.nCopies(2, AccessResult.ABORTED), client.takeResults());
        sva.unbindDevice(bond);
        access(START, READ);
        assertEquals(ABORTED, client.takeResults());
        assertEquals(0, bench.core.pending(client.device));
    }

    @Test
    void shouldMakeNoDomainOfAnEndedProcess() {
        mm.release();
        assertNull(bench.iommu.ops().domainAllocSva(client.device, mm));
    }

    @Test
    void shouldNotAttachADomainWhoseProcessHasEnded() {
        final MmStruct other = new MmStruct("other", bench.allocator);
        final IommuDomain domain = bench.iommu.ops().domainAllocSva(client.device, other);
        other.release();
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, 77));
        assertNull(client.info.domain(77));
        assertEquals(-Errno.ENODEV, domain.attachDev(client.device));
        domain.free();
    }

    private void expectToKeep(final IommuDomain failing) {
        client.takeResults();
        bench.takeDescriptors();
        assertEquals(
                -Errno.EINVAL,
                client.group.replacePasid(failing, bond.pasid(), new IommuAttachHandle()));
        access(START, READ);
        assertEquals(DONE, client.takeResults());
        assertEquals(bond.pasid(), client.info.pasids().get(0));
    }

    /** Whoever replaces takes the former domain to be there still. */
    @Test
    void shouldKeepADomainThatAnEndedProcessWasToReplace() {
        access(START, READ);
        final MmStruct other = new MmStruct("other", bench.allocator);
        final IommuDomain domain = bench.iommu.ops().domainAllocSva(client.device, other);
        other.release();
        expectToKeep(domain);
        assertEquals(List.of(), bench.takeDescriptors(), "nothing was torn down");
    }

    @Test
    void shouldSetADomainUpAgainIfTheProcessEndsWhileItIsReplaced() {
        access(START, READ);
        final MmStruct other = new MmStruct("other", bench.allocator);
        final IommuDomain domain = bench.iommu.ops().domainAllocSva(client.device, other);
        bench.beforeSubmission = other::release;
        expectToKeep(domain);
        sva.unbindDevice(bond);
        access(START, READ);
        assertEquals(ABORTED, client.takeResults());
    }

    @Test
    void shouldEndEachAccessOfManyOnce() {
        for (int i = 0; i < 100; i++) {
            client.endpoint.access(bond.pasid(), START + (i % 50) * 0x1000L, READ);
        }
        bench.run();
        assertEquals(Collections.nCopies(100, AccessResult.DONE), client.takeResults());
        assertEquals(50, mm.pageCount());
        assertEquals(0, client.endpoint.outstandingRequests());
    }

    @Test
    void shouldFreeTheTablesOfAProcess() {
        sva.unbindDevice(bond);
        // Four tables each would be more than there is memory.
        for (int i = 0; i < 1500; i++) {
            final SvaBond again = bind(client);
            client.access(again.pasid(), START, READ);
            assertEquals(DONE, client.takeResults());
            sva.unbindDevice(again);
        }
    }

    // ---- Who may share --------------------------------------------------------------------------

    @Test
    void shouldRefuseSvaThatCannotBe() {
        final IntelBench.Client silent = bench.client(OTHER_RID);
        assertEquals(
                -Errno.EINVAL,
                silent.device.ops().devEnableFeature(silent.device, DevFeature.SVA),
                "faults are not enabled");
        final IntelBench.Client plain =
                bench.client(0x500, PciFunctionConfig.roomy().withPasid(null));
        assertEquals(
                -Errno.EINVAL, plain.device.ops().devEnableFeature(plain.device, DevFeature.SVA));
        final IntelBench.Client own = bench.client(0x501, PciFunctionConfig.roomy().withPri(null));
        assertEquals(
                0,
                own.device.ops().devEnableFeature(own.device, DevFeature.SVA),
                "it handles faults by itself");
        assertEquals(-Errno.ENODEV, own.device.ops().devEnableFeature(own.device, DevFeature.IOPF));
        final IntelBench.Client far =
                bench.client(0x502, PciFunctionConfig.roomy().withPri(null).withAts(null));
        assertEquals(-Errno.EINVAL, far.device.ops().devEnableFeature(far.device, DevFeature.SVA));
    }

    @Test
    void shouldNotShareWithADeviceThatHandlesFaultsByItselfBefore612() {
        final IntelBench old = IntelBench.of(Semantics.MAINLINE_5_X);
        final IntelBench.Client own = old.client(RID, PciFunctionConfig.roomy().withPri(null));
        assertEquals(-Errno.EINVAL, own.device.ops().devEnableFeature(own.device, DevFeature.SVA));
    }

    @Test
    void shouldNotShareWithoutCoherentWalks() {
        final IntelBench other =
                IntelBench.of(VtdConfig.scalable().without(VtdFeature.COHERENT_WALKS));
        final IntelBench.Client there = other.faulting(RID);
        assertEquals(
                -Errno.ENODEV, there.device.ops().devEnableFeature(there.device, DevFeature.SVA));
        assertNull(other.iommu.ops().domainAllocSva(there.device, mm));
    }

    // ---- Other kernels --------------------------------------------------------------------------

    @Test
    void shouldShareBefore612() {
        final IntelBench old = IntelBench.of(Semantics.MAINLINE_5_X);
        final MmStruct process = new MmStruct("mm", old.allocator);
        expectSuccess(process.mmap(START, END, READ | WRITE));
        final IntelBench.Client there = old.faulting(RID);
        expectSuccess(there.device.ops().devEnableFeature(there.device, DevFeature.SVA));
        final IommuDomain domain = old.iommu.ops().domainAllocSva(there.device, process);
        there.attachPasid(domain, 9);
        expectSuccess(process.handleMmFault(START, WRITE));
        there.access(9, START, WRITE);
        assertEquals(DONE, there.takeResults());
        old.takeDescriptors();
        there.group.detachPasid(9);
        assertEquals(
                List.of(
                        "900010017:0",
                        "900010026:0",
                        "903100008:7ffffffffffff800",
                        "200000045:0",
                        "900010026:0",
                        "903100008:0",
                        "drained"),
                old.takeDescriptors());
    }

    /** Plain pass-through blocks requests with PASID: the context changes its kind. */
    @Test
    void shouldShareOnRevision2() {
        final IntelBench old = IntelBench.revision2();
        final MmStruct process = new MmStruct("mm", old.allocator);
        expectSuccess(process.mmap(START, END, READ | WRITE));
        final IntelBench.Client there = old.client(RID).attach(old.iommu.ops().identityDomain());
        final IommuDomain domain = old.iommu.ops().domainAllocSva(there.device, process);
        assertEquals(2, there.context(0) >>> 2 & 7);
        old.takeDescriptors();
        there.attachPasid(domain, 9);
        assertEquals(5, there.context(0) >>> 2 & 7);
        assertEquals(List.of("31000010031:0"), old.takeDescriptors());
        expectSuccess(process.handleMmFault(START, WRITE));
        there.access(9, START, WRITE);
        there.access(IntelBench.NO_PASID, old.page, READ);
        assertEquals(Collections.nCopies(2, AccessResult.DONE), there.takeResults());
        // Another device shares the table, and what is there.
        final IntelBench.Client other =
                old.client(OTHER_RID).attach(old.iommu.ops().identityDomain());
        other.attachPasid(domain, 9);
        there.group.detachPasid(9);
        other.access(9, START, READ);
        assertEquals(DONE, other.takeResults());
        process.release();
        other.access(9, START, READ);
        assertEquals(ABORTED, other.takeResults());
        assertEquals(-Errno.EBUSY, old.paging(0).attachDev(other.device));
        other.group.detachPasid(9);
    }

    /** All devices of that time share one table of PASIDs. */
    @Test
    void shouldHaveOneProcessAtAPasidOnRevision2() {
        final IntelBench old = IntelBench.revision2();
        final IntelBench.Client one = old.client(RID).attach(old.iommu.ops().identityDomain());
        final IntelBench.Client other =
                old.client(OTHER_RID).attach(old.iommu.ops().identityDomain());
        one.attachPasid(process(old, one), 9);
        final IommuDomain second = process(old, other);
        assertEquals(-Errno.EBUSY, second.setDevPasid(other.device, 9));
        assertEquals(-Errno.EINVAL, second.setDevPasid(other.device, 256), "of 8 bits");
        one.group.detachPasid(9);
        assertEquals(0, second.setDevPasid(other.device, 9));
    }

    private static IommuDomain process(final IntelBench bench, final IntelBench.Client client) {
        return bench.iommu.ops().domainAllocSva(client.device, new MmStruct("mm", bench.allocator));
    }

    /** Plain pass-through knows no translation requests, the kind with PASIDs does. */
    @Test
    void shouldSwitchTranslationServicesOnWithPasidsOnRevision2() {
        final IntelBench old = IntelBench.revision2();
        final IntelBench.Client there = old.client(RID).attach(old.iommu.ops().identityDomain());
        assertFalse(there.info.isAtsEnabled());
        there.attachPasid(process(old, there), 9);
        assertTrue(there.info.isAtsEnabled());
    }

    /**
     * A page request is on its way while its PASID is taken from the device, and another device has
     * the PASID still: what the unit looks up for it must not outlive the process.
     */
    @Test
    void shouldForgetWhatALateRequestLooksUpOnRevision2() {
        final IntelBench old = IntelBench.revision2();
        final IommuDomain former = old.iommu.ops().domainAllocSva(null, processOf(old));
        final IntelBench.Client there =
                old.client(RID).attach(old.iommu.ops().identityDomain()).attachPasid(former, 9);
        final IntelBench.Client other =
                old.client(OTHER_RID).attach(old.paging(0)).attachPasid(former, 9);
        there.endpoint.holdRequests(true);
        there.access(9, START, READ);
        assertEquals(1, there.endpoint.heldRequests());
        there.group.detachPasid(9);
        other.group.detachPasid(9);
        there.endpoint.holdRequests(false);
        old.run();
        final MmStruct process = processOf(old);
        there.attachPasid(old.iommu.ops().domainAllocSva(null, process), 9);
        expectSuccess(process.handleMmFault(START, READ));
        there.takeReached();
        there.access(9, START, READ);
        assertEquals(List.of(process.physicalAddress(START)), there.takeReached());
    }

    private static MmStruct processOf(final IntelBench old) {
        final MmStruct process = new MmStruct("mm", old.allocator);
        expectSuccess(process.mmap(START, END, READ | WRITE));
        return process;
    }
}
