// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page request thread and the responses of 2017: 128 bits, groups and streams. */
final class PrqThread2017Test {
    private static final int RID = 0x310;
    private static final int PASID = 0x42;
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final long SRR = PageRequestRev2.SRR;
    private static final long LPIG = PageRequestRev2.LPIG;
    private static final long R = PageRequestRev2.RDR;
    private static final long W = PageRequestRev2.WRR;

    private final FakeUnit unit = new FakeUnit(FakeUnit.REVISION_2, FaultGeneration.SERIES_2017);
    private IntelIommu iommu;
    private DeviceInfo info;

    @BeforeEach
    void probe() {
        iommu = unit.probe();
        info = TestDevices.add(iommu, RID);
        unit.accesses.clear();
        unit.descriptors.clear();
    }

    private void request(final int pasid, final long address, final long of0, final long of1) {
        unit.queueRequest(
                PageRequestRev2.qw0(RID, pasid, 0x15, 0x1234, of0),
                PageRequestRev2.qw1(RID, address, of1));
        unit.ringPrq();
    }

    private static IommuPageResponse response(final int type, final int code) {
        return new IommuPageResponse().set(PASID, 0x15, code).stream(type, ADDRESS);
    }

    private int respond(final int type, final int code) {
        return iommu.responder().respond(info, null, response(type, code));
    }

    private List<String> sent() {
        return unit.descriptorsButWaits();
    }

    @Test
    void shouldReportAGroupAndAnswerIt() {
        request(PASID, ADDRESS, LPIG, R | W);
        final long queue = unit.get(VtdRegisters.PQA) & -0x1000L;
        assertEquals(0x0a80_1234_0300_042cL, unit.memory.readLong(queue));
        assertEquals(0x0000_7f12_3456_7103L, unit.memory.readLong(queue + 8));
        final IommuFault fault = unit.core.reported.get(0);
        assertEquals(PageResponseType.GROUP, fault.responseType());
        assertEquals(IommuFault.PERM_READ | IommuFault.PERM_WRITE, fault.perm());
        assertEquals(ADDRESS, fault.addr());
        assertEquals(0x15, fault.grpid());
        assertEquals(0x1234, fault.privateData1());
        assertTrue(fault.isLast());
        assertEquals(List.of(), sent());
        assertEquals(0, respond(PageResponseType.GROUP, PageResponseCode.SUCCESS));
        assertEquals(List.of("4203100019:a80123400000000"), sent());
        assertEquals(List.of("10"), unit.stores(VtdRegisters.PQH));
    }

    @Test
    void shouldReportAStreamAndAnswerIt() {
        request(PASID, ADDRESS, SRR, R);
        final long queue = unit.get(VtdRegisters.PQA) & -0x1000L;
        assertEquals(0x0a80_1234_0300_0425L, unit.memory.readLong(queue));
        assertEquals(0x0000_7f12_3456_7101L, unit.memory.readLong(queue + 8));
        final IommuFault fault = unit.core.reported.get(0);
        assertEquals(PageResponseType.STREAM, fault.responseType());
        assertFalse(fault.isLast());
        assertEquals(0, respond(PageResponseType.STREAM, PageResponseCode.SUCCESS));
        assertEquals(List.of("a8012340300042a:7f1234567100"), sent());
    }

    @Test
    void shouldRefuseAnAnswerOfTheOtherType() {
        request(PASID, ADDRESS, SRR, R);
        assertEquals(-Errno.EINVAL, respond(PageResponseType.GROUP, PageResponseCode.SUCCESS));
        assertEquals(-Errno.EINVAL, respond(0, PageResponseCode.SUCCESS));
        assertEquals(List.of(), sent());
        assertEquals(0, respond(PageResponseType.STREAM, PageResponseCode.SUCCESS));
        assertEquals(-Errno.EINVAL, respond(PageResponseType.STREAM, PageResponseCode.SUCCESS));
        request(PASID, ADDRESS, LPIG, R);
        assertEquals(-Errno.EINVAL, respond(PageResponseType.STREAM, PageResponseCode.SUCCESS));
        assertEquals(1, sent().size());
    }

    @Test
    void shouldAnswerTheStreamRequestOfThatAddress() {
        request(PASID, ADDRESS, SRR, R);
        request(PASID, ADDRESS + 0x1000, SRR, R);
        final IommuPageResponse second =
                response(PageResponseType.STREAM, 0).stream(
                        PageResponseType.STREAM, ADDRESS + 0x1000);
        assertEquals(0, iommu.responder().respond(info, null, second));
        assertEquals(-Errno.EINVAL, iommu.responder().respond(info, null, second));
        assertEquals(0, respond(PageResponseType.STREAM, 1));
        assertEquals(
                List.of("a8012340300042a:7f1234568100", "a8012340300042a:7f1234567101"), sent());
    }

    /** Not every answer carries the address. */
    @Test
    void shouldAnswerTheOldestStreamRequestIfNoAddressSaysWhich() {
        request(PASID, ADDRESS, SRR, R);
        request(PASID, ADDRESS + 0x1000, SRR, R);
        final IommuPageResponse some =
                response(PageResponseType.STREAM, 0).stream(PageResponseType.STREAM, 0);
        assertEquals(0, iommu.responder().respond(info, null, some));
        assertEquals(0, iommu.responder().respond(info, null, some));
        assertEquals(
                List.of("a8012340300042a:7f1234567100", "a8012340300042a:7f1234568100"), sent());
    }

    @Test
    void shouldPreferTheGroup() {
        unit.core.result = -Errno.ENOSYS;
        request(PASID, ADDRESS, LPIG | SRR, R);
        assertEquals(PageResponseType.GROUP, unit.core.reported.get(0).responseType());
        assertEquals(List.of("4203100019:a8012340000000f"), sent());
    }

    @Test
    void shouldFailWhatNobodyTakes() {
        unit.core.result = -Errno.ENOSYS;
        request(PASID, ADDRESS, SRR, R);
        request(PASID, ADDRESS, 0, R);
        assertEquals(List.of("a8012340300042a:7f123456710f"), sent());
        assertEquals(-Errno.EINVAL, respond(PageResponseType.STREAM, 0));
    }

    @Test
    void shouldFailWhatHasNoPasidAndRefuseWhatIsNotCanonical() {
        request(-1, ADDRESS, LPIG, R);
        request(-1, ADDRESS, SRR, R);
        request(PASID, 0x0000_8000_0000_0000L, LPIG, R);
        assertEquals(
                List.of(
                        "3100009:a8012340000000f",
                        "a8012340300000a:7f123456710f",
                        "4203100019:a80123400000001"),
                sent());
        assertEquals(0, unit.core.reported.size());
    }

    @Test
    void shouldFailARequesterThatNobodyKnows() {
        iommu.devices().remove(info);
        request(PASID, ADDRESS, LPIG, R);
        assertEquals(List.of("4203100019:a8012340000000f"), sent());
        assertEquals(0, unit.core.reported.size());
    }

    @Test
    void shouldNotKnowStopMarkersNorOverflows() {
        unit.registers.merge((long) VtdRegisters.PRS, VtdRegisters.PRS_PRO, (a, b) -> a | b);
        request(PASID, 0, LPIG, 0);
        assertEquals(1, unit.core.reported.size());
        assertEquals(VtdRegisters.PRS_PRO, (int) unit.get(VtdRegisters.PRS));
        assertEquals(
                List.of("w dc=1", "rq c8", "rq c0", "wq c0=10"),
                unit.accessesIn(VtdRegisters.PQH, VtdRegisters.PECTL));
    }

    @Test
    void shouldEndWhatADeviceWaitsFor() {
        request(PASID, ADDRESS, LPIG, R);
        request(PASID, ADDRESS, SRR, R);
        iommu.responder().endAll(info);
        assertEquals(List.of("4203100019:a80123400000001", "a8012340300042a:7f1234567101"), sent());
        assertEquals(-Errno.EINVAL, respond(PageResponseType.GROUP, 0));
    }

    @Test
    void shouldFailWhatItCannotRemember() {
        for (int i = 0; i < OutstandingRequests.CAPACITY; i++) {
            request(PASID, 0x1000L * i, SRR, R);
        }
        assertEquals(List.of(), sent());
        request(PASID, 0x1000L * OutstandingRequests.CAPACITY, SRR, R);
        assertEquals(List.of("a8012340300042a:100010f"), sent());
    }

    @Test
    void shouldAnswerScalableHardwareWith61sDescriptors() {
        final FakeUnit modern = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.SERIES_2017);
        final IntelIommu taken = modern.probe();
        final DeviceInfo device = TestDevices.add(taken, RID);
        modern.descriptors.clear();
        modern.queueRequest(
                PageRequest.qw0(RID, PASID, PageRequest.PDP),
                PageRequest.qw1(ADDRESS, 0x15, PageRequest.RDR),
                0x12,
                0x34);
        modern.ringPrq();
        assertEquals(
                -Errno.EINVAL,
                taken.responder().respond(device, null, response(PageResponseType.STREAM, 0)));
        assertEquals(
                0,
                taken.responder()
                        .respond(
                                device,
                                null,
                                response(PageResponseType.GROUP, PageResponseCode.FAILURE_2017)));
        final long[] sent = modern.descriptors.get(0);
        assertEquals(0x0000_0042_0310_f039L, sent[0]);
        assertEquals(0x12, sent[2]);
        assertEquals(0x34, sent[3]);
    }

    @Test
    void shouldFailOnScalableHardwareWhatNobodyTakes() {
        final FakeUnit modern = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.SERIES_2017);
        TestDevices.add(modern.probe(), RID);
        modern.descriptors.clear();
        modern.core.result = -Errno.ENOSYS;
        modern.queueRequest(
                PageRequest.qw0(RID, PASID, 0),
                PageRequest.qw1(ADDRESS, 0x15, PageRequest.RDR | PageRequest.LPIG),
                0,
                0);
        modern.ringPrq();
        assertEquals(List.of("420310f019:ac"), modern.descriptorsButWaits());
    }
}
