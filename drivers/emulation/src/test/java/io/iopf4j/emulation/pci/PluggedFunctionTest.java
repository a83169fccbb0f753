// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.PcieBus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A function that is reset or gone while page requests of it are outstanding. */
final class PluggedFunctionTest {
    private final PciBench bench = PciBench.enabled(PciFunctionConfig.roomy(), 2);

    @Test
    void shouldIgnoreAnAnswerThatComesAfterAReset() {
        bench.access(IOVA, READ);
        bench.endpoint.reset();
        assertEquals(0, bench.endpoint.inFlight());
        assertEquals(1, bench.endpoint.forgotten());
        bench.map(IOVA, READ);
        bench.succeed(0);
        assertEquals(List.of("asks 1 g0", "answered 1 g0 0", "ended 1 ABORTED"), bench.news());
        assertEquals(0, bench.reached, "no data moved");
        assertEquals(0, bench.endpoint.forgotten());
    }

    @Test
    void shouldEndWhatHasNotAskedYet() {
        bench.access(IOVA, READ);
        bench.access(IOVA, READ);
        bench.access(IOVA, READ);
        assertEquals(1, bench.endpoint.waiting());
        bench.endpoint.reset();
        assertEquals(List.of("asks 1 g0", "asks 2 g1", "ended 3 ABORTED"), bench.news());
        assertEquals(2, bench.endpoint.forgotten());
    }

    @Test
    void shouldNotTakeALateAnswerForThatOfANewRequest() {
        bench.access(IOVA, READ);
        bench.endpoint.reset();
        bench.access(IOVA, READ);
        assertEquals(List.of("asks 1 g0", "asks 2 g1"), bench.news());
        bench.endpoint.reset();
        bench.access(IOVA, READ);
        assertEquals(1, bench.endpoint.waiting(), "what it forgot has the allocation");
        bench.respond(PcieBus.INVALID_REQUEST, 1);
        assertEquals(List.of("answered 2 g1 1", "ended 2 ABORTED", "asks 3 g2"), bench.news());
        assertEquals(1, bench.endpoint.inFlight());
    }

    @Test
    void shouldForgetTranslations() {
        final PciBench caching =
                PciBench.enabled(PciFunctionConfig.roomy().withCachedTranslations(4), 2);
        caching.map(IOVA, READ);
        caching.access(IOVA, READ);
        caching.access(IOVA, READ);
        assertEquals(1, caching.iommu.translationRequests);
        caching.endpoint.reset();
        caching.access(IOVA, READ);
        assertEquals(2, caching.iommu.translationRequests);
    }

    @Test
    void shouldReadAsAllOnesOnceItIsGone() {
        final int pri = bench.capability(PciCapability.PRI);
        bench.access(IOVA, READ);
        bench.endpoint.unplug();
        assertTrue(bench.endpoint.isUnplugged());
        assertEquals(-1, bench.function.readl(0));
        assertEquals(0xffff, bench.function.readw(pri + PciCapability.PRI_STATUS));
        bench.function.writew(PciCapability.PRI_CTRL_RESET, pri + PciCapability.PRI_CTRL);
        assertEquals(List.of("asks 1 g0", "ended 1 ABORTED"), bench.news());
        assertThrows(IllegalStateException.class, () -> bench.access(IOVA, READ));
        bench.succeed(0);
        assertEquals(List.of(), bench.news(), "nobody hears an answer");
    }
}
