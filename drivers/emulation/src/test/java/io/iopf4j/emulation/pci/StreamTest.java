// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.Scheduler;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Page requests that are answered one by one. */
final class StreamTest {
    private final PciBench bench = PciBench.enabled(PciFunctionConfig.roomy().streaming(), 3);

    private void answer(final int code, final int group, final long address) {
        bench.bus.pageStreamResponse(RID, PASID, code, group, address);
    }

    @Test
    void shouldAskForEachPageAndWaitForAll() {
        bench.accessPages(2);
        assertEquals(
                List.of("stream 66 7f1234567000 1 g0 p1", "stream 66 7f1234568000 1 g0 p1"),
                bench.iommu.news());
        bench.map(IOVA, READ);
        bench.map(IOVA + 0x1000, READ);
        answer(PcieBus.SUCCESS, 0, IOVA + 0x1000);
        assertEquals(1, bench.endpoint.outstandingRequests());
        answer(PcieBus.SUCCESS, 0, IOVA + 0x1000);
        assertEquals(1, bench.endpoint.unexpectedResponses(), "twice");
        answer(PcieBus.SUCCESS, 0, IOVA);
        assertEquals(
                List.of("asks 1 g0", "unexpected g0 0", "answered 1 g0 0", "ended 1 DONE"),
                bench.news());
    }

    @Test
    void shouldGiveBackWhatEachHolds() {
        bench.accessPages(3);
        bench.access(IOVA, READ);
        bench.iommu.news();
        answer(PcieBus.SUCCESS, 0, IOVA);
        assertEquals(List.of("stream 66 7f1234567000 1 g1 p2"), bench.iommu.news());
    }

    @Test
    void shouldEndByTheWorstAnswer() {
        bench.accessPages(3);
        answer(PcieBus.INVALID_REQUEST, 0, IOVA);
        answer(PcieBus.SUCCESS, 0, IOVA + 0x1000);
        assertEquals(1, bench.endpoint.inFlight());
        answer(PcieBus.SUCCESS, 0, IOVA + 0x2000);
        assertEquals(List.of("asks 1 g0", "answered 1 g0 1", "ended 1 ABORTED"), bench.news());
        bench.accessPages(3);
        answer(PcieBus.RESPONSE_FAILURE, 1, IOVA);
        assertEquals(List.of("asks 2 g1", "answered 2 g1 15", "ended 2 ABORTED"), bench.news());
        assertEquals(
                PciCapability.PRI_STATUS_RF | PciCapability.PRI_STATUS_STOPPED, bench.priStatus());
    }

    @Test
    void shouldNotTakeAnAnswerToAGroup() {
        bench.access(IOVA, READ);
        bench.succeed(0);
        answer(PcieBus.SUCCESS, 0, IOVA + 0x1000);
        answer(PcieBus.SUCCESS, 1, IOVA);
        bench.bus.pageStreamResponse(RID, PASID + 1, PcieBus.SUCCESS, 0, IOVA);
        assertEquals(4, bench.endpoint.unexpectedResponses());
        assertEquals(1, bench.endpoint.inFlight());
    }

    @Test
    void shouldStandAnAnswerToAPageThatItHasYetToAskFor() {
        bench.iommu.answerer =
                (rid, pasid, address, group, isLast) ->
                        answer(PcieBus.INVALID_REQUEST, group, IOVA + 0x2000);
        bench.accessPages(3);
        assertEquals(2, bench.iommu.news().size());
        answer(PcieBus.SUCCESS, 0, IOVA);
        answer(PcieBus.SUCCESS, 0, IOVA + 0x1000);
        assertEquals("ended 1 ABORTED", bench.told.get(bench.told.size() - 1));
    }

    @Test
    void shouldNeedWhoTakesItsRequests() {
        final PciFunction function = new PciFunction(PciFunctionConfig.roomy().streaming());
        assertThrows(
                IllegalArgumentException.class,
                () -> new PciEndpoint(0, "x", 1, bench.iommu, new Scheduler(1), function, bench));
    }
}
