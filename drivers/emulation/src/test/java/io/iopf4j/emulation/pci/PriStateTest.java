// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.DELAY;
import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.PcieBus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Enabling, stopping and resetting a page request interface, and what it may have outstanding. */
final class PriStateTest {
    private static final int STOPPED = PciCapability.PRI_STATUS_STOPPED;
    private static final int UPRGI = PciCapability.PRI_STATUS_UPRGI;

    private final PciBench bench = PciBench.enabled(PciFunctionConfig.roomy(), 3);

    @Test
    void shouldStopOnlyWhenWhatIsOutstandingIsAnswered() {
        bench.access(IOVA, READ);
        bench.accessPages(2);
        assertEquals(0, bench.priStatus());
        bench.priControl(0);
        assertEquals(0, bench.priControl());
        assertEquals(0, bench.priStatus(), "stopping");
        bench.respond(PcieBus.INVALID_REQUEST, 0);
        assertEquals(0, bench.priStatus(), "stopping");
        bench.map(IOVA, READ);
        bench.map(IOVA + 0x1000, READ);
        bench.succeed(1);
        assertEquals(STOPPED, bench.priStatus());
        assertTrue(bench.told.contains("ended 2 DONE"), "it was asked for before");
    }

    @Test
    void shouldAskForNothingWhenDisabled() {
        bench.access(IOVA, READ);
        bench.succeed(0);
        bench.accessPages(3);
        bench.access(IOVA, READ);
        bench.news();
        bench.iommu.news();
        bench.priControl(0);
        assertEquals(List.of("ended 3 ABORTED", "ended 1 ABORTED"), bench.news());
        bench.access(IOVA, READ);
        assertEquals(List.of("ended 4 ABORTED"), bench.news());
        bench.succeed(1);
        assertEquals(
                List.of("answered 2 g1 0", "ended 2 ABORTED"), bench.news(), "it may not again");
        bench.scheduler.runUntil(5 * DELAY);
        assertEquals(List.of(), bench.iommu.news());
        bench.succeed(1);
        assertEquals(STOPPED | UPRGI, bench.priStatus());
    }

    @Test
    void shouldForgetWhatIsOutstandingInAReset() {
        bench.accessPages(2);
        bench.priControl(PciCapability.PRI_CTRL_RESET | PciCapability.PRI_CTRL_ENABLE);
        assertEquals(2, bench.endpoint.outstandingRequests(), "it is on");
        bench.priControl(0);
        assertEquals(0, bench.priStatus());
        bench.priControl(PciCapability.PRI_CTRL_RESET);
        assertEquals(STOPPED, bench.priStatus());
        assertEquals(List.of("asks 1 g0", "ended 1 ABORTED"), bench.news());
        bench.succeed(0);
        assertEquals(STOPPED | UPRGI, bench.priStatus());
        bench.priControl(PciCapability.PRI_CTRL_ENABLE);
        assertEquals(0, bench.priStatus(), "enabling clears");
    }

    @Test
    void shouldStopAtOnceWhenDisabledWithAReset() {
        bench.access(IOVA, READ);
        bench.priControl(PciCapability.PRI_CTRL_RESET);
        assertEquals(STOPPED, bench.priStatus());
        assertEquals(0, bench.endpoint.inFlight());
    }

    @Test
    void shouldNotExceedItsAllocationAndKeepTheOrder() {
        bench.accessPages(2);
        bench.accessPages(2);
        bench.access(IOVA, READ);
        assertEquals(2, bench.iommu.news().size(), "the third fits, but was not first");
        assertEquals(2, bench.endpoint.waiting());
        bench.respond(PcieBus.INVALID_REQUEST, 0);
        assertEquals(
                List.of(
                        "asks 1 g0",
                        "answered 1 g0 1",
                        "ended 1 ABORTED",
                        "asks 2 g1",
                        "asks 3 g2"),
                bench.news());
        assertEquals(3, bench.endpoint.outstandingRequests());
        assertEquals(0, bench.endpoint.waiting());
    }

    @Test
    void shouldPutARetryBehindWhatWaits() {
        bench.accessPages(3);
        bench.access(IOVA, READ);
        bench.accessPages(3);
        bench.succeed(0);
        bench.news();
        bench.rest();
        assertEquals(List.of(), bench.news());
        bench.respond(PcieBus.INVALID_REQUEST, 1);
        bench.respond(PcieBus.INVALID_REQUEST, 2);
        assertEquals(
                List.of(
                        "answered 2 g1 1",
                        "ended 2 ABORTED",
                        "asks 3 g2",
                        "answered 3 g2 1",
                        "ended 3 ABORTED",
                        "asks 1 g3"),
                bench.news());
    }

    @Test
    void shouldEndWhatCanNeverBeAskedFor() {
        bench.accessPages(4);
        assertEquals(List.of("ended 1 ABORTED"), bench.news());
        bench.accessPages(3);
        bench.accessPages(3);
        bench.access(IOVA, READ);
        bench.enablePri(2);
        assertEquals(List.of("asks 2 g0", "ended 3 ABORTED"), bench.news(), "less than before");
        assertEquals(1, bench.endpoint.waiting());
    }

    @Test
    void shouldBeLimitedByItsCapacity() {
        final PciBench small =
                PciBench.enabled(
                        PciFunctionConfig.roomy().withPri(new PciFunctionConfig.Pri(2, true)), -1);
        small.access(IOVA, READ);
        small.access(IOVA, READ);
        small.access(IOVA, READ);
        assertEquals(2, small.endpoint.outstandingRequests());
    }

    @Test
    void shouldAskForMoreWhenItIsAllocatedMore() {
        bench.accessPages(3);
        bench.accessPages(2);
        bench.iommu.news();
        bench.function.writel(
                5, bench.capability(PciCapability.PRI) + PciCapability.PRI_ALLOCATION);
        assertEquals(2, bench.iommu.news().size());
    }

    @Test
    void shouldHaveNoMoreGroupsThanIndices() {
        final PciBench large =
                PciBench.enabled(
                        PciFunctionConfig.roomy().withPri(new PciFunctionConfig.Pri(2048, true)),
                        2048);
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < 513; i++) {
            large.access(IOVA, READ);
            if (i < 512) {
                expected.add("request 66 7f1234567000 1 g" + i + " L");
            }
        }
        assertEquals(expected, large.iommu.news());
        assertEquals(1, large.endpoint.waiting());
        large.respond(PcieBus.INVALID_REQUEST, 300);
        assertEquals(List.of("request 66 7f1234567000 1 g300 L"), large.iommu.news());
        assertEquals(512, large.endpoint.outstandingRequests());
    }

    @Test
    void shouldNotAskForOneFromWithinTheOther() {
        final PciBench wide = PciBench.enabled(PciFunctionConfig.roomy(), 1);
        final int many = 20_000;
        for (int i = 0; i < many; i++) {
            wide.access(IOVA, READ);
        }
        wide.iommu.news();
        wide.iommu.answerer =
                (rid, pasid, address, group, isLast) ->
                        wide.respond(PcieBus.INVALID_REQUEST, group);
        wide.respond(PcieBus.INVALID_REQUEST, 0);
        assertEquals(0, wide.endpoint.inFlight());
        assertEquals(many, wide.ended.size());
    }
}
