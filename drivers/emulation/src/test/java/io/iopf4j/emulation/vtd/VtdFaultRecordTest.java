// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.EXEC;
import static io.iopf4j.emulation.vtd.VtdBench.NO_PASID;
import static io.iopf4j.emulation.vtd.VtdBench.PASID;
import static io.iopf4j.emulation.vtd.VtdBench.PRIV;
import static io.iopf4j.emulation.vtd.VtdBench.READ;
import static io.iopf4j.emulation.vtd.VtdBench.RID;
import static io.iopf4j.emulation.vtd.VtdBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import org.junit.jupiter.api.Test;

/** What is recorded of a fault, where, and what is lost. */
final class VtdFaultRecordTest {
    private static final int FRCD = 0x220;
    private static final int PPF = VtdRegisters.FSTS_PPF;
    private static final int PFO = VtdRegisters.FSTS_PFO;

    private VtdBench bench = VtdBench.scalable();

    private void restart(final int records) {
        bench = VtdBench.scalable(VtdConfig.scalable().withFaultRecords(records));
    }

    /** A fault of a requester that has no root entry. */
    private void fault(final int rid) {
        bench.access(rid, NO_PASID, 0x1000L * rid, READ);
    }

    private long high(final int index) {
        return bench.regs.readq(FRCD + 16 * index + 8);
    }

    private void assertRecorded(final int rid, final int index) {
        assertEquals(0x1000L * rid, bench.regs.readq(FRCD + 16 * index));
        assertEquals(rid, FaultRecord.sid(high(index)));
    }

    private void clear(final int index) {
        bench.regs.writel(1 << 31, FRCD + 16 * index + 12);
    }

    @Test
    void shouldRecordEachFieldOfARequest() {
        bench.access(0x1234, NO_PASID, 0xffff_8000_1234_5678L, READ | EXEC | PRIV);
        bench.access(0xffff, 0xf_ffff, 0x5678, WRITE | PRIV);
        bench.access(0x1234, 0, 0, READ | EXEC);
        assertEquals(0xffff_8000_1234_5000L, bench.regs.readq(FRCD));
        assertEquals(0xc000_0039_0000_1234L, high(0));
        assertEquals(0x5000, bench.regs.readq(FRCD + 16));
        assertEquals(0x8fff_ff39_a000_ffffL, high(1));
        assertEquals(0xc000_0039_c000_1234L, high(2));
    }

    /** The type is that of a page request, whose T1 is 0: a driver prints a write. */
    @Test
    void shouldRecordARefusedPageRequestBitForBit() {
        bench.context(ScalableContextEntry.DTE | ScalableContextEntry.PASIDE);
        bench.vtd.pageRequest(RID, PASID, 0x7f12_3456_7000L, READ, 0x15, true);
        assertEquals(0x7f12_3456_7000L, bench.regs.readq(FRCD));
        assertEquals(0x8000_4247_9000_0310L, high(0));
    }

    @Test
    void shouldSayHowAnAddressWasMeant() {
        bench.context(ScalableContextEntry.PASIDE);
        bench.vtd.translationRequest(RID, NO_PASID, 0x5000, READ);
        bench.vtd.translatedAccess(bench, 1, RID, NO_PASID, 0x6000, WRITE);
        assertEquals(0xd000_0044_0000_0310L, high(0));
        assertEquals(0xa000_0044_0000_0310L, high(1));
    }

    @Test
    void shouldRecordNothingThatFpdSilences() {
        bench.context(ScalableContextEntry.FPD);
        bench.access(RID, PASID, 0, READ);
        assertEquals(0, bench.fsts());
        bench.context(0);
        bench.access(RID, PASID, 0, READ);
        assertEquals(PPF, bench.fsts());
    }

    @Test
    void shouldClearARecordByEitherStore() {
        fault(0x100);
        fault(0x200);
        bench.regs.writeq(-1, FRCD);
        bench.regs.writel(-1, FRCD + 8);
        bench.regs.writel(Integer.MAX_VALUE, FRCD + 12);
        bench.regs.writeq(Long.MAX_VALUE, FRCD + 8);
        bench.regs.writel(PPF, VtdRegisters.FSTS);
        assertEquals(PPF, bench.fsts());
        assertRecorded(0x100, 0);
        bench.regs.writeq(FaultRecord.F, FRCD + 8);
        assertEquals(PPF, bench.fsts(), "one is left");
        clear(1);
        assertEquals(0, bench.fsts());
        assertRecorded(0x200, 1);
        clear(1);
        assertEquals(0, bench.fsts());
    }

    @Test
    void shouldSayWhichRecordIsFirstAndWrapAround() {
        restart(2);
        fault(0x100);
        clear(0);
        fault(0x200);
        fault(0x300);
        assertEquals(PPF | 1 << 8, bench.fsts());
        assertRecorded(0x200, 1);
        assertRecorded(0x300, 0);
        // It stays while there is any.
        clear(1);
        assertEquals(PPF | 1 << 8, bench.fsts());
    }

    @Test
    void shouldLoseFaultsFromAnOverflowOnUntilItIsCleared() {
        restart(2);
        fault(0x100);
        fault(0x200);
        clear(1);
        fault(0x300);
        assertEquals(PPF | PFO, bench.fsts());
        assertRecorded(0x100, 0);
        clear(0);
        assertEquals(PFO, bench.fsts());
        fault(0x400);
        assertEquals(PFO, bench.fsts());
        bench.regs.writel(PFO, VtdRegisters.FSTS);
        assertEquals(0, bench.fsts());
        fault(0x500);
        assertRecorded(0x500, 0);
        assertEquals(2, bench.messages.size());
    }

    @Test
    void shouldStartWithTheFirstRegisterWhenTranslationIsTurnedOff() {
        fault(0x100);
        clear(0);
        bench.commandOff(VtdRegisters.TE);
        bench.command(VtdRegisters.TE);
        fault(0x200);
        assertRecorded(0x200, 0);
    }

    @Test
    void shouldClearNothingElseWithWhatADriverStores() {
        fault(0x100);
        bench.submit(0xb, 0);
        bench.regs.writel(0x83, VtdRegisters.FSTS);
        assertEquals(PPF | VtdRegisters.FSTS_IQE, bench.fsts());
    }
}
