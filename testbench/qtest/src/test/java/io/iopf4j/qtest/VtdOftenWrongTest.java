// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdClient.FECTL;
import static io.iopf4j.qtest.VtdClient.FRCD;
import static io.iopf4j.qtest.VtdClient.FSTS;
import static io.iopf4j.qtest.VtdClient.IM;
import static io.iopf4j.qtest.VtdClient.IP;
import static io.iopf4j.qtest.VtdClient.IQA;
import static io.iopf4j.qtest.VtdClient.IQE;
import static io.iopf4j.qtest.VtdClient.IQH;
import static io.iopf4j.qtest.VtdClient.LEGACY;
import static io.iopf4j.qtest.VtdClient.PPF;
import static io.iopf4j.qtest.VtdClient.PPR;
import static io.iopf4j.qtest.VtdClient.PQH;
import static io.iopf4j.qtest.VtdClient.PQT;
import static io.iopf4j.qtest.VtdClient.PRO;
import static io.iopf4j.qtest.VtdClient.PRS;
import static io.iopf4j.qtest.VtdClient.QIE;
import static io.iopf4j.qtest.VtdClient.STATUS;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Behaviours that emulations of VT-d get wrong, each as software sees it. */
class VtdOftenWrongTest {
    private static final long IOVA = 0x1234_5000L;

    // ---- Page requests --------------------------------------------------------------------------

    @Test
    void shouldQueueNothingWhileProIsSetEvenIfTheHeadMoved() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            for (int i = 0; i < 128; i++) {
                script.endpoint.pageRequest(RID, PASID, IOVA, READ, i, false);
            }
            script.vtd.set64(PQH, script.vtd.get64(PQT));
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0, false);
            script.vtd.assertRegister64(127 * 32, PQT);
            script.vtd.set(PRS, PRO);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0, false);
            script.vtd.assertRegister64(0, PQT);
        }
    }

    @Test
    void shouldAnswerAnOverflowWithSuccessForTheLastAndWithNothingForOthers() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            for (int i = 0; i < 127; i++) {
                script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0, false);
            }
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0x55, false);
            script.endpoint.assertNoResponse();
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0x66, true);
            script.endpoint.assertResponse(PASID, 0, 0x66);
            script.assertNoFault();
        }
    }

    /** Linux of 5.x to 6.12 writes 2 where PCIe has 15. */
    @Test
    void shouldTakeTheResponseCodeTwoForAFailure() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0x15, true);
            script.vtd.submit(0x0000_0042_0310_2019L, 0xac);
            script.endpoint.assertResponse(PASID, 15, 0x15);
        }
    }

    @Test
    void shouldSendOneMessageForTwoRequestsUntilPprIsCleared() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 0, true);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, true);
            assertEquals(List.of(VtdClient.PRQ_IRQ), script.client.interrupts());
            script.vtd.set(PRS, PPR);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 2, true);
            assertEquals(List.of(VtdClient.PRQ_IRQ), script.client.interrupts());
        }
    }

    // ---- Draining -------------------------------------------------------------------------------

    /** A wait with a fence and neither a status nor an interrupt, as Linux's drain has it. */
    @Test
    void shouldTakeAFenceAlone() {
        try (VtdScript script = new VtdScript()) {
            script.vtd.submit(0x45);
            script.vtd.submit(0x0000_0002_0000_0045L);
            script.vtd.assertRegister64(64, IQH);
            script.vtd.assertRegister(0, FSTS);
            assertEquals(List.of(), script.client.interrupts());
        }
    }

    /** The whole submission of Linux 6.12; the device has sent what it had to send before. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDrainRequestsBeforeItsStatusIsWritten(final boolean hasPasid) {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            final int pasid = hasPasid ? PASID : NO_PASID;
            script.endpoint.pageRequest(RID, pasid, IOVA, READ, 9, true);
            script.vtd.put(0x0000_0002_0000_0045L);
            if (hasPasid) {
                script.vtd.put(0x0000_0042_0001_0026L);
                script.vtd.put(0x0000_0042_0310_0008L, 0x7fff_ffff_ffff_f800L);
            } else {
                script.vtd.put(0x0000_0000_0001_00e2L);
                script.vtd.put(0x0000_0310_0000_0003L, 0x7fff_ffff_ffff_f001L);
            }
            script.vtd.put(0x0000_0002_0000_00a5L, STATUS);
            script.vtd.ring();
            assertEquals(2, script.client.readl(STATUS));
            script.vtd.assertRegister64(32, PQT);
            script.vtd.assertRegister(0, FSTS);
        }
    }

    // ---- The invalidation queue -----------------------------------------------------------------

    @Test
    void shouldStayAtABadDescriptorAndGoOnOfItselfWhenTheErrorIsCleared() {
        try (VtdScript script = new VtdScript()) {
            script.vtd.put(0xb);
            script.vtd.put(VtdWords.waitFor(2, 0), STATUS);
            script.vtd.ring();
            script.vtd.assertRegister64(0, IQH);
            assertEquals(IQE, script.vtd.get(FSTS) & IQE);
            assertEquals(0, script.client.readl(STATUS));
            // As Linux does: its own wait over the bad slot, and the error cleared.
            script.vtd.store(VtdClient.QUEUE, VtdWords.waitFor(2, 0), STATUS);
            script.vtd.set(FSTS, IQE);
            script.vtd.assertRegister64(64, IQH);
            assertEquals(2, script.client.readl(STATUS));
        }
    }

    /** Linux takes 256 bits wherever ECAP has SMTS, whatever the tables are. */
    @Test
    void shouldTakeDescriptorsOf256BitsWithLegacyTables() {
        try (VtdScript script = new VtdScript(VtdConfig.scalable(), LEGACY)) {
            script.vtd.commandOff(QIE);
            script.vtd.set(VtdClient.IQT, 0);
            script.vtd.set64(IQA, VtdClient.QUEUE | 0x801);
            script.vtd.command(QIE);
            script.vtd.store(VtdClient.QUEUE, VtdWords.contextCache(1, 0, 0), 0, 0, 0);
            script.vtd.store(VtdClient.QUEUE + 32, VtdWords.waitFor(2, 0), STATUS, 0, 0);
            script.vtd.set(VtdClient.IQT, 0x20);
            script.vtd.assertRegister64(0x20, IQH);
            script.vtd.set(VtdClient.IQT, 0x40);
            assertEquals(2, script.client.readl(STATUS));
            script.vtd.assertRegister(0, FSTS);
        }
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /** T1 and T2 are apart; a page request has T1 clear, which drivers print as a write. */
    @Test
    void shouldSayWhatKindOfRequestFaulted() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID, VtdScript.PASIDE | VtdScript.DTE);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, false);
            assertKind(script, 8, 1);
            script.assertEnds(VtdScript.ABORTED, RID, PASID, IOVA, READ);
            assertKind(script, 0xc, 0);
            script.assertEnds(VtdScript.ABORTED, RID, PASID, IOVA, WRITE);
            assertKind(script, 8, 0);
        }
    }

    private static void assertKind(final VtdScript script, final int top, final int t2) {
        final long word1 = script.vtd.fault()[1];
        assertEquals(top, word1 >>> 60 & 0xf);
        assertEquals(t2, word1 >>> 28 & 1);
    }

    /** What a driver's fault handler relies on when it leaves FSTS alone without PPF. */
    @Test
    void shouldShowAnErrorOfTheQueueWithoutARecord() {
        try (VtdScript script = new VtdScript()) {
            script.vtd.set(FECTL, IM);
            script.vtd.issue(0xb);
            script.vtd.assertRegister(IQE, FSTS);
            script.vtd.assertRegister(IM | IP, FECTL);
            script.assertNoFault();
            // The driver's 0x83 at the end of a fault interrupt clears no error of the queue.
            script.vtd.set(FSTS, 0x83);
            script.vtd.assertRegister(IQE, FSTS);
        }
    }

    @Test
    void shouldGoRoundTheRecordsFromTheFirstOne() {
        try (VtdScript script =
                new VtdScript(VtdConfig.scalable().withFaultRecords(2), VtdClient.SCALABLE)) {
            script.assertEnds(VtdScript.ABORTED, 0x100, NO_PASID, 0, READ);
            script.vtd.set(FRCD + 12, 1 << 31);
            script.assertEnds(VtdScript.ABORTED, 0x200, NO_PASID, 0, READ);
            script.assertEnds(VtdScript.ABORTED, 0x300, NO_PASID, 0, READ);
            script.vtd.assertRegister(PPF | 1 << 8, FSTS);
            assertEquals(0x200, script.vtd.fault()[1] & 0xffff, "register 1");
            assertEquals(0x300, script.vtd.fault()[1] & 0xffff, "register 0");
            script.vtd.assertRegister(0, FSTS);
        }
    }

    // ---- Tables ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0x0380, 0", "0x0381, 1", "0x03ff, 127"})
    void shouldIndexTheUpperHalfOfABusFromZero(final String ridText, final int index) {
        final int rid = Integer.decode(ridText);
        try (VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)) {
            final long contexts = script.vtd.page();
            script.vtd.store(VtdScript.rootAt(rid), 0, contexts | 1);
            script.vtd.store(contexts + 32L * index, 1 | 2 << 2, 2 | 5 << 8, 0, 0);
            script.assertReads(5, rid, NO_PASID, script.pageOf(5));
            script.assertEnds(VtdScript.ABORTED, rid & ~0x80, NO_PASID, IOVA, READ);
        }
    }

    @Test
    void shouldUseTheOldTablesUntilSrtp() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map2(script.secondStage(RID, 0, 1), IOVA, script.pageOf(5) | LEAF_2);
            script.vtd.set64(VtdClient.RTADDR, VtdScript.OUTSIDE | VtdClient.SCALABLE);
            script.assertReads(5, RID, NO_PASID, IOVA);
            script.forgetAll();
            script.assertReads(5, RID, NO_PASID, IOVA);
        }
    }
}
