// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.GateBench;
import java.util.List;

/** {@code credit}: requests count, not groups, and a response returns those of its group. */
class CreditTest {
    @EverySemantics
    void shouldCountRequests(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=3");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        bench.report(dev, last(2));
        bench.report(dev, last(3));
        assertEquals(List.of(1, 2), bench.seenGrpids());
        assertEquals(List.of(new Answer("dev", 0, 3, INVALID)), bench.core.answers);
        assertEquals(3, bench.gate.account(dev).outstandingRequests());
    }

    @EverySemantics
    void shouldReturnAllOfGroupWithItsResponse(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=3");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        bench.answer(bench.seen().get(0), SUCCESS);
        bench.reportGroups(dev, 2, 3);
        assertEquals(List.of(1, 2, 3, 4), bench.seenGrpids());
    }

    @EverySemantics
    void shouldRefuseGroupThatRunsOutOfCreditHalfWay(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=2");
        final IommuDevice dev = bench.device("dev");
        final Account account = bench.gate.account(dev);
        assertEquals(null, account);
        bench.report(dev, partial(1));
        bench.report(dev, partial(1));
        bench.report(dev, partial(1));
        assertEquals(2, bench.gate.account(dev).outstandingRequests());
        assertEquals(0, bench.report(dev, last(1)));
        assertEquals(List.of(), bench.seen());
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
        assertEquals(0, bench.gate.account(dev).outstandingRequests());
        assertEquals(4, bench.notebook.count("reported"));
        // Nothing of the refused group goes into the next one of its id.
        bench.report(dev, last(1));
        assertEquals(1, bench.gate.account(dev).outstandingRequests());
        assertEquals(1, bench.seen().size());
    }

    /** The device that hears it may ask again at once. */
    @EverySemantics
    void shouldReturnCreditsOfARefusedGroupBeforeItsAnswerGoesOut(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=1");
        final IommuDevice dev = bench.device("dev");
        bench.core.driver.whileAnswering(() -> bench.report(dev, last(2)));
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        assertEquals(List.of(2), bench.seenGrpids());
        assertEquals(List.of(1), bench.answeredGrpids());
    }

    @EverySemantics
    void shouldRefuseAtLastRequest(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=1");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        assertEquals(0, bench.report(dev, last(1)));
        assertEquals(List.of(), bench.seen());
        assertEquals(List.of(1), bench.answeredGrpids());
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @EverySemantics
    void shouldCountEachDeviceByItself(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "credit=1");
        bench.reportGroups(bench.device("first"), 1, 2);
        bench.reportGroups(bench.device("second"), 3, 2);
        assertEquals(List.of(1, 3), bench.seenGrpids());
    }
}
