// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The driver's queues and threads over the model: what really comes back. */
final class ModelTest {
    private static final IntelOptions SMALL = new IntelOptions(true, 0, 32);
    private static final int SMALL_ENTRIES = 128;

    @Test
    void shouldAnswerAPageRequest() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        bench.request(0x15, true);
        bench.scheduler.runReady();
        assertEquals(1, bench.core.reported.size());
        assertEquals(ModelBench.ADDRESS, bench.core.reported.get(0).addr());
        assertEquals(0, bench.respond(0, PageResponseCode.SUCCESS));
        assertEquals(List.of("310 42 0 15"), bench.answers);
    }

    /** Upstream: the code goes out as the kernel numbers it, and PCIe has no such one. */
    @Test
    void shouldSendTheKernelsFailure() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        bench.request(1, true);
        bench.scheduler.runReady();
        bench.respond(0, PageResponseCode.FAILURE);
        assertEquals(List.of("310 42 2 1"), bench.answers);
    }

    @Test
    void shouldRecoverFromAnOverflow() {
        final ModelBench bench =
                new ModelBench(VtdConfig.scalable(), FaultGeneration.LINUX_6_12, SMALL);
        for (int i = 0; i < SMALL_ENTRIES + 2; i++) {
            bench.request(i, true);
        }
        assertEquals(3, bench.answers.size(), "answered by the unit itself");
        bench.core.queue.clear();
        bench.scheduler.runReady();
        assertEquals(SMALL_ENTRIES - 1, bench.core.reported.size());
        assertEquals(List.of("discard"), bench.core.queue);
        assertEquals(1, bench.iommu.overflowNotices());
        bench.request(0x1ff, true);
        bench.scheduler.runReady();
        assertEquals(SMALL_ENTRIES, bench.core.reported.size());
    }

    /** Upstream of 2017: PRO is never cleared, and the queue stays shut. */
    @Test
    void shouldNotRecoverFromAnOverflowIn2017() {
        final ModelBench bench =
                new ModelBench(VtdConfig.revision2(), FaultGeneration.SERIES_2017, SMALL);
        for (int i = 0; i < 256; i++) {
            bench.request(i, true);
        }
        bench.scheduler.runReady();
        assertEquals(255, bench.core.reported.size());
        bench.answers.clear();
        bench.request(0x1ff, true);
        bench.scheduler.runReady();
        assertEquals(255, bench.core.reported.size());
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldGoRoundWithoutOverflow() {
        final ModelBench bench =
                new ModelBench(VtdConfig.scalable(), FaultGeneration.LINUX_6_12, SMALL);
        for (int i = 0; i < 5 * SMALL_ENTRIES; i++) {
            bench.request(i & 0x1ff, true);
            if (i % 50 == 0) {
                bench.scheduler.runReady();
            }
        }
        bench.scheduler.runReady();
        assertEquals(5 * SMALL_ENTRIES, bench.core.reported.size());
        assertEquals(0, bench.iommu.overflowNotices());
    }

    @Test
    void shouldGoOnAfterABadDescriptor() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        assertEquals(-Errno.EINVAL, bench.iommu.qi().submitOne(0xb, 0, 0, 0));
        assertEquals(0, bench.iommu.qi().submitOne(0x31, 0, 0, 0));
        assertEquals(0, bench.model.registers().readl(VtdRegisters.FSTS));
        for (int i = 0; i < 600; i++) {
            assertEquals(0, bench.iommu.qi().submitOne(0x31, 0, 0, 0));
        }
    }

    @Test
    void shouldGoOnAfterADeviceThatDidNotComplete() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        bench.withheld = 2;
        assertEquals(
                0,
                bench.iommu
                        .flush()
                        .flushDevTlbPasid(bench.info, ModelBench.PASID, 0, QiFlush.ALL_LOG2));
        assertEquals(3, bench.invalidations.size());
        assertEquals(0, bench.model.registers().readl(VtdRegisters.FSTS));
        bench.iommu.devices().remove(bench.info);
        bench.withheld = 1;
        assertEquals(
                -Errno.ETIMEDOUT, bench.iommu.flush().flushDevTlb(bench.info, 0, QiFlush.ALL_LOG2));
        assertEquals(0, bench.iommu.qi().submitOne(0x31, 0, 0, 0));
    }

    @Test
    void shouldLogAFaultThatNobodyCanAnswer() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        final List<AccessResult> results = new ArrayList<>();
        bench.model.access(
                (id, result) -> results.add(result), 1, 0x1ff, -1, 0x5000, ModelBench.READ);
        bench.scheduler.runReady();
        assertEquals(1, results.size());
        assertTrue(bench.logged("[DMA Read NO_PASID] Request device [01:1f.7] fault addr 0x5000"));
        assertEquals(0, bench.model.registers().readl(VtdRegisters.FSTS));
    }

    @Test
    void shouldDrainWhatIsQueued() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        bench.request(3, true);
        bench.core.queue.clear();
        bench.iommu.prqDrain().drain(bench.info, ModelBench.PASID);
        assertEquals(1, bench.core.reported.size());
        assertEquals(List.of("flush"), bench.core.queue);
        assertEquals(List.of("310 42 0 64"), bench.invalidations);
    }

    /** Upstream of 6.1: of the device's TLB one page is forgotten. */
    @Test
    void shouldHardlyInvalidateWhileItDrainsIn61() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_5_X);
        bench.iommu.prqDrain().drain(bench.info, ModelBench.PASID);
        assertEquals(List.of("310 42 0 12"), bench.invalidations);
    }

    @Test
    void shouldAnswerGroupsAndStreamsIn2017() {
        final ModelBench bench =
                new ModelBench(VtdConfig.revision2(), FaultGeneration.SERIES_2017, SMALL);
        bench.request(0x15, true);
        bench.model.pageStreamRequest(
                ModelBench.RID,
                ModelBench.PASID,
                ModelBench.ADDRESS,
                ModelBench.READ,
                0x16,
                false,
                0x1234);
        bench.scheduler.runReady();
        assertEquals(2, bench.core.reported.size());
        assertEquals(PageResponseType.STREAM, bench.core.reported.get(1).responseType());
        assertEquals(0, bench.respond(1, PageResponseCode.SUCCESS));
        assertEquals(0, bench.respond(0, PageResponseCode.FAILURE_2017));
        assertEquals(List.of("310 42 0 16 7f1234567000", "310 42 f 15"), bench.answers);
        assertEquals(-Errno.EINVAL, bench.respond(0, PageResponseCode.SUCCESS));
    }

    @Test
    void shouldTakeTheUnitOverFromItself() {
        final ModelBench bench = ModelBench.of(FaultGeneration.LINUX_6_12);
        bench.iommu.remove();
        final int gsts = bench.model.registers().readl(VtdRegisters.GSTS);
        assertEquals(0, gsts & (VtdRegisters.TE | VtdRegisters.QIE));
        bench.request(1, true);
        bench.scheduler.runReady();
        assertTrue(bench.core.reported.isEmpty());
        assertFalse(bench.logged("malfunctioning"));
    }
}
