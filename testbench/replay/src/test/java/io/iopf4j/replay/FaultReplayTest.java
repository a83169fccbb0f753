// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults as hardware, its driver and the kernel's log show them happen again. */
class FaultReplayTest {
    private static ReplaySettings on(final Hardware.Iommu iommu) {
        return ReplaySettings.mainline(Map.of(), new Hardware(iommu));
    }

    private static void assertBooksHold(final ReplayResult result) {
        for (final Invariant invariant : result.run().bench().invariants().all()) {
            assertTrue(invariant.holds(), invariant.name() + ": " + invariant.breach());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vtd-legacy.dmesg.txt.gz, 33, 0",
        "vtd-legacy.dmesg.json.gz, 33, 0",
        "vtd-scalable.dmesg.txt.gz, 30, 0",
        "arm-a.dmesg.txt.gz, 80, 80",
        "arm-a.dmesg-raw.txt.gz, 80, 80",
        "virtio-iommu-a.dmesg.txt.gz, 50, 0"
    })
    void shouldRaiseEveryFaultOfAKernelLog(
            final String file, final long faults, final long withItsReason) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        assertEquals(
                new Unrecoverable(faults, faults, withItsReason),
                dump.replay(ReplaySettings.defaults()).unrecoverable());
        for (final Hardware.Iommu iommu : Hardware.Iommu.values()) {
            final ReplayResult result = dump.replay(on(iommu));
            assertEquals(faults, result.unrecoverable().raised(), iommu.name());
            assertEquals(faults, result.unrecoverable().recorded(), iommu.name());
            assertEquals(0, result.raised(), "no page request");
            assertBooksHold(result);
        }
    }

    /** Two requests of group 2, one of group 3, answers in reverse; group 4 stays open. */
    private static TraceText driversEvents() {
        return new TraceText()
                .event("prq_report", request(1, "0x7f0000001", "r----", 2))
                .event("prq_report", request(2, "0x7f0000002", "rw--l", 2))
                .event("prq_report", request(3, "0x7f0000003", "-w--l", 3))
                .event("qi_submit", answer(3, 0))
                .event("qi_submit", answer(2, 1))
                .event("prq_report", request(4, "0x7f0000004", "r---l", 4));
    }

    private static String request(
            final int seq, final String page, final String access, final int group) {
        return "dmar1/0000:6a:01.0 seq# %d: rid=0x6a08 addr=%s %s pasid=0x5 index=0x%x"
                .formatted(seq, page, access, group);
    }

    private static String answer(final int group, final int code) {
        return "page_grp_resp dmar1: 0x56a08%x019 0x%x 0x0 0x0".formatted(code, group << 3 | 4);
    }

    @Test
    void shouldReplayTheRequestsAndAnswersOfADriversEvents() throws IOException {
        final ReadDump dump = ReadDump.of(driversEvents());
        assertEquals(4, dump.summary().pageRequests());
        assertEquals(3, dump.summary().groups());
        assertEquals(1, dump.summary().success());
        assertEquals(1, dump.summary().invalid());
        assertEquals(1, dump.summary().unanswered());
        final ReplayResult result = dump.replay(ReplaySettings.defaults());
        assertEquals("vtd", result.run().bench().hardware().name());
        assertEquals(3, result.raised());
        assertEquals(3, result.comparison().matched(), result.comparison().firstDivergence());
        assertEquals(1, result.ledger().responses(PageResponseCode.SUCCESS));
        assertEquals(1, result.ledger().responses(PageResponseCode.INVALID));
        assertEquals(1L, result.outcomes().get(Outcome.OUTSTANDING));
        assertBooksHold(result);
    }

    @ParameterizedTest
    @EnumSource(Hardware.Iommu.class)
    void shouldReplayWhatTheProposedEventsShow(final Hardware.Iommu iommu) throws IOException {
        final TraceText text = new TraceText();
        for (int group = 1; group <= 3; group++) {
            text.event(
                    "dev_fault",
                    "IOMMU:dev0 type=2 reason=0 addr=0x%016x pasid=5 group=%d last=1 prot=2"
                            .formatted(group << 12, group));
        }
        text.event(
                "dev_fault",
                "IOMMU:dev1 type=1 reason=4 addr=0x1000 pasid=0 group=0 last=0 prot=1");
        text.event("dev_page_response", "IOMMU:dev0 code=0 addr=0x0 pasid=5 group=2");
        final ReadDump dump = ReadDump.of(text);
        assertEquals(3, dump.summary().groups());
        final ReplayResult result = dump.replay(on(iommu));
        assertEquals(3, result.comparison().matched(), result.comparison().firstDivergence());
        assertEquals(1L, result.outcomes().get(Outcome.ANSWERED));
        assertEquals(2L, result.outcomes().get(Outcome.OUTSTANDING));
        assertEquals(1, result.unrecoverable().recorded());
        assertBooksHold(result);
    }
}
