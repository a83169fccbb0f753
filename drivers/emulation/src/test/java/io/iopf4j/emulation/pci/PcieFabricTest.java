// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.NO_PASID;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.PcieBus;
import org.junit.jupiter.api.Test;

/** Who hears what an IOMMU sends. */
final class PcieFabricTest {
    private final PciBench bench = PciBench.enabled();
    private final PciFunction function = new PciFunction(PciFunctionConfig.roomy());
    private final PciEndpoint far = endpoint(0xffff, function);

    private PciEndpoint endpoint(final int rid, final PciFunction registers) {
        return new PciEndpoint(8, "far", rid, bench.iommu, bench.scheduler, registers, bench);
    }

    @Test
    void shouldReachEachByItsNumber() {
        bench.bus.add(far);
        assertSame(far, bench.bus.at(0xffff));
        assertSame(bench.endpoint, bench.bus.at(RID));
        assertNull(bench.bus.at(0xff10), "the other's bus");
        assertNull(bench.bus.at(0x1_0310));
        assertNull(bench.bus.at(-1));
        bench.access(IOVA, READ);
        for (final int rid : new int[] {0xffff, 0x0311, 0x1_0310, -1, 0}) {
            bench.bus.pageRequestResponse(rid, PASID, PcieBus.SUCCESS, 0);
            bench.bus.pageStreamResponse(rid, PASID, PcieBus.SUCCESS, 0, IOVA);
        }
        assertEquals(1, bench.endpoint.inFlight());
        assertEquals(0, bench.endpoint.unexpectedResponses());
        assertEquals(2, far.unexpectedResponses());
        far.withholdInvalidations(1);
        assertTrue(bench.bus.invalidateTranslations(RID, NO_PASID, false, 0, 64));
        assertTrue(bench.bus.invalidateTranslations(5, NO_PASID, false, 0, 64), "nobody");
        assertFalse(bench.bus.invalidateTranslations(0xffff, NO_PASID, false, 0, 64));
    }

    @Test
    void shouldForgetWhoIsPulledOut() {
        bench.bus.add(far);
        bench.bus.remove(far);
        bench.bus.remove(far);
        assertNull(bench.bus.at(0xffff));
        bench.bus.add(far);
        bench.bus.remove(endpoint(RID, new PciFunction(PciFunctionConfig.roomy())));
        assertSame(bench.endpoint, bench.bus.at(RID), "somebody else of that number");
    }

    @Test
    void shouldRefuseTwoInOnePlace() {
        assertThrows(IllegalArgumentException.class, () -> bench.bus.add(bench.endpoint));
        final PciEndpoint wide = endpoint(0x1_0000, new PciFunction(PciFunctionConfig.roomy()));
        assertThrows(IllegalArgumentException.class, () -> bench.bus.add(wide));
        assertThrows(IllegalArgumentException.class, () -> endpoint(9, function));
    }
}
