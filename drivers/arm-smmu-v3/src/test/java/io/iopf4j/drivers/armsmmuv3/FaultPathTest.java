// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One fault from an endpoint's access to its end, through hardware, driver and core. */
final class FaultPathTest {
    private static final int PASID = 7;

    private DriverBench bench = DriverBench.probed();
    private DriverBench.Client client = bench.client(SID);
    private ArmSmmuPagingDomain domain = bench.pagingDomain(client);

    // ---- Report ---------------------------------------------------------------------------------

    @Test
    void shouldReportAFaultAtTheRid() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(
                "IommuFault[type=2 flags=0x2 pasid=0 grpid=0 perm=0x1 addr=0x12345678]",
                bench.faults.getFirst().lastFault().toString());
    }

    @Test
    void shouldReportAFaultAtAPasid() {
        client.attachPasid(domain, PASID);
        client.access(PASID, IOVA, WRITE);
        assertEquals(
                "IommuFault[type=2 flags=0x3 pasid=7 grpid=0 perm=0x2 addr=0x12345678]",
                bench.faults.getFirst().lastFault().toString());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "5, 5", "9, 9", "10, 10", "13, 13"})
    void shouldReportThePermissionsThatTheRecordShows(final int access, final int reported) {
        client.attach(domain);
        client.access(NO_PASID, IOVA, access);
        assertEquals(reported, bench.faults.getFirst().lastFault().perm());
    }

    @Test
    void shouldReportTheTagAsGroup() {
        client.attach(domain);
        client.access(NO_PASID, 0x1000, READ);
        client.access(NO_PASID, 0x2000, READ);
        assertEquals(
                List.of(0, 1),
                bench.faults.stream().map(group -> group.lastFault().grpid()).toList());
    }

    // ---- Answer ---------------------------------------------------------------------------------

    @Test
    void shouldFinishTheAccessWhenItsPageWasMapped() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(0, domain.map(IOVA, bench.page, READ));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldFaultAgainWhenItsPageWasNotMapped() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(), client.results());
        assertEquals(1, bench.faults.size());
    }

    @ParameterizedTest
    @CsvSource({"1, ABORTED", "2, ABORTED", "7, RAZ_WI", "-1, RAZ_WI"})
    void shouldEndTheAccessAsTheCodeSays(final int code, final AccessResult result) {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        bench.answer(code);
        assertEquals(List.of(result), client.results());
    }

    @Test
    void shouldFaultForAPermissionThatIsNotMapped() {
        client.attach(domain);
        domain.map(IOVA, bench.page, READ);
        client.access(NO_PASID, IOVA, READ);
        client.access(NO_PASID, IOVA, WRITE);
        assertEquals(List.of(AccessResult.DONE), client.results());
        domain.map(IOVA, bench.page, READ | WRITE);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), client.results());
    }

    @Test
    void shouldSendAResumeWithoutSync() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        final int before = bench.commands().size();
        bench.answer(PageResponseCode.INVALID);
        assertEquals(before + 1, bench.commands().size());
        assertEquals(0x0000_0010_0000_2044L, bench.commands().get(before)[0]);
        assertEquals(0, bench.commands().get(before)[1]);
    }

    @Test
    void shouldAbortWhenTheDomainHasNoHandler() {
        domain.setIopfHandler(null);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldDumpWhatHasNoHandler() {
        FaultPaths.assume(Ability.LOG);
        domain.setIopfHandler(null);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertTrue(bench.logged("event 0x10 received"));
    }

    @Test
    void shouldAbortWhenTheHandlerRefuses() {
        domain.setIopfHandler(group -> -Errno.ENOSPC);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertFalse(bench.logged("received"), "answered, so that nothing is dumped");
    }

    @Test
    void shouldLeaveAStreamStalledThatNobodyOwns() {
        client.attach(domain);
        bench.smmu.streams().remove(ArmSmmuMaster.of(client.device));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(), client.results());
        assertEquals(1, bench.model.recordedStalls());
    }

    @Test
    void shouldDumpTheStallOfAStreamThatNobodyOwns() {
        FaultPaths.assume(Ability.LOG);
        client.attach(domain);
        bench.smmu.streams().remove(ArmSmmuMaster.of(client.device));
        client.access(NO_PASID, IOVA, READ);
        assertTrue(bench.logged("event 0x10 received"));
    }

    @Test
    void shouldDumpAtMostTenEventsInFiveSeconds() {
        FaultPaths.assume(Ability.LOG);
        domain.setIopfHandler(null);
        client.attach(domain);
        for (int i = 0; i < 15; i++) {
            client.access(NO_PASID, IOVA, READ);
        }
        assertEquals(10, dumps());
        bench.scheduler.advanceTo(5_000_000_000L);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(10, dumps(), "not over yet");
        bench.scheduler.advanceTo(5_000_000_001L);
        for (int i = 0; i < 15; i++) {
            client.access(NO_PASID, IOVA, READ);
        }
        assertEquals(20, dumps());
    }

    private long dumps() {
        return bench.log.recent().stream().filter(line -> line.contains("received")).count();
    }

    @Test
    void shouldAnswerManyOutstandingFaultsInAnyOrder() {
        client.attach(domain);
        for (int i = 0; i < 200; i++) {
            client.access(NO_PASID, (long) i << 12, READ);
        }
        assertEquals(64, bench.faults.size(), "STALL_MAX");
        while (!bench.faults.isEmpty()) {
            bench.faults.addFirst(bench.faults.removeLast());
            bench.answer(PageResponseCode.FAILURE);
        }
        assertEquals(200, client.results().size());
    }

    @Test
    void shouldGoOnWhenTheEventQueueIsSmallerThanTheFaults() {
        bench = DriverBench.probed(DriverBench.CONFIG.withEventQueueLog2Max(0));
        client = bench.client(SID);
        client.attach(bench.pagingDomain(client));
        for (int i = 0; i < 20; i++) {
            client.endpoint.access(NO_PASID, IOVA, READ);
        }
        bench.scheduler.runReady();
        assertEquals(20, bench.faults.size());
    }

    // ---- Stall models ---------------------------------------------------------------------------

    @Test
    void shouldTerminateFaultsOfADeviceThatMustNotStall() {
        final var device = bench.device(false, 0, 0x20);
        final var group = new IommuGroup(1);
        assertEquals(0, group.addDevice(device));
        assertEquals(-Errno.EINVAL, device.ops().devEnableFeature(device, DevFeature.IOPF));
        final DriverBench.Client other = bench.new Client(device, group);
        other.attach(bench.pagingDomain(other));
        other.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), other.results());
        assertEquals(1, QueueIndex.index(bench.mmio.readl(SmmuRegisters.EVENTQ_CONS), 7));
        assertEquals(0, bench.faults.size(), "recorded, but not reported");
    }

    @Test
    void shouldNotResumeForADeviceThatMustNotStall() {
        final var device = bench.device(false, 0, 0x20);
        assertEquals(0, device.ops().probeDevice(device));
        final int before = bench.commands().size();
        device.ops().pageResponse(device, new IommuFault(), new IommuPageResponse().set(0, 0, 0));
        assertEquals(before, bench.commands().size());
    }

    @Test
    void shouldWarnOfAnAnswerToADeviceThatMustNotStall() {
        FaultPaths.assume(Ability.LOG);
        final var device = bench.device(false, 0, 0x20);
        assertEquals(0, device.ops().probeDevice(device));
        device.ops().pageResponse(device, new IommuFault(), new IommuPageResponse().set(0, 0, 0));
        assertTrue(bench.logged("page response without stall"));
    }

    /** Its answer names the first stream, whose stall it is not, as in Linux 6.12. */
    @Test
    void shouldLeaveTheSecondStreamOfADeviceStalled() {
        final var device = bench.device(0x20, 0x21);
        final var group = new IommuGroup(0x20);
        assertEquals(0, group.addDevice(device));
        assertEquals(-Errno.EINVAL, device.ops().devEnableFeature(device, DevFeature.IOPF));
        final DriverBench.Client both = bench.new Client(device, group);
        both.attach(bench.pagingDomain(both));
        final List<AccessResult> ofSecond = new ArrayList<>();
        new Endpoint(1, "second", 0x21, bench.model, (from, id, how) -> ofSecond.add(how))
                .access(NO_PASID, IOVA, READ);
        both.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), both.results());
        assertEquals(List.of(), ofSecond);
        assertEquals(1, bench.model.recordedStalls());
    }

    @Test
    void shouldStallEveryDeviceWhereThatIsForced() {
        bench = DriverBench.probed(DriverBench.CONFIG.withStallModel(SmmuV3Config.STALL_FORCED));
        final var device = bench.device(false, 0, 0x20);
        final var group = new IommuGroup(1);
        assertEquals(0, group.addDevice(device));
        assertEquals(0, device.ops().devEnableFeature(device, DevFeature.IOPF));
        final DriverBench.Client other = bench.new Client(device, group);
        other.attach(bench.pagingDomain(other));
        other.access(NO_PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldTerminateFaultsWhereNothingStalls() {
        bench = DriverBench.probed(DriverBench.CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY));
        final var device = bench.device(SID);
        final var group = new IommuGroup(1);
        assertEquals(0, group.addDevice(device));
        final DriverBench.Client other = bench.new Client(device, group);
        other.attach(bench.pagingDomain(other));
        other.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), other.results());
    }

    // ---- Changes with faults outstanding --------------------------------------------------------

    @Test
    void shouldRetryInTheDomainThatReplacedTheOld() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        final ArmSmmuPagingDomain next = bench.pagingDomain(client);
        next.map(IOVA, bench.page, READ);
        assertEquals(0, client.group.replace(next, new IommuAttachHandle()));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldAbortARetryAfterTheDomainWasDetached() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        client.group.detach();
        assertEquals(List.of(), client.results(), "a stall outlives its domain");
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldAnswerWhatIsOutstandingWhenTheDeviceIsReleased() {
        client.attach(domain);
        client.access(NO_PASID, 0x1000, READ);
        client.access(NO_PASID, 0x2000, READ);
        client.group.removeDevice(client.device);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), client.results());
        assertNull(client.device.driverData());
        assertNull(client.device.faultParam());
        assertEquals(0, bench.model.recordedStalls());
    }

    @Test
    void shouldAnswerWhatHasStalledWithoutFaultsWhenTheDeviceIsReleased() {
        client.attach(domain);
        assertEquals(0, client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        client.endpoint.access(NO_PASID, IOVA, READ);
        client.group.removeDevice(client.device);
        bench.scheduler.runReady();
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.model.recordedStalls());
    }

    @Test
    void shouldAbortSilentlyAfterTheDeviceIsReleased() {
        client.attachPasid(domain, PASID);
        client.group.removeDevice(client.device);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertFalse(bench.logged("received"));
    }

    @Test
    void shouldAnswerWhatIsOutstandingWhenTheQueueIsLeft() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(0, client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldEndAllAccessesWhenTheDriverLetsGo() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        bench.smmu.remove();
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    // ---- Errors of the hardware -----------------------------------------------------------------

    @Test
    void shouldNoticeAndAcknowledgeThatEventsWereLost() {
        bench = DriverBench.probed(DriverBench.CONFIG.withEventQueueLog2Max(2));
        recordBadStreams(6);
        bench.scheduler.runReady();
        assertEquals(1, bench.smmu.eventsLostNotices());
        assertEquals(
                0,
                (bench.mmio.readl(SmmuRegisters.EVENTQ_PROD)
                                ^ bench.mmio.readl(SmmuRegisters.EVENTQ_CONS))
                        & QueueIndex.OVERFLOW);
    }

    /** Accesses of streams that do not exist: each is recorded and none stalls. */
    private void recordBadStreams(final int count) {
        for (int i = 0; i < count; i++) {
            bench.model.access((id, result) -> {}, i, 0xf00 + i, NO_PASID, IOVA, READ);
        }
    }

    @Test
    void shouldSayThatEventsWereLost() {
        FaultPaths.assume(Ability.LOG);
        bench = DriverBench.probed(DriverBench.CONFIG.withEventQueueLog2Max(2));
        recordBadStreams(6);
        bench.scheduler.runReady();
        assertTrue(bench.logged("EVTQ overflow detected -- events lost"));
    }

    @Test
    void shouldNoticeASecondOverflowAfterTheFirst() {
        bench = DriverBench.probed(DriverBench.CONFIG.withEventQueueLog2Max(0));
        for (int round = 1; round <= 3; round++) {
            recordBadStreams(2);
            bench.scheduler.runReady();
            assertEquals(round, bench.smmu.eventsLostNotices());
        }
    }

    @Test
    void shouldSkipACommandInErrorAndGoOn() {
        assertEquals(0, bench.smmu.commandQueue().issueWithSync(0xff, 0x1234));
        assertTrue(bench.logged("CMDQ error 1 at"));
        assertTrue(bench.logged("skipping command 0x00000000000000ff 0x0000000000001234"));
        assertEquals(0, bench.smmu.commandQueue().issueWithSync(Commands.cfgiSte(SID), 1));
        assertEquals(
                bench.mmio.readl(SmmuRegisters.GERROR), bench.mmio.readl(SmmuRegisters.GERRORN));
    }

    @Test
    void shouldStillResumeBehindACommandInError() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        bench.smmu.commandQueue().issue(0xff, 0);
        bench.answer(PageResponseCode.INVALID);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldAcknowledgeAnEventQueueThatCouldNotBeWritten() {
        client.attach(domain);
        final int cr0 = bench.mmio.readl(SmmuRegisters.CR0);
        bench.mmio.writel(cr0 & ~SmmuRegisters.CR0_EVENTQEN, SmmuRegisters.CR0);
        bench.mmio.writeq(0, SmmuRegisters.EVENTQ_BASE);
        bench.mmio.writel(cr0, SmmuRegisters.CR0);
        client.access(NO_PASID, IOVA, READ);
        assertTrue(bench.logged("unexpected global error reported (0x4)"));
        assertTrue(bench.logged("EVTQ write aborted"));
        assertEquals(
                bench.mmio.readl(SmmuRegisters.GERROR), bench.mmio.readl(SmmuRegisters.GERRORN));
    }

    @Test
    void shouldIgnoreAGlobalErrorInterruptWithoutError() {
        bench.model.interrupt("gerror").pulse();
        assertFalse(bench.logged("unexpected global error"));
    }

    @Test
    void shouldTimeOutWhereACommandQueueStaysFull() {
        bench.mmio.writel(0, SmmuRegisters.CR0);
        int ret = 0;
        for (int i = 0; i <= 256 && ret == 0; i++) {
            ret = bench.smmu.commandQueue().issue(Commands.cfgiSte(i), 1);
        }
        assertEquals(-Errno.ETIMEDOUT, ret);
        assertTrue(bench.logged("CMDQ timeout"));
    }

    @Test
    void shouldGiveAGroupToItsHandlerOnce() {
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        final IopfGroup group = bench.faults.getFirst();
        group.respond(PageResponseCode.INVALID);
        group.respond(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        group.free();
    }
}
