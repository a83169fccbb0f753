// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code intel_iommu_drain_pasid_prq()}. */
final class PrqDrainTest {
    private static final int RID = 0x310;
    private static final int PASID = 0x42;

    private FakeUnit unit;
    private IntelIommu iommu;
    private DeviceInfo info;

    private void begin(final FakeUnit fresh) {
        unit = fresh;
        iommu = fresh.probe();
        info = TestDevices.add(iommu, RID);
        info.setRidDomain(null, 7);
        fresh.accesses.clear();
        fresh.descriptors.clear();
        fresh.core.queue.clear();
    }

    private void begin(final FaultGeneration generation) {
        begin(new FakeUnit(FakeUnit.SCALABLE, generation));
    }

    private List<String> sent() {
        return unit.descriptors.stream().map(d -> Long.toHexString(d[0])).toList();
    }

    private void request(final int pasid) {
        unit.queueRequest(
                PageRequest.qw0(RID, pasid, 0),
                PageRequest.qw1(0x1000, 1, PageRequest.RDR | PageRequest.LPIG),
                0,
                0);
    }

    @Test
    void shouldDrainByTheDomainOfTheRequesterNotOfThePasid() {
        begin(FaultGeneration.LINUX_6_12);
        iommu.prqDrain().drain(info, PASID);
        assertEquals(List.of("200000045", "4200070026", "4203100008", "2000000a5"), sent());
        assertEquals(0x7fff_ffff_ffff_f800L, unit.descriptors.get(2)[1]);
        assertEquals(0, unit.descriptors.get(0)[1]);
        assertEquals(List.of("flush"), unit.core.queue);
        assertEquals(1, unit.stores(VtdRegisters.IQT).size());
    }

    @Test
    void shouldDrainTheRequesterItself() {
        begin(FaultGeneration.LINUX_6_12);
        iommu.prqDrain().drain(info, 0);
        assertEquals(List.of("200000045", "700e2", "31000000003", "2000000a5"), sent());
        assertEquals(0x7fff_ffff_ffff_f001L, unit.descriptors.get(2)[1]);
    }

    @Test
    void shouldForgetOnePageOfTheDeviceIn61() {
        begin(FaultGeneration.LINUX_5_X);
        iommu.prqDrain().drain(info, PASID);
        assertEquals(List.of("200000045", "4200070026", "4203100008", "2000000a5"), sent());
        assertEquals(0, unit.descriptors.get(2)[1]);
    }

    @Test
    void shouldDrainTheRequesterAsAPasidIn61() {
        begin(FaultGeneration.LINUX_5_X);
        iommu.prqDrain().drain(info, 0);
        assertEquals(List.of("200000045", "70026", "3100008", "2000000a5"), sent());
    }

    @Test
    void shouldNotDrainIn2017() {
        begin(FaultGeneration.SERIES_2017);
        iommu.prqDrain().drain(info, PASID);
        assertEquals(List.of(), sent());
    }

    @Test
    void shouldNotDrainWithoutPri() {
        begin(FaultGeneration.LINUX_6_12);
        info.setPriEnabled(false);
        iommu.prqDrain().drain(info, PASID);
        assertEquals(List.of(), sent());
        assertEquals(List.of(), unit.accesses);
    }

    /** No interrupt is pending: Linux would wait for one that never comes. */
    @Test
    void shouldTakeRequestsOffTheQueueFirst() {
        begin(FaultGeneration.LINUX_6_12);
        request(PASID);
        iommu.prqDrain().drain(info, PASID);
        assertEquals(1, unit.core.reported.size());
        assertEquals(0x20, unit.get(VtdRegisters.PQH));
        assertEquals("flush", unit.core.queue.get(0));
        assertEquals(4, sent().size());
    }

    @Test
    void shouldLeaveRequestsOfOtherPasidsInTheQueue() {
        begin(FaultGeneration.LINUX_6_12);
        request(PASID + 1);
        request(-1);
        iommu.prqDrain().drain(info, PASID);
        iommu.prqDrain().drain(info, 0);
        assertEquals(0, unit.core.reported.size());
        assertEquals(0, unit.get(VtdRegisters.PQH));
    }

    @Test
    void shouldDrainAgainAfterAnOverflow() {
        final int[] drains = {0};
        begin(
                new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12) {
                    @Override
                    void consumed(final long[] descriptor) {
                        if ((descriptor[0] & Invalidation.WAIT_PD) != 0
                                && Invalidation.type(descriptor[0]) == Invalidation.WAIT
                                && drains[0]++ == 0) {
                            registers.merge(
                                    (long) VtdRegisters.PRS, VtdRegisters.PRS_PRO, (a, b) -> a | b);
                        }
                    }
                });
        iommu.prqDrain().drain(info, PASID);
        assertEquals(2, drains[0]);
        assertEquals(sent().subList(0, 4), sent().subList(4, 8));
        assertEquals(List.of("flush", "discard"), unit.core.queue);
        assertEquals(0, unit.get(VtdRegisters.PRS));
    }

    @Test
    void shouldNotWaitForAnOverflowThatNobodyClears() {
        begin(
                new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12) {
                    @Override
                    void consumed(final long[] descriptor) {
                        registers.merge(
                                (long) VtdRegisters.PRS, VtdRegisters.PRS_PRO, (a, b) -> a | b);
                    }
                });
        iommu.prqDrain().drain(info, PASID);
        assertTrue(unit.logged("could not be drained"));
    }

    /** A report may end in a drain; the thread must neither wait for itself nor go round again. */
    @Test
    void shouldNotTakeABatchTwiceIfAReportDrains() {
        begin(FaultGeneration.LINUX_6_12);
        request(PASID);
        unit.core.duringReport = () -> iommu.prqDrain().drain(info, PASID);
        unit.ringPrq();
        assertEquals(1, unit.core.reported.size());
        assertEquals(List.of("20"), unit.stores(VtdRegisters.PQH));
        assertEquals(4, sent().size());
    }
}
