// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stage 2 of the host alone, without guests above it. */
final class Stage2DomainTest {
    private static final long PAGE = IoPgtable.PAGE_BYTES;
    private static final long BASE = IOVA & -PAGE;
    private static final int PASID = 7;

    private final DriverBench bench = DriverBench.probed();
    private final DriverBench.Client client = bench.client(SID);
    private final ArmSmmuStage2Domain domain = stage2(bench);

    private static ArmSmmuStage2Domain stage2(final DriverBench bench) {
        final ArmSmmuStage2Domain made = ArmSmmuStage2Domain.alloc(bench.smmu, false);
        made.setIopfHandler(bench::keepFaults);
        return made;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5}) // IDR5.OAS: roots of level 0 and 1, 16 side by side.
    void shouldTranslateWithEveryAddressSize(final int oas) {
        final DriverBench sized = DriverBench.probed(DriverBench.CONFIG.withOas(oas));
        final DriverBench.Client device = sized.client(SID);
        final ArmSmmuStage2Domain stage2 = stage2(sized);
        final long last = (1L << sized.smmu.features().ias()) - PAGE;
        assertEquals(0, stage2.map(BASE, sized.page, PAGE, READ));
        assertEquals(0, stage2.map(last, sized.page, PAGE, READ));
        device.attach(stage2);
        device.access(NO_PASID, IOVA, READ);
        device.access(NO_PASID, last, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), device.results());
        assertEquals(-Errno.ERANGE, stage2.map(last + PAGE, sized.page, PAGE, READ));
    }

    @Test
    void shouldBeWhatAPagingDomainIsWithoutStageOne() {
        final DriverBench lesser =
                DriverBench.probed(DriverBench.CONFIG.without(SmmuFeature.STAGE_1));
        final ArmSmmuStage2Domain made =
                assertInstanceOf(
                        ArmSmmuStage2Domain.class, lesser.smmu.ops().domainAllocPaging(null));
        assertEquals(0, made.map(BASE, lesser.page, PAGE, READ));
        final DriverBench.Client device = lesser.client(SID).attach(made);
        device.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), device.results());
    }

    @Test
    void shouldReportAStallAndRetryIt() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, WRITE);
        assertEquals(IOVA, bench.faults.getFirst().lastFault().addr());
        domain.map(BASE, bench.page, PAGE, READ | WRITE);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldRecordAndAbortForADeviceThatMustNotStall() {
        final long[] ste = new long[ArmSmmuEntryWriter.WORDS];
        domain.makeSte(ste, ArmSmmuMaster.of(client.device), false);
        assertEquals(StreamTableEntry.S2S, ste[2] & StreamTableEntry.S2S);
        final var plain = bench.device(false, 0, 0x30);
        assertEquals(0, plain.ops().probeDevice(plain));
        domain.makeSte(ste, ArmSmmuMaster.of(plain), false);
        assertEquals(StreamTableEntry.S2R, ste[2] & (StreamTableEntry.S2S | StreamTableEntry.S2R));
    }

    @Test
    void shouldAllowWhatIsMappedAlone() {
        domain.map(BASE, bench.page, PAGE, WRITE);
        client.attach(domain);
        client.access(NO_PASID, IOVA, WRITE);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(1, bench.faults.size());
    }

    // ---- Attaching ------------------------------------------------------------------------------

    @Test
    void shouldWriteTheEntryBeforeItClearsTheContext() {
        client.attach(bench.pagingDomain(client));
        final int before = bench.commands().size();
        assertEquals(0, client.group.replace(domain, new IommuAttachHandle()));
        final List<Integer> order =
                bench.commands().subList(before, bench.commands().size()).stream()
                        .map(command -> Commands.opcode(command[0]))
                        .filter(op -> op == CmdqOp.CFGI_STE || op == CmdqOp.CFGI_CD)
                        .distinct()
                        .toList();
        assertEquals(List.of(CmdqOp.CFGI_STE, CmdqOp.CFGI_CD), order);
        assertTrue(!ArmSmmuMaster.of(client.device).cdTable().isValid(0));
    }

    @Test
    void shouldBeRefusedWhilePasidsAreAttached() {
        client.attachPasid(bench.pagingDomain(client), PASID);
        assertEquals(-Errno.EBUSY, client.group.attach(domain, new IommuAttachHandle()));
    }

    @Test
    void shouldKeepPasidsAway() {
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, PASID));
        client.attach(domain);
        assertEquals(
                -Errno.EINVAL,
                client.group.attachPasid(
                        bench.pagingDomain(client), PASID, new IommuAttachHandle()));
    }

    @Test
    void shouldRefuseADeviceOfAnotherSmmu() {
        assertEquals(-Errno.EINVAL, domain.attachDev(DriverBench.probed().client(SID).device));
    }

    @Test
    void shouldRetryInTheNextDomainWhatStalledInThis() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        final ArmSmmuPagingDomain next = bench.pagingDomain(client);
        next.map(IOVA, bench.page, READ);
        assertEquals(0, client.group.replace(next, new IommuAttachHandle()));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldRetryHereWhatStalledInTheFormerDomain() {
        client.attach(bench.pagingDomain(client));
        client.access(NO_PASID, IOVA, READ);
        domain.map(BASE, bench.page, PAGE, READ);
        assertEquals(0, client.group.replace(domain, new IommuAttachHandle()));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldAbortARetryAfterDetach() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        client.group.detach();
        domain.free();
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    // ---- Unmapping ------------------------------------------------------------------------------

    @Test
    void shouldForgetWhatIsUnmapped() {
        domain.map(BASE, bench.page, PAGE, READ);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(PAGE, domain.unmap(BASE, PAGE));
        assertEquals(0, domain.unmap(BASE, PAGE));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldNameOneBlockByOneCommandWithoutRanges() {
        final DriverBench plain =
                DriverBench.probed(DriverBench.CONFIG.without(SmmuFeature.RANGE_INVALIDATION));
        final ArmSmmuStage2Domain stage2 = stage2(plain);
        final long block = 2L << 20;
        assertEquals(0, stage2.map(block - PAGE, block - PAGE, PAGE + 2 * block, READ));
        final int before = plain.commands().size();
        assertEquals(PAGE + 2 * block, stage2.unmap(block - PAGE, PAGE + 2 * block));
        final List<Long> words =
                plain.commands().subList(before, plain.commands().size()).stream()
                        .filter(command -> Commands.opcode(command[0]) == CmdqOp.TLBI_S2_IPA)
                        .map(command -> command[1])
                        .toList();
        assertEquals(List.of(block - PAGE, block, 2 * block), words);
    }

    @Test
    void shouldFlushWhatGuestsSeeOnlyAsAParent() {
        domain.map(BASE, bench.page, PAGE, READ);
        domain.unmap(BASE, PAGE);
        assertEquals(CmdqOp.TLBI_S2_IPA, Commands.opcode(GuestMachine.lastCommand(bench)[0]));
        final GuestMachine machine = new GuestMachine(bench);
        assertTrue(machine.parent.unmap(DriverBench.MEMORY, 2L << 20) > 0);
        assertEquals(Commands.tlbiNhAll(machine.parent.vmid()), GuestMachine.lastCommand(bench)[0]);
    }

    // ---- VMIDs ----------------------------------------------------------------------------------

    @Test
    void shouldGiveVmidsFromOneAndAgainAfterTheyAreFree() {
        assertEquals(1, domain.vmid());
        final ArmSmmuStage2Domain second = stage2(bench);
        assertEquals(2, second.vmid());
        domain.free();
        assertEquals(Commands.tlbiS12Vmall(1), GuestMachine.lastCommand(bench)[0]);
        assertEquals(1, stage2(bench).vmid());
        assertEquals(3, stage2(bench).vmid());
    }

    @Test
    void shouldKnowNothingOfAnEarlierUserOfItsVmid() {
        domain.map(BASE, bench.page, PAGE, READ);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        client.group.detach();
        domain.free();
        final ArmSmmuStage2Domain next = stage2(bench);
        assertEquals(1, next.vmid());
        client.attach(next);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldMakeNoDomainWithoutAVmid() {
        final DriverBench few = DriverBench.probed(DriverBench.CONFIG.without(SmmuFeature.VMID16));
        ArmSmmuStage2Domain last = null;
        for (int i = 1; i <= 0xff; i++) {
            last = ArmSmmuStage2Domain.alloc(few.smmu, true);
            assertEquals(i, last.vmid());
        }
        assertNull(ArmSmmuStage2Domain.alloc(few.smmu, true));
        last.free();
        assertNotNull(ArmSmmuStage2Domain.alloc(few.smmu, true));
    }

    @Test
    void shouldMakeNoDomainWithoutStageTwo() {
        final DriverBench lesser =
                DriverBench.probed(DriverBench.CONFIG.without(SmmuFeature.STAGE_2));
        assertNull(ArmSmmuStage2Domain.alloc(lesser.smmu, false));
    }

    @Test
    void shouldNotUseUpMemoryByDomainsThatComeAndGo() {
        for (int i = 0; i < 2_000; i++) { // 32 MiB of tables, in a memory of 16.
            final ArmSmmuStage2Domain passing = stage2(bench);
            assertEquals(0, passing.map(BASE, bench.page, PAGE, READ), "domain " + i);
            passing.free();
        }
    }
}
