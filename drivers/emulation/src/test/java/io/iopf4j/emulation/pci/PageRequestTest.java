// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.DELAY;
import static io.iopf4j.emulation.pci.PciBench.EXEC;
import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.MEMORY;
import static io.iopf4j.emulation.pci.PciBench.NO_PASID;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.PRIV;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static io.iopf4j.emulation.pci.PciBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.PcieBus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An access that misses, what is asked for it, and what each answer does. */
final class PageRequestTest {
    private final PciBench bench = PciBench.enabled();

    @Test
    void shouldAccessWhatIsTranslated() {
        bench.map(IOVA, READ | WRITE);
        assertEquals(1, bench.endpoint.nextId());
        assertEquals(1, bench.access(IOVA + 0x123, READ));
        assertEquals(MEMORY + 0x123, bench.reached);
        assertEquals(List.of("ended 1 DONE"), bench.news());
        assertEquals(List.of(), bench.iommu.news());
        assertEquals(0, bench.endpoint.inFlight());
    }

    @Test
    void shouldAskAndTryAgainWhenAnswered() {
        bench.access(IOVA + 0x123, READ | WRITE);
        assertEquals(List.of("request 66 7f1234567000 3 g0 L"), bench.iommu.news());
        assertEquals(1, bench.endpoint.outstandingRequests());
        bench.map(IOVA, READ | WRITE);
        bench.succeed(0);
        assertEquals(List.of("asks 1 g0", "answered 1 g0 0", "ended 1 DONE"), bench.news());
        assertEquals(MEMORY + 0x123, bench.reached);
        assertEquals(0, bench.endpoint.outstandingRequests());
    }

    @Test
    void shouldAskForPermissionsThatATranslationLacks() {
        bench.map(IOVA, READ);
        bench.access(IOVA, WRITE);
        assertEquals(List.of("request 66 7f1234567000 2 g0 L"), bench.iommu.news());
    }

    @Test
    void shouldAskAsItIsToldTo() {
        bench.access(IOVA, READ | EXEC | PRIV);
        bench.access(IOVA, WRITE | EXEC);
        bench.access(IOVA, PRIV);
        bench.endpoint.access(NO_PASID, IOVA, READ | EXEC | PRIV);
        bench.endpoint.access(NO_PASID, IOVA, 0);
        assertEquals(
                List.of(
                        "request 66 7f1234567000 13 g0 L",
                        "request 66 7f1234567000 6 g1 L",
                        "request 66 7f1234567000 9 g2 L",
                        "request -1 7f1234567000 1 g3 L",
                        "request -1 7f1234567000 1 g4 L"),
                bench.iommu.news());
    }

    @Test
    void shouldAskForAllMissingPagesInOneGroup() {
        bench.map(IOVA + 0x1000, READ);
        bench.accessPages(4);
        assertEquals(
                List.of(
                        "request 66 7f1234567000 1 g0",
                        "request 66 7f1234569000 1 g0",
                        "request 66 7f123456a000 1 g0 L"),
                bench.iommu.news());
        assertEquals(3, bench.endpoint.outstandingRequests());
        bench.map(IOVA, READ);
        bench.map(IOVA + 0x2000, READ);
        bench.succeed(0);
        bench.rest();
        assertEquals(List.of("request 66 7f123456a000 1 g1 L"), bench.iommu.news(), "what is left");
        bench.map(IOVA + 0x3000, READ);
        bench.succeed(1);
        assertEquals(
                List.of(
                        "asks 1 g0",
                        "answered 1 g0 0",
                        "asks 1 g1",
                        "answered 1 g1 0",
                        "ended 1 DONE"),
                bench.news());
    }

    @Test
    void shouldWaitBeforeItAsksAgain() {
        bench.access(IOVA, READ);
        bench.succeed(0);
        bench.iommu.news();
        bench.scheduler.runUntil(DELAY - 1);
        assertEquals(List.of(), bench.iommu.news());
        bench.scheduler.runUntil(DELAY);
        assertEquals(List.of("request 66 7f1234567000 1 g1 L"), bench.iommu.news());
        bench.succeed(1);
        bench.map(IOVA, READ);
        bench.rest();
        assertEquals(List.of(), bench.iommu.news(), "it came meanwhile");
        assertEquals(AccessResult.DONE.toString(), bench.told.get(4).substring(8));
    }

    @Test
    void shouldLoopInTimeWhileAFullQueueAnswersByItself() {
        bench.iommu.answerer =
                (rid, pasid, address, group, isLast) ->
                        bench.bus.pageRequestResponse(rid, pasid, PcieBus.SUCCESS, group);
        bench.access(IOVA, READ);
        bench.scheduler.runUntil(10 * DELAY);
        assertEquals(11, bench.iommu.news().size());
        assertEquals(1, bench.endpoint.inFlight());
    }

    @Test
    void shouldNotRetryAnInvalidRequest() {
        bench.access(IOVA, READ);
        bench.map(IOVA, READ);
        bench.respond(PcieBus.INVALID_REQUEST, 0);
        assertEquals(List.of("asks 1 g0", "answered 1 g0 1", "ended 1 ABORTED"), bench.news());
        bench.rest();
        assertEquals(1, bench.iommu.news().size());
        assertEquals(0, bench.priStatus());
        assertEquals(0, bench.endpoint.outstandingRequests());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 14, 15})
    void shouldGiveUpAtAResponseFailure(final int code) {
        bench.enablePri(3);
        bench.access(IOVA, READ);
        bench.succeed(0);
        bench.access(IOVA, READ);
        bench.access(IOVA, READ);
        bench.accessPages(2);
        bench.access(IOVA, READ);
        bench.news();
        bench.iommu.news();
        bench.respond(code, 2);
        assertEquals(
                List.of(
                        "answered 3 g2 " + code,
                        "ended 3 ABORTED",
                        "ended 2 ABORTED",
                        "ended 4 ABORTED",
                        "ended 5 ABORTED",
                        "ended 1 ABORTED"),
                bench.news());
        assertEquals(0, bench.priControl());
        assertEquals(
                PciCapability.PRI_STATUS_RF | PciCapability.PRI_STATUS_STOPPED, bench.priStatus());
        bench.succeed(1);
        bench.succeed(100);
        bench.scheduler.runUntil(5 * DELAY);
        assertEquals(List.of(), bench.news(), "nothing is heard");
        assertEquals(List.of(), bench.iommu.news());
        assertEquals(
                PciCapability.PRI_STATUS_RF | PciCapability.PRI_STATUS_STOPPED, bench.priStatus());
        bench.access(IOVA, READ);
        assertEquals(List.of("ended 6 ABORTED"), bench.news());
        bench.enablePri(3);
        assertEquals(0, bench.priStatus());
        bench.access(IOVA, READ);
        bench.map(IOVA, READ);
        bench.succeed(3);
        assertEquals(List.of("asks 7 g3", "answered 7 g3 0", "ended 7 DONE"), bench.news());
    }

    @Test
    void shouldSayThatAnAnswerWasUnexpected() {
        bench.access(IOVA, READ);
        bench.succeed(1);
        bench.succeed(-1);
        bench.succeed(512);
        bench.bus.pageStreamResponse(RID, PASID, PcieBus.SUCCESS, 0, IOVA);
        assertEquals(4, bench.endpoint.unexpectedResponses());
        assertEquals(1, bench.endpoint.inFlight());
        assertEquals(PciCapability.PRI_STATUS_UPRGI, bench.priStatus());
        bench.map(IOVA, READ);
        bench.succeed(0);
        bench.succeed(0);
        assertEquals(5, bench.endpoint.unexpectedResponses(), "twice");
        final int status = bench.capability(PciCapability.PRI) + PciCapability.PRI_STATUS;
        bench.function.writew(PciCapability.PRI_STATUS_RF, status);
        assertEquals(PciCapability.PRI_STATUS_UPRGI, bench.priStatus(), "another bit");
        bench.function.writew(PciCapability.PRI_STATUS_UPRGI, status);
        assertEquals(0, bench.priStatus());
    }

    @Test
    void shouldWantThePasidOfTheRequestInAnAnswer() {
        bench.access(IOVA, READ);
        bench.endpoint.access(NO_PASID, IOVA, READ);
        bench.bus.pageRequestResponse(RID, NO_PASID, PcieBus.INVALID_REQUEST, 0);
        bench.bus.pageRequestResponse(RID, PASID + 1, PcieBus.INVALID_REQUEST, 0);
        bench.bus.pageRequestResponse(RID, PASID, PcieBus.INVALID_REQUEST, 1);
        assertEquals(3, bench.endpoint.unexpectedResponses());
        assertEquals(2, bench.endpoint.inFlight());
        bench.bus.pageRequestResponse(RID, NO_PASID, PcieBus.INVALID_REQUEST, 1);
        bench.bus.pageRequestResponse(RID, PASID, PcieBus.INVALID_REQUEST, 0);
        assertEquals(0, bench.endpoint.inFlight());
    }

    @Test
    void shouldNotLookAtThePasidOfAnAnswerUnlessItSaysSo() {
        final PciBench lax =
                PciBench.enabled(
                        PciFunctionConfig.roomy().withPri(new PciFunctionConfig.Pri(8, false)), 8);
        lax.access(IOVA, READ);
        lax.bus.pageRequestResponse(RID, NO_PASID, PcieBus.INVALID_REQUEST, 0);
        assertEquals(0, lax.endpoint.inFlight());
    }

    @Test
    void shouldStandAnAnswerInTheMiddleOfAGroup() {
        bench.iommu.answerer =
                (rid, pasid, address, group, isLast) -> bench.respond(PcieBus.SUCCESS, group);
        bench.accessPages(3);
        assertEquals(List.of("request 66 7f1234567000 1 g0"), bench.iommu.news());
        assertEquals(0, bench.endpoint.outstandingRequests());
        bench.iommu.answerer = (rid, pasid, address, group, isLast) -> {};
        bench.rest();
        assertEquals(3, bench.iommu.news().size());
        bench.respond(PcieBus.INVALID_REQUEST, 1);
        assertEquals("ended 1 ABORTED", bench.told.get(bench.told.size() - 1));
    }

    @Test
    void shouldEndWhatCannotBeTranslated() {
        bench.iommu.refusal = AtsCompletion.ABORT;
        bench.accessPages(2);
        assertEquals(List.of("ended 1 ABORTED"), bench.news());
        assertEquals(List.of(), bench.iommu.news());
    }

    @Test
    void shouldGoUntranslatedWhereItMayNotAsk() {
        bench.iommu.refusal = AtsCompletion.UNSUPPORTED;
        bench.map(IOVA, READ);
        bench.access(IOVA, READ);
        bench.accessPages(2);
        assertEquals(List.of("ended 1 DONE", "ended 2 ABORTED"), bench.news());
    }

    @Test
    void shouldEndAsBadlyAsItsWorstPage() {
        bench.map(IOVA, READ);
        bench.map(IOVA + 0x1000, READ);
        bench.iommu.memoryResult = AccessResult.ABORTED;
        bench.accessPages(2);
        assertEquals(List.of("ended 1 ABORTED"), bench.news());
    }

    @Test
    void shouldGoOutUntranslatedWithoutAts() {
        bench.disableAts();
        bench.access(IOVA, READ);
        bench.map(IOVA, READ);
        bench.access(IOVA, READ);
        bench.accessPages(2);
        assertEquals(List.of("ended 1 ABORTED", "ended 2 DONE", "ended 3 ABORTED"), bench.news());
        assertEquals(4, bench.iommu.news().size());
        assertEquals(0, bench.iommu.translationRequests);
    }

    @Test
    void shouldNotSendWhatIsNotEnabled() {
        final PciBench poor = new PciBench(PciFunctionConfig.roomy());
        poor.map(IOVA, READ);
        poor.iommu.map(NO_PASID, IOVA, MEMORY, PciBench.PAGE, READ);
        poor.access(IOVA, READ);
        poor.endpoint.access(NO_PASID, IOVA, READ);
        poor.function.writew(1, poor.capability(PciCapability.PASID) + PciCapability.PASID_CTRL);
        poor.access(IOVA, READ | PRIV);
        poor.access(IOVA, READ | EXEC);
        poor.endpoint.access(1 << 20, IOVA, READ);
        poor.endpoint.access(-2, IOVA, READ);
        poor.access(IOVA, READ);
        assertEquals(
                List.of(
                        "ended 1 ABORTED",
                        "ended 2 DONE",
                        "ended 3 ABORTED",
                        "ended 4 ABORTED",
                        "ended 5 ABORTED",
                        "ended 6 ABORTED",
                        "ended 7 DONE"),
                poor.news());
    }

    @Test
    void shouldNotAskWithoutPri() {
        final PciBench without = new PciBench(PciFunctionConfig.roomy().withPri(null));
        without.enablePasid();
        without.enableAts();
        without.access(IOVA, READ);
        without.succeed(0);
        assertEquals(List.of("ended 1 ABORTED"), without.news());
        assertEquals(0, without.endpoint.outstandingRequests());
    }
}
