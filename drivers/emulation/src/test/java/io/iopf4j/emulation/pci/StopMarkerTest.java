// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.DELAY;
import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.PcieBus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that stops using a PASID. */
final class StopMarkerTest {
    private final PciBench bench = PciBench.enabled(PciFunctionConfig.roomy(), 2);

    @Test
    void shouldAskForNothingMoreAndSayItLast() {
        bench.access(IOVA, READ);
        bench.succeed(0);
        bench.accessPages(2);
        bench.access(IOVA, READ);
        bench.endpoint.access(PASID + 1, IOVA, READ);
        bench.news();
        bench.iommu.news();
        assertTrue(bench.endpoint.stopUsing(PASID));
        assertEquals(List.of("stop 66"), bench.iommu.news());
        assertEquals(List.of("ended 3 ABORTED", "ended 1 ABORTED"), bench.news());
        assertEquals(2, bench.endpoint.outstandingRequests(), "they are owed an answer");
        bench.succeed(1);
        assertEquals(List.of("answered 2 g1 0", "ended 2 ABORTED", "asks 4 g2"), bench.news());
        bench.bus.pageRequestResponse(RID, PASID + 1, PcieBus.SUCCESS, 2);
        bench.scheduler.runUntil(2 * DELAY);
        assertEquals(
                List.of("request 67 7f1234567000 1 g2 L", "request 67 7f1234567000 1 g3 L"),
                bench.iommu.news());
    }

    @Test
    void shouldLetOthersHaveItsPlace() {
        bench.endpoint.access(PASID + 1, IOVA, READ);
        bench.accessPages(2);
        bench.endpoint.access(PASID + 1, IOVA, READ);
        bench.iommu.news();
        bench.endpoint.stopUsing(PASID);
        assertEquals(List.of("stop 66", "request 67 7f1234567000 1 g1 L"), bench.iommu.news());
    }

    @Test
    void shouldUseThePasidAnew() {
        bench.access(IOVA, READ);
        bench.endpoint.stopUsing(PASID);
        bench.access(IOVA, READ);
        bench.map(IOVA, READ);
        bench.succeed(0);
        bench.succeed(1);
        assertTrue(bench.told.contains("ended 1 ABORTED"));
        assertTrue(bench.told.contains("ended 2 DONE"));
    }

    @Test
    void shouldSayNothingThatItMayNot() {
        bench.priControl(0);
        assertFalse(bench.endpoint.stopUsing(PASID));
        final PciBench withoutPasid = new PciBench(PciFunctionConfig.roomy());
        withoutPasid.enableAts();
        withoutPasid.enablePri(1);
        assertFalse(withoutPasid.endpoint.stopUsing(PASID));
        assertEquals(List.of(), bench.iommu.news());
        assertEquals(List.of(), withoutPasid.iommu.news());
    }
}
