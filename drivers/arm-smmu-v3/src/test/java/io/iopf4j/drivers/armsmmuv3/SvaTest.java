// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.WRITE;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.expectSuccess;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.core.sva.IommuSva;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.core.sva.SvaBond;
import io.iopf4j.emulation.AccessResult;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices that share an address space through the emulated SMMU: access, stall, page, retry. */
final class SvaTest {
    private static final int OTHER_SID = 0x20;
    private static final long START = 0x7f00_0000_0000L;
    private static final long END = START + 0x10_0000L;

    private final DriverBench bench = DriverBench.probed(DriverBench.PLAIN);
    private final IommuSva sva = new IommuSva();
    private final MmStruct mm = new MmStruct("mm", bench.allocator);
    private final DriverBench.Client client = svaClient(SID);
    private SvaBond bond;

    private DriverBench.Client svaClient(final int sid) {
        final DriverBench.Client made = bench.client(sid);
        expectSuccess(made.device.ops().devEnableFeature(made.device, DevFeature.SVA));
        return made;
    }

    private SvaBond bind(final DriverBench.Client with) {
        final SvaBond made = sva.bindDevice(with.device, mm);
        expectSuccess(made.error());
        return made;
    }

    @BeforeEach
    void bind() {
        expectSuccess(mm.mmap(START, END, READ | WRITE));
        bond = bind(client);
    }

    private void access(final long addr, final int perm) {
        client.access(bond.pasid(), addr, perm);
    }

    // ---- Faults ---------------------------------------------------------------------------------

    @Test
    void shouldDoAnAccessWhosePageWasNotThere() {
        access(START + 0x1234, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(1, mm.pageCount());
    }

    @Test
    void shouldReachTheAddressSpacesOwnPage() {
        access(START + 0x1230, WRITE);
        final long there = mm.physicalAddress(START + 0x1230);
        assertTrue(bench.memory.contains(there, 4096));
        assertNotEquals(bench.page, there);
    }

    @Test
    void shouldFaultOncePerPage() {
        access(START, READ);
        final int commands = bench.commands().size();
        access(START + 0xff8, WRITE);
        assertEquals(commands, bench.commands().size(), "no RESUME, and so no stall");
        access(START + 0x1000, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE, AccessResult.DONE), results());
        assertEquals(2, mm.pageCount());
    }

    private List<AccessResult> results() {
        return client.results();
    }

    @Test
    void shouldAbortAnAccessOutsideOfAllAreas() {
        access(END, READ);
        access(0, READ);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), results());
        assertEquals(0, mm.pageCount());
    }

    @Test
    void shouldAbortAnAccessThatTheAreaDoesNotAllow() {
        expectSuccess(mm.mmap(END, END + 0x1000, READ));
        access(END, WRITE);
        access(END, READ | IommuFault.PERM_EXEC);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), results());
        access(END, READ);
        access(END, WRITE);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), results().subList(2, 4));
    }

    @Test
    void shouldAbortWhenThereIsNoMemoryForAPage() {
        while (bench.allocator.allocCoherent(4096) != null) {
            // Until nothing is left.
        }
        access(START, READ);
        assertEquals(List.of(AccessResult.ABORTED), results());
    }

    @Test
    void shouldServeManyAccessesThatStallTogether() {
        for (int i = 0; i < 100; i++) {
            client.endpoint.access(bond.pasid(), START + (i % 50) * 0x1000L, READ);
        }
        bench.scheduler.runReady();
        assertEquals(100, results().size());
        assertTrue(results().stream().allMatch(result -> result == AccessResult.DONE));
        assertEquals(50, mm.pageCount());
        assertEquals(0, bench.model.recordedStalls());
    }

    @Test
    void shouldAbortFaultsOfADeviceWhoseFeaturesAreOff() {
        final DriverBench.Client plain = bench.client(OTHER_SID);
        expectSuccess(plain.device.ops().devDisableFeature(plain.device, DevFeature.IOPF));
        plain.access(bind(plain).pasid(), START, READ);
        assertEquals(List.of(AccessResult.ABORTED), plain.results());
        assertTrue(bench.logged("on no fault queue"));
    }

    // ---- The address space changes --------------------------------------------------------------

    @Test
    void shouldFaultAgainForAPageThatWasGivenAway() {
        access(START, READ);
        expectSuccess(mm.dontNeed(START, END));
        assertEquals(0, mm.pageCount());
        access(START, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), results());
        assertEquals(1, mm.pageCount());
    }

    @Test
    void shouldAbortWhatWasUnmapped() {
        access(START, READ);
        expectSuccess(mm.munmap(START, START + 0x2000));
        assertEquals(CmdqOp.TLBI_NH_VA, Commands.opcode(bench.lastSyncedCommand()[0]));
        assertEquals(START + 0x1000, bench.lastSyncedCommand()[1], "each page of the range");
        access(START, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), results());
    }

    @Test
    void shouldInvalidateALargeRangeByItsAsid() {
        expectSuccess(mm.mmap(END, END + 0x20_0000, READ));
        access(END, READ);
        expectSuccess(mm.munmap(END, END + 0x20_0000));
        assertEquals(CmdqOp.TLBI_NH_ASID, Commands.opcode(bench.lastSyncedCommand()[0]));
    }

    @Test
    void shouldAbortInSilenceOnceTheProcessHasEnded() {
        access(START, READ);
        mm.release();
        access(START, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), results());
        assertFalse(bench.logged("received"), "neither a stall nor a record");
    }

    @Test
    void shouldAbortWhatWasStalledWhenTheProcessEnds() {
        client.endpoint.access(bond.pasid(), START, READ);
        mm.release();
        bench.scheduler.runReady();
        assertEquals(List.of(AccessResult.ABORTED), results());
    }

    @Test
    void shouldRefuseAProcessThatHasEnded() {
        mm.release();
        assertNull(client.device.ops().domainAllocSva(client.device, mm));
        assertEquals(-Errno.EINVAL, bond.domain().setDevPasid(client.device, 9), "nor a new PASID");
    }

    @Test
    void shouldGiveAllMemoryBack() {
        access(START, READ);
        final int before = freePages();
        for (int i = 0; i < 20; i++) {
            final MmStruct passing = new MmStruct("passing", bench.allocator);
            expectSuccess(passing.mmap(START, END, READ));
            final SvaBond passingBond = sva.bindDevice(client.device, passing);
            client.access(passingBond.pasid(), START, READ);
            sva.unbindDevice(passingBond);
            passing.release();
        }
        assertTrue(results().stream().allMatch(result -> result == AccessResult.DONE));
        assertEquals(before, freePages());
    }

    /** Pages that are left, found out by taking and returning them. */
    private int freePages() {
        final ArrayDeque<DmaMemory> taken = new ArrayDeque<>();
        for (DmaMemory page = bench.allocator.allocCoherent(4096);
                page != null;
                page = bench.allocator.allocCoherent(4096)) {
            taken.add(page);
        }
        taken.forEach(bench.allocator::freeCoherent);
        return taken.size();
    }

    // ---- Bonds ----------------------------------------------------------------------------------

    @Test
    void shouldLetTwoDevicesShareOneDomainAndItsPages() {
        final DriverBench.Client other = svaClient(OTHER_SID);
        final SvaBond otherBond = bind(other);
        assertEquals(bond.pasid(), otherBond.pasid());
        assertEquals(bond.domain(), otherBond.domain());
        access(START, READ);
        final int commands = bench.commands().size();
        other.access(otherBond.pasid(), START, READ);
        assertEquals(List.of(AccessResult.DONE), other.results());
        assertEquals(commands, bench.commands().size(), "the page was there");
    }

    @Test
    void shouldServeTheOtherDeviceAfterOneIsUnbound() {
        final DriverBench.Client other = svaClient(OTHER_SID);
        final SvaBond otherBond = bind(other);
        sva.unbindDevice(bond);
        other.access(otherBond.pasid(), START, WRITE);
        access(START, READ);
        assertEquals(List.of(AccessResult.DONE), other.results());
        assertEquals(List.of(AccessResult.ABORTED), results());
        mm.release();
        other.access(otherBond.pasid(), START, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), other.results());
    }

    @Test
    void shouldGiveAddressSpacesPasidsThatDoNotMix() {
        final MmStruct another = new MmStruct("another", bench.allocator);
        expectSuccess(another.mmap(START, END, READ));
        final SvaBond anothers = sva.bindDevice(client.device, another);
        client.access(anothers.pasid(), START, READ);
        access(START, READ);
        client.access(anothers.pasid(), START, WRITE);
        assertEquals(
                List.of(AccessResult.DONE, AccessResult.DONE, AccessResult.ABORTED), results());
        assertNotEquals(mm.physicalAddress(START), another.physicalAddress(START));
    }

    @Test
    void shouldAbortAnAccessAfterUnbind() {
        access(START, READ);
        sva.unbindDevice(bond);
        access(START, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), results());
    }

    // ---- Faults outstanding ---------------------------------------------------------------------

    @Test
    void shouldEndOnceWhatIsNotReportedAtUnbind() {
        client.endpoint.access(bond.pasid(), START, READ);
        sva.unbindDevice(bond);
        bench.scheduler.runReady();
        assertEquals(List.of(AccessResult.ABORTED), results());
        assertEquals(0, mm.pageCount(), "nothing is attached there any more");
        assertEquals(0, bench.model.recordedStalls());
    }

    @Test
    void shouldEndOnceWhatIsQueuedAtUnbind() {
        client.endpoint.access(bond.pasid(), START, READ);
        client.endpoint.access(bond.pasid(), END, READ);
        bench.smmu.synchronizeEvents();
        sva.unbindDevice(bond);
        assertEquals(List.of(), results());
        bench.scheduler.runReady();
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), results());
        assertEquals(
                1, mm.pageCount(), "the page came in, and the retried access did not reach it");
        assertEquals(0, bench.model.recordedStalls());
    }

    @Test
    void shouldFinishWhatIsQueuedWhenFaultsAreSwitchedOff() {
        client.endpoint.access(bond.pasid(), START, READ);
        bench.smmu.synchronizeEvents();
        expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.SVA));
        expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        assertEquals(List.of(AccessResult.DONE), results());
        bench.scheduler.runReady();
        assertEquals(1, results().size());
    }

    @Test
    void shouldEndOnceWhatIsQueuedWhenTheDeviceGoes() {
        client.endpoint.access(bond.pasid(), START, READ);
        bench.smmu.synchronizeEvents();
        client.group.removeDevice(client.device);
        bench.scheduler.runReady();
        assertEquals(List.of(AccessResult.ABORTED), results());
        mm.release();
        sva.unbindDevice(bond);
        assertFalse(bench.logged("CMDQ error"));
    }

    // ---- What is no bond ------------------------------------------------------------------------

    @Test
    void shouldAttachAtPasidsOfItsOwnSmmuAlone() {
        final DriverBench elsewhere = DriverBench.probed();
        final DriverBench.Client foreign = elsewhere.client(SID);
        final IommuDomain domain = bond.domain();
        assertEquals(-Errno.EINVAL, domain.setDevPasid(foreign.device, 3));
        assertEquals(-Errno.ENODEV, domain.attachDev(client.device));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, 1 << DriverBench.PASID_BITS));
    }

    @Test
    void shouldKeepSvaOnWhileBoundUntil68() {
        FaultPaths.assume(ArmSmmuFaultPath.Ability.EARLIER_GENERATIONS);
        final Mainline612 as5x =
                new Mainline612(bench.kernel, FaultObserver.NONE) {
                    @Override
                    public FaultGeneration generation() {
                        return FaultGeneration.LINUX_5_X;
                    }
                };
        final DriverBench old = new DriverBench();
        old.smmu = ArmSmmuDevice.probe(old, old.kernel, as5x, FaultPaths.current());
        final DriverBench.Client device = old.client(SID);
        final IommuOps ops = device.device.ops();
        expectSuccess(ops.devEnableFeature(device.device, DevFeature.SVA));
        final MmStruct theirs = new MmStruct("theirs", old.allocator);
        final SvaBond theirBond = new IommuSva().bindDevice(device.device, theirs);
        expectSuccess(theirBond.error());
        assertEquals(-Errno.EBUSY, ops.devDisableFeature(device.device, DevFeature.SVA));
        device.group.detachPasid(theirBond.pasid());
        assertEquals(0, ops.devDisableFeature(device.device, DevFeature.SVA));
    }

    @Test
    void shouldHaveNoPasidForADeviceWithoutAny() {
        final IommuDevice none = bench.device(true, 0, OTHER_SID);
        expectSuccess(new IommuGroup(OTHER_SID).addDevice(none));
        assertEquals(0, none.ops().maxPasids(none));
        final MmStruct fresh = new MmStruct("fresh", bench.allocator);
        assertEquals(-Errno.ENOSPC, sva.bindDevice(none, fresh).error());
        assertEquals(1 << DriverBench.PASID_BITS, client.device.ops().maxPasids(client.device));
    }
}
