// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code prq_event_thread()} of 6.12 and 6.1: which requests are answered how, and the queue. */
final class PrqThreadTest {
    private static final int RID = 0x310;
    private static final int PASID = 0x42;
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final long R = PageRequest.RDR;
    private static final long W = PageRequest.WRR;
    private static final long L = PageRequest.LPIG;

    private FakeUnit unit;
    private IntelIommu iommu;
    private DeviceInfo info;

    @BeforeEach
    void probe() {
        begin(FaultGeneration.LINUX_6_12);
    }

    private void begin(final FaultGeneration generation) {
        unit = new FakeUnit(FakeUnit.SCALABLE, generation);
        iommu = unit.probe();
        info = TestDevices.add(iommu, RID);
        unit.accesses.clear();
        unit.descriptors.clear();
    }

    private void request(final int pasid, final long of0, final long address, final long of1) {
        unit.queueRequest(
                PageRequest.qw0(RID, pasid, of0), PageRequest.qw1(address, 0x15, of1), 0, 0);
    }

    private List<String> responses() {
        return unit.descriptors(Invalidation.PAGE_GROUP_RESPONSE);
    }

    private List<String> answerTo(
            final int pasid, final long of0, final long address, final long of1) {
        unit.descriptors.clear();
        request(pasid, of0, address, of1);
        unit.ringPrq();
        return responses();
    }

    // ---- The queue ------------------------------------------------------------------------------

    @Test
    void shouldClearTheStatusBeforeItReadsTheTail() {
        request(PASID, 0, ADDRESS, R | L);
        unit.ringPrq();
        assertEquals(
                List.of("w dc=1", "rq c8", "rq c0", "wq c0=20", "r dc"),
                unit.accessesIn(VtdRegisters.PQH, VtdRegisters.PECTL));
    }

    @Test
    void shouldNotMissARequestThatComesBetweenStatusAndTail() {
        request(PASID, 0, ADDRESS, R | L);
        unit.beforeLoad.put(
                (long) VtdRegisters.PQT, () -> request(PASID, 0, ADDRESS + 0x1000, R | L));
        unit.ringPrq();
        assertEquals(2, unit.core.reported.size());
        assertEquals(1, unit.get(VtdRegisters.PRS) & 1, "its event comes, too");
    }

    @Test
    void shouldGiveSlotsBackOnceForAWholeBatch() {
        for (int i = 0; i < 3; i++) {
            request(PASID, 0, ADDRESS, R | L);
        }
        unit.core.duringReport =
                () -> {
                    if (unit.core.reported.size() == 2) {
                        request(PASID, 0, ADDRESS, R | L);
                    }
                };
        unit.ringPrq();
        assertEquals(List.of("60"), unit.stores(VtdRegisters.PQH));
        assertEquals(3, unit.core.reported.size());
        unit.ringPrq();
        assertEquals(List.of("60", "80"), unit.stores(VtdRegisters.PQH));
        assertEquals(4, unit.core.reported.size());
    }

    @Test
    void shouldGoRoundTheQueue() {
        for (int i = 0; i < 3 * 2048; i++) {
            request(PASID, 0, ADDRESS + 0x1000L * i, R | L);
            unit.ringPrq();
        }
        assertEquals(3 * 2048, unit.core.reported.size());
        assertEquals(ADDRESS + 0x1000L * 6143, unit.core.reported.get(6143).addr());
    }

    @Test
    void shouldDropPartialsBeforeAnOverflowIsCleared() {
        request(PASID, 0, ADDRESS, R);
        unit.registers.merge((long) VtdRegisters.PRS, VtdRegisters.PRS_PRO, (a, b) -> a | b);
        unit.core.queue.clear();
        unit.ringPrq();
        assertEquals(
                List.of("w dc=1", "rq c8", "rq c0", "wq c0=20", "r dc", "rq c0", "rq c8", "w dc=2"),
                unit.accessesIn(VtdRegisters.PQH, VtdRegisters.PECTL));
        assertEquals(List.of("discard"), unit.core.queue);
        assertEquals(1, iommu.overflowNotices());
        assertTrue(unit.logged("PRQ overflow detected"));
        assertTrue(unit.logged("PRQ overflow cleared"));
    }

    @Test
    void shouldLeaveAnOverflowSetIfTheQueueIsNotEmpty() {
        request(PASID, 0, ADDRESS, R | L);
        unit.registers.merge((long) VtdRegisters.PRS, VtdRegisters.PRS_PRO, (a, b) -> a | b);
        unit.core.duringReport = () -> request(PASID, 0, ADDRESS, R | L);
        unit.core.queue.clear();
        unit.ringPrq();
        assertEquals(List.of(), unit.core.queue);
        assertEquals(List.of("1"), unit.stores(VtdRegisters.PRS));
        unit.core.duringReport = () -> {};
        unit.ringPrq();
        assertEquals(List.of("discard"), unit.core.queue);
    }

    // ---- Decisions ------------------------------------------------------------------------------

    @Test
    void shouldReportWhatTheRequestSays() {
        request(PASID, 0, ADDRESS, R | W | L);
        unit.ringPrq();
        assertEquals(0x0000_0042_0310_0101L, unit.memory.readLong(queue()));
        assertEquals(0x0000_7f12_3456_70afL, unit.memory.readLong(queue() + 8));
        final IommuFault fault = unit.core.reported.get(0);
        assertEquals(IommuFault.TYPE_PAGE_REQ, fault.type());
        assertEquals(ADDRESS, fault.addr());
        assertEquals(PASID, fault.pasid());
        assertEquals(0x15, fault.grpid());
        assertEquals(IommuFault.PERM_READ | IommuFault.PERM_WRITE, fault.perm());
        assertTrue(fault.isLast() && fault.hasPasid() && fault.needsPasid());
        assertEquals(List.of(), responses());
    }

    private long queue() {
        return unit.get(VtdRegisters.PQA) & -0x1000L;
    }

    @Test
    void shouldDropAStopMarkerOnlyAfterTheRulesBefore() {
        assertEquals(List.of(), answerTo(PASID, 0, 0, L));
        assertEquals(List.of(), answerTo(PASID, PageRequest.PMR, 0, L));
        assertEquals(List.of("3101009:ac"), answerTo(-1, 0, 0, L));
        assertEquals(0, unit.core.reported.size());
    }

    @Test
    void shouldRefuseARequestWithoutPasid() {
        assertEquals(List.of("3101009:ac"), answerTo(-1, 0, 0x1000, R | L));
        assertEquals(List.of(), answerTo(-1, 0, 0x1000, R));
        assertTrue(unit.logged("without PASID"));
    }

    @Test
    void shouldRefuseAnAddressThatIsNotCanonical() {
        final List<String> refused = List.of("4203101019:ac");
        assertEquals(refused, answerTo(PASID, 0, 0x0000_8000_0000_0000L, R | L));
        assertEquals(refused, answerTo(PASID, 0, 0xfffe_8000_0000_0000L, R | L));
        assertEquals(List.of(), answerTo(PASID, 0, 0xffff_8000_0000_0000L, R | L));
        assertEquals(List.of(), answerTo(PASID, 0, 0x0000_7fff_ffff_f000L, R | L));
        assertEquals(2, unit.core.reported.size());
    }

    @Test
    void shouldRefusePrivilegedAndExecutingReads() {
        final List<String> refused = List.of("4203101019:ac");
        assertEquals(refused, answerTo(PASID, PageRequest.PMR, ADDRESS, R | L));
        assertEquals(refused, answerTo(PASID, PageRequest.PMR, ADDRESS, W | L));
        assertEquals(refused, answerTo(PASID, PageRequest.EXR, ADDRESS, R | L));
        assertEquals(0, unit.core.reported.size());
        assertEquals(List.of(), answerTo(PASID, PageRequest.EXR, ADDRESS, W | L));
        assertEquals(
                IommuFault.PERM_WRITE | IommuFault.PERM_EXEC, unit.core.reported.get(0).perm());
    }

    @Test
    void shouldReportWhatAsksForNothingYet() {
        assertEquals(List.of(), answerTo(PASID, 0, ADDRESS, 0));
        assertEquals(0, unit.core.reported.get(0).perm());
        assertEquals(List.of(), answerTo(PASID, PageRequest.PMR, ADDRESS, 0));
        assertEquals(IommuFault.PERM_PRIV, unit.core.reported.get(1).perm());
    }

    @Test
    void shouldRefuseAnUnknownRequester() {
        iommu.devices().remove(info);
        assertEquals(List.of("4203101019:ac"), answerTo(PASID, 0, ADDRESS, R | L));
        assertEquals(List.of(), answerTo(PASID, 0, ADDRESS, R));
    }

    @Test
    void shouldKnowRequestersWithTranslationServicesAloneIn612() {
        info.setSupported(false, true, false);
        assertEquals(List.of("4203101019:ac"), answerTo(PASID, 0, ADDRESS, R | L));
        assertEquals(0, unit.core.reported.size());
        begin(FaultGeneration.LINUX_5_X);
        info.setSupported(false, true, false);
        assertEquals(List.of(), answerTo(PASID, 0, ADDRESS, R | L));
        assertEquals(1, unit.core.reported.size());
    }

    @Test
    void shouldLeaveTheAnswerToTheCoreIn612() {
        unit.core.result = -Errno.EINVAL;
        assertEquals(List.of(), answerTo(PASID, 0, ADDRESS, R | L));
    }

    @Test
    void shouldOweTheAnswerBefore() {
        begin(FaultGeneration.LINUX_5_X);
        unit.core.result = -Errno.EINVAL;
        assertEquals(List.of("4203101019:ac"), answerTo(PASID, 0, ADDRESS, R | L));
        assertEquals(List.of(), answerTo(PASID, 0, ADDRESS, R));
    }

    @Test
    void shouldMakeAGroupOfWhatHasPrivateDataIn61() {
        begin(FaultGeneration.LINUX_5_X);
        unit.queueRequest(
                PageRequest.qw0(RID, PASID, PageRequest.PDP),
                PageRequest.qw1(ADDRESS, 0x15, R),
                0x1234,
                0x5678);
        unit.ringPrq();
        final IommuFault fault = unit.core.reported.get(0);
        assertTrue(fault.isLast());
        assertTrue((fault.flags() & IommuFault.FLAG_PRIV_DATA) != 0);
        assertEquals(0x1234, fault.privateData0());
        assertEquals(0x5678, fault.privateData1());
        assertEquals(0, iommu.responder().respond(info, fault, response(0)));
        final long[] sent = unit.descriptors.get(0);
        assertEquals(0x0000_0042_0310_0039L, sent[0]);
        assertEquals(0xac, sent[1]);
        assertEquals(0x1234, sent[2]);
        assertEquals(0x5678, sent[3]);
    }

    @Test
    void shouldAnswerABadRequestWithItsPrivateDataIn61() {
        begin(FaultGeneration.LINUX_5_X);
        unit.queueRequest(
                PageRequest.qw0(RID, PASID, PageRequest.PDP | PageRequest.PMR),
                PageRequest.qw1(ADDRESS, 0x15, R),
                0x1234,
                0x5678);
        unit.ringPrq();
        final long[] sent = unit.descriptors.get(0);
        assertEquals(0x0000_0042_0310_1039L, sent[0]);
        assertEquals(0xa8, sent[1]);
        assertEquals(0x1234, sent[2]);
        assertEquals(0x5678, sent[3]);
    }

    @Test
    void shouldNotKnowPrivateDataIn612() {
        unit.queueRequest(
                PageRequest.qw0(RID, PASID, PageRequest.PDP),
                PageRequest.qw1(ADDRESS, 0x15, R),
                0x1234,
                0x5678);
        unit.ringPrq();
        final IommuFault fault = unit.core.reported.get(0);
        assertEquals(0, fault.flags() & (IommuFault.FLAG_PRIV_DATA | IommuFault.FLAG_LAST_PAGE));
        assertEquals(0, fault.privateData0());
    }

    // ---- Responses ------------------------------------------------------------------------------

    private static IommuPageResponse response(final int code) {
        return new IommuPageResponse().set(PASID, 0x15, code);
    }

    private static IommuFault fault(final int flags) {
        return new IommuFault().pageRequest(flags, PASID, 0x15, IommuFault.PERM_READ, ADDRESS);
    }

    private static IommuFault lastFault() {
        return fault(IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE);
    }

    @Test
    void shouldWriteResponseCodesAsTheKernelNumbersThem() {
        final PageResponder responder = iommu.responder();
        assertEquals(0, responder.respond(info, lastFault(), response(PageResponseCode.SUCCESS)));
        assertEquals(0, responder.respond(info, lastFault(), response(PageResponseCode.INVALID)));
        assertEquals(0, responder.respond(info, lastFault(), response(PageResponseCode.FAILURE)));
        assertEquals(List.of("4203100019:ac", "4203101019:ac", "4203102019:ac"), responses());
    }

    @Test
    void shouldAnswerWhatWasNotTheLastIn612() {
        assertEquals(
                0,
                iommu.responder().respond(info, fault(IommuFault.FLAG_PASID_VALID), response(1)));
        assertEquals(List.of("4203101019:a8"), responses());
    }

    @Test
    void shouldNotAnswerThatIn61() {
        begin(FaultGeneration.LINUX_5_X);
        assertEquals(
                0,
                iommu.responder().respond(info, fault(IommuFault.FLAG_PASID_VALID), response(1)));
        assertEquals(List.of(), responses());
    }

    @Test
    void shouldRefuseToAnswerWithoutPasidIn61() {
        begin(FaultGeneration.LINUX_5_X);
        final PageResponder responder = iommu.responder();
        final IommuFault zero =
                new IommuFault()
                        .pageRequest(
                                IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE,
                                0,
                                1,
                                0,
                                0);
        assertEquals(-Errno.EINVAL, responder.respond(info, zero, response(0)));
        assertEquals(
                -Errno.EINVAL,
                responder.respond(info, fault(IommuFault.FLAG_LAST_PAGE), response(0)));
        assertEquals(-Errno.EINVAL, responder.respond(info, null, response(0)));
        assertEquals(List.of(), responses());
    }
}
