// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two machines that use the same ASID and the same addresses, and one machine beyond its memory.
 */
final class NestingTest {
    private static final int ASID = 0x21;
    private static final int VSID = 0;
    private static final long PAGE = IoPgtable.PAGE_BYTES;
    private static final long BEYOND = DriverBench.MEMORY + (1L << 30);
    private static final int BOTH = READ | WRITE;

    private DriverBench bench = DriverBench.probed();
    private final Machine one = new Machine(1);
    private final Machine two = new Machine(2);

    /** A machine with one device, which its guest calls {@link #VSID}. */
    private final class Machine {
        final GuestMachine guest = new GuestMachine(bench);
        final DriverBench.Client device;
        final GuestMachine.Space space = guest.new Space(ASID);

        Machine(final int sid) {
            device = bench.client(sid);
            assertEquals(0, guest.viommu.vdeviceAlloc(VSID, device.device));
            device.attach(space.domain());
        }

        AccessResult read() {
            final int before = device.results().size();
            device.access(NO_PASID, IOVA, READ);
            return device.results().size() == before ? null : device.results().get(before);
        }
    }

    // ---- Two machines ---------------------------------------------------------------------------

    @Test
    void shouldLeadTheSameAddressOfTheSameAsidToDifferentPages() {
        one.space.tables.map(IOVA, bench.page, READ);
        assertEquals(AccessResult.DONE, one.read());
        assertEquals(null, two.read(), "it stalls: nothing is mapped there");
        two.space.tables.map(IOVA, bench.page, WRITE);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), two.device.results());
        one.device.access(NO_PASID, IOVA, WRITE);
        assertEquals(List.of(AccessResult.DONE), one.device.results(), "it stalls: read-only");
        two.device.access(NO_PASID, IOVA, WRITE);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), two.device.results());
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0x0021_0000_0000_0012L, // TLBI_NH_VA
                0x0021_0000_0000_0011L, // TLBI_NH_ASID
                0x0000_0000_0000_0013L, // TLBI_NH_VAA
                0x0000_0000_0000_0010L, // TLBI_NH_ALL
                0x0000_0000_0000_0030L // TLBI_NSNH_ALL
            })
    void shouldLeaveTheOtherMachinesTranslations(final long word0) {
        one.space.tables.map(IOVA, bench.page, READ);
        two.space.tables.map(IOVA, bench.page, READ);
        assertEquals(AccessResult.DONE, one.read());
        assertEquals(AccessResult.DONE, two.read());
        one.space.tables.unmap(IOVA);
        two.space.tables.unmap(IOVA);
        final boolean isByAddress =
                Commands.opcode(word0) == 0x12 || Commands.opcode(word0) == 0x13;
        assertEquals(0, one.guest.viommu.cacheInvalidate(word0, isByAddress ? IOVA & -PAGE : 0));
        assertEquals(null, one.read(), "forgotten");
        assertEquals(AccessResult.DONE, two.read(), "remembered");
    }

    @Test
    void shouldForgetForAMachineWhoseDeviceIsDetached() {
        one.space.tables.map(IOVA, bench.page, READ);
        assertEquals(AccessResult.DONE, one.read());
        one.device.group.detach();
        one.space.tables.unmap(IOVA);
        final long tlbi = Commands.tlbiNhVa(0, ASID);
        assertEquals(0, one.guest.viommu.cacheInvalidate(tlbi, Commands.tlbiAddress(IOVA, true)));
        one.device.attach(one.space.domain());
        assertEquals(null, one.read());
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldForgetWhatAParentNoLongerMaps() {
        one.space.tables.map(IOVA, bench.page, READ);
        two.space.tables.map(IOVA, bench.page, READ);
        assertEquals(AccessResult.DONE, one.read());
        assertEquals(AccessResult.DONE, two.read());
        assertTrue(one.guest.parent.unmap(DriverBench.MEMORY, bench.memory.sizeBytes()) > 0);
        assertEquals(null, one.read());
        assertEquals(AccessResult.DONE, two.read());
    }

    @Test
    void shouldRetryUnderTheNextMachine() {
        assertEquals(null, one.read());
        two.space.tables.map(IOVA, bench.page, READ);
        final IommuDomain moved = two.space.domain();
        assertEquals(0, one.device.group.replace(moved, new IommuAttachHandle()));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), one.device.results());
    }

    // ---- Beyond the machine's memory ------------------------------------------------------------

    /**
     * Linux 6.12 does not look at S2: the fault is reported as if the guest's tables lacked a page,
     * by the guest's address, and no answer can end it well.
     */
    @Test
    void shouldReportAStageTwoFaultAsIfItWereTheGuests() {
        one.space.tables.map(IOVA, BEYOND, BOTH);
        assertEquals(null, one.read());
        assertEquals(Events.S2, lastEvent()[1] & Events.S2);
        assertEquals(Events.F_TRANSLATION, lastEvent()[0] & 0xff);
        assertEquals(IOVA, lastEvent()[2]);
        assertEquals(BEYOND & -PAGE, lastEvent()[3] & -PAGE, "the intermediate address");
        final IommuFault fault = bench.faults.getFirst().lastFault();
        assertEquals(IOVA, fault.addr());
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(1, bench.faults.size(), "it has faulted again");
        assertEquals(List.of(), one.device.results());
        bench.answer(PageResponseCode.INVALID);
        assertEquals(List.of(AccessResult.ABORTED), one.device.results());
    }

    /** Linux 6.1 takes stage 2 to be pinned: it reports nothing and answers nothing. */
    @Test
    void shouldLeaveAStageTwoFaultStalledBefore612() {
        FaultPaths.assume(Ability.DRAIN);
        FaultPaths.assume(Ability.LOG);
        bench = DriverBench.probed(Semantics.MAINLINE_5_X);
        final Machine machine = new Machine(1);
        final int[] faults = new int[1];
        assertEquals(
                0,
                bench.core.registerDeviceFaultHandler(
                        machine.device.device,
                        (fault, data) -> {
                            faults[0]++;
                            return 0;
                        },
                        null));
        machine.space.tables.map(IOVA, BEYOND, BOTH);
        assertEquals(null, machine.read());
        assertEquals(0, faults[0]);
        assertTrue(bench.logged("event 0x10 received"));
        assertEquals(1, bench.model.recordedStalls(), "until all stalls are terminated");
        assertEquals(0, bench.smmu.ops().drainFaults(machine.device.device));
        assertEquals(List.of(AccessResult.ABORTED), machine.device.results());
    }

    @Test
    void shouldReportAStageTwoFaultOfTheGuestsTables() {
        one.space.context(BEYOND);
        assertEquals(0, one.guest.viommu.cacheInvalidate(Commands.cfgiCd(VSID, 0), 1));
        assertEquals(null, one.read());
        assertEquals(Events.S2, lastEvent()[1] & Events.S2);
        assertEquals(Events.classBits(Events.CLASS_TTD), lastEvent()[1] & Events.classBits(3));
        assertEquals(1, bench.faults.size());
        bench.answer(PageResponseCode.FAILURE);
        assertEquals(List.of(AccessResult.ABORTED), one.device.results());
    }

    @Test
    void shouldNotLetAGuestReachTheMemoryOfItsNeighbour() {
        assertEquals(
                IoPgtable.PAGE_BYTES * 512,
                one.guest.parent.unmap(DriverBench.MEMORY, IoPgtable.PAGE_BYTES * 512));
        one.space.tables.map(IOVA, DriverBench.MEMORY, BOTH);
        assertEquals(null, one.read());
        assertEquals(Events.S2, lastEvent()[1] & Events.S2);
    }

    private long[] lastEvent() {
        final long base =
                bench.mmio.readq(SmmuRegisters.EVENTQ_BASE) & SmmuRegisters.QUEUE_BASE_ADDR_MASK;
        final int prod = bench.mmio.readl(SmmuRegisters.EVENTQ_PROD) & 0x7f;
        final long at = base + (long) (prod - 1) * Events.BYTES;
        final long[] words = new long[4];
        for (int i = 0; i < words.length; i++) {
            words[i] = bench.memory.readLong(at + 8L * i);
        }
        return words;
    }
}
