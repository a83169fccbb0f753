// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each invalidation as it is in the queue, bit by bit. */
final class FlushTest {
    private static final int SID = 0x310;
    private static final int PASID = 0x42;

    private FakeUnit unit;
    private IntelIommu iommu;
    private QiFlush flush;
    private DeviceInfo info;

    @BeforeEach
    void probe() {
        begin(new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12));
    }

    private void begin(final FakeUnit fresh) {
        unit = fresh;
        iommu = fresh.probe();
        flush = iommu.flush();
        info = TestDevices.add(iommu, SID);
        fresh.descriptors.clear();
    }

    private void assertSent(final String expected, final int result) {
        assertEquals(0, result);
        assertEquals(List.of(expected), unit.descriptorsButWaits());
        unit.descriptors.clear();
    }

    @Test
    void shouldInvalidateContexts() {
        assertSent("31000000031:0", flush.flushContext(Invalidation.CC_DEVICE, 0, SID, 0));
        assertSent("3031000050021:0", flush.flushContext(Invalidation.CC_DOMAIN, 5, SID, 3));
    }

    @Test
    void shouldDrainWhereTheUnitCan() {
        assertSent("500e2:0", flush.flushIotlb(Invalidation.IOTLB_DOMAIN, 5, 0, 0));
        assertSent("500f2:12300004", flush.flushIotlb(Invalidation.IOTLB_PAGES, 5, 0x1230_0000, 4));
        begin(
                new FakeUnit(
                        new VtdCapabilities(
                                FakeUnit.SCALABLE.cap()
                                        & ~(VtdCapabilities.DWD | VtdCapabilities.DRD),
                                FakeUnit.SCALABLE.ecap()),
                        FaultGeneration.LINUX_6_12));
        assertSent("50022:0", flush.flushIotlb(Invalidation.IOTLB_DOMAIN, 5, 0, 0));
    }

    @Test
    void shouldInvalidatePasids() {
        assertSent("4200010017:0", flush.flushPasidCache(Invalidation.PC_PASID, 1, PASID));
        assertSent("37:0", flush.flushPasidCache(Invalidation.PC_GLOBAL, 0, 0));
        assertSent("4200010026:0", flush.flushPasidIotlb(1, PASID, 0, QiFlush.ALL_PAGES, false));
        assertSent("4200010036:12345000", flush.flushPasidIotlb(1, PASID, 0x1234_5000, 1, false));
        assertSent("4200010036:12344042", flush.flushPasidIotlb(1, PASID, 0x1234_5000, 3, true));
    }

    @Test
    void shouldInvalidateDevices() {
        assertSent("31000000003:7ffffffffffff001", flush.flushDevTlb(info, 0, QiFlush.ALL_LOG2));
        assertSent(
                "4203100008:7ffffffffffff800",
                flush.flushDevTlbPasid(info, PASID, 0, QiFlush.ALL_LOG2));
        info.setAtsQueueDepth(16);
        assertSent("31000100003:17001", flush.flushDevTlb(info, 0x1_0000, 4));
        assertSent("4203100108:17800", flush.flushDevTlbPasid(info, PASID, 0x1_0000, 4));
    }

    @Test
    void shouldNotAskDevicesWhileNothingIsTranslatedIn612() {
        iommu.control().disable(VtdRegisters.TE);
        assertEquals(0, flush.flushDevTlb(info, 0, QiFlush.ALL_LOG2));
        assertEquals(0, flush.flushDevTlbPasid(info, PASID, 0, QiFlush.ALL_LOG2));
        assertEquals(List.of(), unit.descriptors);
        begin(new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_5_X));
        iommu.control().disable(VtdRegisters.TE);
        assertSent("31000000003:7ffffffffffff001", flush.flushDevTlb(info, 0, QiFlush.ALL_LOG2));
    }
}
