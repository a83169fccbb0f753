// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.MessageWire;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code dmar_fault()}: what is read, cleared and logged, in which order. */
final class FaultThreadTest {
    private static final int RECORDS = 0x220;

    private final FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);

    @BeforeEach
    void probe() {
        unit.probe();
        unit.accesses.clear();
    }

    private void ring() {
        ((MessageWire) unit.lines.get("fault")).pulse();
        unit.scheduler.runReady();
    }

    private void fault(final int index, final int sid, final int pasid, final int reason) {
        unit.record(
                index,
                0x1234_5000L,
                FaultRecord.F | FaultRecord.qw1(sid, pasid, reason, FaultRecord.TYPE_READ, 0, 0));
    }

    private List<String> lastLines(final int count) {
        final List<String> all = unit.log.recent();
        return all.subList(all.size() - count, all.size());
    }

    @Test
    void shouldLeaveErrorsOfTheInvalidationQueueAlone() {
        unit.setFsts(VtdRegisters.FSTS_IQE);
        ring();
        assertEquals(List.of("r 34"), unit.accesses);
        assertEquals(
                VtdRegisters.FSTS_IQE, (int) unit.get(VtdRegisters.FSTS) & VtdRegisters.FSTS_IQE);
        assertTrue(lastLines(1).get(0).endsWith("DRHD: handling fault status reg 10"));
    }

    @Test
    void shouldTakeRecordsFromTheFirstOneOnAndGoRound() {
        fault(7, 0x310, -1, VtdFaultReason.SM_CONTEXT_NOT_PRESENT);
        fault(0, 0x310, 0x42, VtdFaultReason.FS_NOT_PRESENT);
        unit.setFsts(7 << VtdRegisters.FSTS_FRI_SHIFT | VtdRegisters.FSTS_PFO);
        ring();
        assertEquals(
                List.of(
                        "r 34",
                        "r 29c",
                        "r 298",
                        "rq 290",
                        "w 29c=80000000",
                        "r 22c",
                        "r 228",
                        "rq 220",
                        "w 22c=80000000",
                        "r 23c",
                        "w 34=83"),
                unit.accesses);
        final List<String> lines = lastLines(3);
        assertTrue(lines.get(0).endsWith("DRHD: handling fault status reg 703"), lines.get(0));
        assertTrue(
                lines.get(1)
                        .contains(
                                "[DMA Read NO_PASID] Request device [03:02.0] fault addr"
                                        + " 0x12345000 [fault reason 0x41] SM: "),
                lines.get(1));
        assertTrue(
                lines.get(2)
                        .contains(
                                "[DMA Read PASID 0x42] Request device [03:02.0] fault addr"
                                        + " 0x12345000 [fault reason 0x71] SM: "),
                lines.get(2));
    }

    @Test
    void shouldSayThatAPageRequestIsAWrite() {
        unit.record(
                0,
                0x7f12_3456_7000L,
                FaultRecord.F
                        | FaultRecord.qw1(
                                0x310,
                                0x42,
                                VtdFaultReason.PRE,
                                FaultRecord.TYPE_PAGE_REQUEST,
                                0,
                                0));
        assertEquals(0x8000_4247_9000_0310L, unit.get(RECORDS + 8));
        ring();
        final String line = lastLines(1).get(0);
        assertTrue(line.contains("[DMA Write PASID 0x42]"), line);
        assertTrue(line.contains("fault addr 0x7f1234567000 [fault reason 0x47]"), line);
    }

    @Test
    void shouldSayWhichInterruptWasRefused() {
        unit.record(0, 0x5L << 48, FaultRecord.F | FaultRecord.qw1(0x310, -1, 0x22, 0, 0, 0));
        ring();
        final String line = lastLines(1).get(0);
        assertTrue(
                line.contains(
                        "[INTR-REMAP] Request device [03:02.0] fault index 0x5"
                                + " [fault reason 0x22]"),
                line);
    }

    @Test
    void shouldClearWhatItMayNotLog() {
        for (int i = 0; i < 12; i++) {
            fault(0, i, -1, VtdFaultReason.SM_CONTEXT_NOT_PRESENT);
            ring();
            assertEquals(0, unit.get(RECORDS + 8) & FaultRecord.F);
        }
        assertEquals(10, unit.log.recent().stream().filter(l -> l.contains("DMAR")).count());
        unit.accesses.clear();
        fault(0, 1, -1, VtdFaultReason.SM_CONTEXT_NOT_PRESENT);
        ring();
        assertEquals(List.of("r 34", "r 22c", "w 22c=80000000", "r 23c", "w 34=83"), unit.accesses);
        unit.kernel.udelay(5_000_001);
        fault(0, 1, -1, VtdFaultReason.SM_CONTEXT_NOT_PRESENT);
        ring();
        assertEquals(12, unit.log.recent().stream().filter(l -> l.contains("DMAR")).count());
    }

    @Test
    void shouldKnowNoWordsForWhatLinuxKnowsNone() {
        assertEquals("Unknown", FaultReasonText.of(0x0e));
        assertEquals("Unknown", FaultReasonText.of(0x33));
        assertEquals("Unknown", FaultReasonText.of(0x91));
    }

    @Test
    void shouldTakeOverWhatAFormerOwnerLeft() {
        final FakeUnit used = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);
        used.record(0, 0x1000, FaultRecord.F | FaultRecord.qw1(1, -1, 2, 0, 0, 0));
        used.setFsts(VtdRegisters.FSTS_PFO);
        used.probe();
        assertEquals(0, used.get(RECORDS + 8) & FaultRecord.F);
        assertEquals(List.of("83", "0"), used.stores(VtdRegisters.FSTS));
    }
}
