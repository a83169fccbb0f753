// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdClient.FRCD;
import static io.iopf4j.qtest.VtdClient.FSTS;
import static io.iopf4j.qtest.VtdClient.PFO;
import static io.iopf4j.qtest.VtdClient.PPF;
import static io.iopf4j.qtest.VtdScript.ABORTED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fault recording registers: their fields, their order, their overflow. */
class VtdFaultRecordTest {
    private static final int NO_ROOT = 0x39;

    private VtdScript script = new VtdScript();
    private VtdClient vtd = script.vtd;

    @AfterEach
    void leave() {
        script.close();
    }

    private void restart(final int records) {
        leave();
        script = new VtdScript(VtdConfig.scalable().withFaultRecords(records), VtdClient.SCALABLE);
        vtd = script.vtd;
    }

    private void fault(final int rid) {
        script.assertEnds(ABORTED, rid, NO_PASID, 0x1000L * rid, READ);
    }

    private void assertRecord(final int index, final int rid) {
        VtdScript.assertWords(
                vtd.load(VtdClient.at(FRCD + 16 * index), 2),
                0x1000L * rid,
                VtdWords.fault(rid, NO_PASID, NO_ROOT, VtdWords.READ));
    }

    private void clear(final int index) {
        vtd.set(FRCD + 16 * index + 12, 1 << 31);
    }

    // ---- Fields ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // RID, PASID, access, word 1.
        "0x0310, -1, 1, 0xc000003900000310",
        "0x0310, -1, 2, 0x8000003900000310",
        "0xffff, -1, 13, 0xc00000390000ffff",
        "0x0000, 0, 1, 0xc000003980000000",
        "0x0310, 0x42, 1, 0xc000423980000310",
        "0x0310, 0x42, 2, 0x8000423980000310",
        "0x0310, 0xfffff, 5, 0xcfffff39c0000310",
        "0x0310, 0xfffff, 9, 0xcfffff39a0000310",
        "0x0310, 0x42, 13, 0xc0004239e0000310",
        "0x0310, 0x42, 10, 0x80004239a0000310"
    })
    void shouldRecordARequestBitForBit(
            final String rid, final String pasid, final int access, final String word1) {
        script.assertEnds(
                ABORTED,
                Integer.decode(rid),
                Integer.decode(pasid),
                0xffff_f123_4567_89abL,
                access);
        script.assertFault(0xffff_f123_4567_8000L, Long.parseUnsignedLong(word1.substring(2), 16));
    }

    @Test
    void shouldKeepARecordUntilItIsCleared() {
        fault(0x10);
        assertRecord(0, 0x10);
        vtd.set64(FRCD, -1);
        vtd.set(FRCD + 8, -1);
        vtd.set(FRCD + 12, 0x7fff_ffff);
        assertRecord(0, 0x10);
        vtd.assertRegister(PPF, FSTS);
        vtd.set(FSTS, PPF);
        vtd.assertRegister(PPF, FSTS);
        clear(0);
        vtd.assertRegister(0, FSTS);
        assertEquals(0, vtd.get64(FRCD + 8) >>> 63);
    }

    @Test
    void shouldClearARecordByEightBytesToo() {
        fault(0x10);
        vtd.set64(FRCD + 8, 1L << 63);
        vtd.assertRegister(0, FSTS);
    }

    // ---- Order ----------------------------------------------------------------------------------

    @Test
    void shouldRecordOneAfterTheOther() {
        for (int i = 0; i < 8; i++) {
            fault(0x100 * (i + 1));
        }
        for (int i = 0; i < 8; i++) {
            assertRecord(i, 0x100 * (i + 1));
        }
        vtd.assertRegister(PPF, FSTS);
        assertEquals(List.of(VtdClient.FAULT_IRQ), script.client.interrupts());
    }

    /** With two registers and the first record in the second one, order is 1, then 0. */
    @Test
    void shouldSayWhichRecordIsTheFirst() {
        restart(2);
        fault(0x100);
        clear(0);
        fault(0x200);
        vtd.assertRegister(PPF | 1 << 8, FSTS);
        fault(0x300);
        assertRecord(1, 0x200);
        assertRecord(0, 0x300);
        vtd.assertRegister(PPF | 1 << 8, FSTS);
    }

    @Test
    void shouldGoRoundAndRound() {
        restart(3);
        for (int i = 1; i <= 20; i++) {
            fault(0x100 * i);
            vtd.assertRegister(PPF | (i - 1) % 3 << 8, FSTS);
            assertRecord((i - 1) % 3, 0x100 * i);
            clear((i - 1) % 3);
        }
    }

    // ---- Overflow -------------------------------------------------------------------------------

    @Test
    void shouldLoseAFaultWithoutARegisterAndSaySo() {
        restart(1);
        fault(0x100);
        script.client.interrupts();
        fault(0x200);
        vtd.assertRegister(PPF | PFO, FSTS);
        assertRecord(0, 0x100);
        assertEquals(List.of(), script.client.interrupts());
        // Nothing is recorded while PFO is set, though there is a register.
        clear(0);
        vtd.assertRegister(PFO, FSTS);
        fault(0x300);
        vtd.assertRegister(PFO, FSTS);
        vtd.set(FSTS, PFO);
        vtd.assertRegister(0, FSTS);
        fault(0x400);
        vtd.assertRegister(PPF, FSTS);
        assertRecord(0, 0x400);
        assertEquals(List.of(VtdClient.FAULT_IRQ), script.client.interrupts());
    }

    @Test
    void shouldOverflowAtTheNextRegisterThoughAnotherIsFree() {
        restart(2);
        fault(0x100);
        fault(0x200);
        clear(1);
        fault(0x300);
        vtd.assertRegister(PPF | PFO, FSTS);
        assertRecord(0, 0x100);
    }

    @Test
    void shouldHave256Registers() {
        restart(256);
        for (int i = 0; i < 256; i++) {
            fault(0x100 + i);
        }
        vtd.assertRegister(PPF, FSTS);
        assertRecord(255, 0x1ff);
        fault(0x900);
        vtd.assertRegister(PPF | PFO, FSTS);
    }
}
