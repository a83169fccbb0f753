// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.MEMORY;
import static io.iopf4j.emulation.pci.PciBench.NO_PASID;
import static io.iopf4j.emulation.pci.PciBench.PAGE;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.PRIV;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static io.iopf4j.emulation.pci.PciBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.PcieBus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device's cache of translations, and what is on its way when it is told to forget. */
final class InvalidationTest {
    private static final long ELSEWHERE = 0x9000_0000L;

    private final PciBench bench =
            PciBench.enabled(PciFunctionConfig.roomy().withCachedTranslations(8), 32);

    private void cached(final int pasid, final long iova) {
        bench.iommu.map(pasid, iova, MEMORY, PAGE, READ);
        bench.endpoint.access(pasid, iova, READ);
        bench.iommu.map(pasid, iova, ELSEWHERE, PAGE, READ);
    }

    private boolean isStale(final int pasid, final long iova) {
        bench.endpoint.access(pasid, iova, READ);
        return bench.reached < ELSEWHERE;
    }

    private boolean forget(
            final int pasid, final boolean isGlobal, final long address, final int log2) {
        return bench.bus.invalidateTranslations(RID, pasid, isGlobal, address, log2);
    }

    @Test
    void shouldUseATranslationUntilItIsToldToForget() {
        cached(PASID, IOVA);
        assertTrue(isStale(PASID, IOVA + 8));
        assertEquals(MEMORY + 8, bench.reached);
        assertEquals(1, bench.iommu.translationRequests);
        assertTrue(forget(PASID, false, IOVA, PAGE));
        assertFalse(isStale(PASID, IOVA));
    }

    @Test
    void shouldForgetOnlyWhatIsMeant() {
        cached(PASID, IOVA);
        cached(PASID + 1, IOVA);
        cached(NO_PASID, IOVA);
        forget(PASID, false, IOVA + 0x1000, PAGE);
        assertTrue(isStale(PASID, IOVA), "another page");
        forget(PASID, false, IOVA & -0x1_0000L, 16);
        assertFalse(isStale(PASID, IOVA), "a span around it");
        assertTrue(isStale(PASID + 1, IOVA), "another PASID");
        forget(PASID, true, IOVA, PAGE);
        assertFalse(isStale(PASID + 1, IOVA), "every PASID");
        assertTrue(isStale(NO_PASID, IOVA), "without PASID");
        forget(NO_PASID, false, 0, 64);
        assertFalse(isStale(NO_PASID, IOVA));
    }

    @Test
    void shouldForgetEverythingOfAPasid() {
        cached(PASID, IOVA);
        cached(PASID, -0x1000);
        cached(PASID + 1, IOVA);
        forget(PASID, false, 0, 64);
        assertFalse(isStale(PASID, IOVA));
        assertFalse(isStale(PASID, -0x1000));
        assertTrue(isStale(PASID + 1, IOVA));
    }

    @Test
    void shouldIgnoreGlobalUnlessItKnowsIt() {
        final PciBench plain =
                PciBench.enabled(
                        PciFunctionConfig.roomy()
                                .withAts(new PciFunctionConfig.Ats(0, true, false))
                                .withCachedTranslations(8),
                        32);
        plain.map(IOVA, READ);
        plain.access(IOVA, READ);
        plain.bus.invalidateTranslations(RID, PASID + 1, true, 0, 64);
        plain.access(IOVA, READ);
        assertEquals(1, plain.iommu.translationRequests);
    }

    @Test
    void shouldForgetALargeTranslationByAnyOfItsPages() {
        bench.iommu.map(PASID, 0x20_0000, MEMORY, 21, READ);
        bench.access(0x20_1234, READ);
        assertEquals(MEMORY + 0x1234, bench.reached);
        bench.access(0x3f_ffff, READ);
        assertEquals(MEMORY + 0x1f_ffff, bench.reached);
        assertEquals(1, bench.iommu.translationRequests);
        forget(PASID, false, 0x30_0000, PAGE);
        bench.access(0x20_1234, READ);
        assertEquals(2, bench.iommu.translationRequests);
    }

    @Test
    void shouldTranslateAgainForWhatWasNotGranted() {
        cached(PASID, IOVA);
        bench.map(IOVA, READ | WRITE);
        bench.access(IOVA, WRITE);
        assertEquals(2, bench.iommu.translationRequests);
        bench.access(IOVA, READ | PRIV);
        assertEquals(3, bench.iommu.translationRequests, "asked for without privilege");
        forget(PASID, false, IOVA, PAGE);
        bench.access(IOVA, READ | PRIV);
        assertEquals(4, bench.iommu.translationRequests);
    }

    @Test
    void shouldCacheNoMoreThanItHasRoomFor() {
        for (int i = 0; i < 9; i++) {
            cached(PASID, IOVA + ((long) i << PAGE));
        }
        int stale = 0;
        for (int i = 8; i > 0; i--) {
            stale += isStale(PASID, IOVA + ((long) i << PAGE)) ? 1 : 0;
        }
        assertEquals(8, stale);
        assertFalse(isStale(PASID, IOVA));
    }

    @Test
    void shouldForgetAllWithoutAts() {
        cached(PASID, IOVA);
        bench.disableAts();
        bench.enableAts();
        assertFalse(isStale(PASID, IOVA));
    }

    @Test
    void shouldLeaveInvalidationsUnanswered() {
        cached(PASID, IOVA);
        bench.endpoint.withholdInvalidations(2);
        assertFalse(forget(PASID, false, IOVA, PAGE));
        assertFalse(forget(PASID, false, IOVA, PAGE));
        assertTrue(isStale(PASID, IOVA));
        assertTrue(forget(PASID, false, IOVA, PAGE));
        assertFalse(isStale(PASID, IOVA));
    }

    @Test
    void shouldDeliverWhatIsOnItsWayBeforeItAnswers() {
        bench.endpoint.holdRequests(true);
        bench.accessPages(2);
        bench.access(IOVA, READ);
        assertTrue(bench.endpoint.stopUsing(5));
        assertEquals(List.of(), bench.iommu.news());
        assertEquals(4, bench.endpoint.heldRequests());
        bench.endpoint.withholdInvalidations(1);
        assertFalse(forget(PASID, false, 0, 64));
        assertEquals(List.of(), bench.iommu.news(), "no answer, no order");
        assertTrue(forget(PASID + 1, false, 0, 64));
        assertEquals(
                List.of(
                        "request 66 7f1234567000 1 g0",
                        "request 66 7f1234568000 1 g0 L",
                        "request 66 7f1234567000 1 g1 L",
                        "stop 5"),
                bench.iommu.news());
        bench.access(IOVA, READ);
        assertEquals(List.of(), bench.iommu.news(), "still held");
    }

    @Test
    void shouldDeliverInOrderWhenReleased() {
        bench.endpoint.holdRequests(true);
        for (int i = 0; i < 30; i++) {
            bench.access(IOVA + ((long) i << PAGE), READ);
        }
        bench.enablePri(30);
        bench.access(IOVA + (30L << PAGE), READ);
        bench.iommu.answerer =
                (rid, pasid, address, group, isLast) ->
                        bench.respond(PcieBus.INVALID_REQUEST, group);
        bench.endpoint.holdRequests(false);
        final List<String> heard = bench.iommu.news();
        assertEquals(31, heard.size());
        for (int i = 0; i < 31; i++) {
            assertTrue(heard.get(i).contains(" g" + i + " L"), heard.get(i));
        }
        assertEquals(0, bench.endpoint.heldRequests());
        assertEquals(0, bench.endpoint.inFlight());
    }

    @Test
    void shouldKeepWhatADeliverySetsOff() {
        bench.enablePri(1);
        bench.endpoint.holdRequests(true);
        bench.access(IOVA, READ);
        bench.access(IOVA, READ);
        bench.iommu.answerer =
                (rid, pasid, address, group, isLast) ->
                        bench.respond(PcieBus.INVALID_REQUEST, group);
        forget(PASID, false, 0, 64);
        assertEquals(List.of("request 66 7f1234567000 1 g0 L"), bench.iommu.news());
        assertEquals(1, bench.endpoint.heldRequests());
    }
}
