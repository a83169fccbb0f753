// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdClient.PPR;
import static io.iopf4j.qtest.VtdClient.PQH;
import static io.iopf4j.qtest.VtdClient.PQT;
import static io.iopf4j.qtest.VtdClient.PRO;
import static io.iopf4j.qtest.VtdClient.PRS;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page request queue that is full: PRO, what is answered of itself, and how it goes on. */
class VtdOverflowTest {
    private static final int ROOM = 127;

    private final VtdScript script = new VtdScript();
    private final VtdClient vtd = script.vtd;

    @BeforeEach
    void start() {
        script.device(RID);
    }

    @AfterEach
    void leave() {
        script.close();
    }

    private void send(final int group, final boolean isLast) {
        script.endpoint.pageRequest(RID, PASID, 0x1000L * group, READ, group, isLast);
    }

    private void fill() {
        for (int i = 0; i < ROOM; i++) {
            send(i, true);
        }
        vtd.assertRegister(PPR, PRS);
        vtd.assertRegister64(ROOM * 32, PQT);
        script.endpoint.assertNoResponse();
    }

    @Test
    void shouldLeaveOneSlotFree() {
        fill();
        send(0x100, true);
        vtd.assertRegister(PPR | PRO, PRS);
        vtd.assertRegister64(ROOM * 32, PQT);
        assertEquals(0, script.client.readq(VtdClient.REQUESTS + ROOM * 32), "not written");
        script.assertNoFault();
    }

    /** Success: the device translates again, misses, and asks again. */
    @Test
    void shouldAnswerTheLastRequestOfAGroupWithSuccess() {
        fill();
        send(0x100, true);
        script.endpoint.assertResponse(PASID, 0, 0x100);
        script.endpoint.pageRequest(RID, NO_PASID, 0, READ, 0x101, true);
        script.endpoint.assertResponse(NO_PASID, 0, 0x101);
        script.endpoint.assertNoResponse();
    }

    @Test
    void shouldDropOthersSilently() {
        fill();
        send(0x100, false);
        script.endpoint.assertNoResponse();
        vtd.assertRegister(PPR | PRO, PRS);
    }

    @Test
    void shouldQueueNothingWhileProIsSetThoughTheHeadHasMoved() {
        fill();
        send(0x100, true);
        script.endpoint.assertResponse(PASID, 0, 0x100);
        vtd.set64(PQH, vtd.get64(PQT));
        send(0x101, true);
        script.endpoint.assertResponse(PASID, 0, 0x101);
        vtd.assertRegister64(ROOM * 32, PQT);
        vtd.set(PRS, PPR);
        send(0x102, true);
        script.endpoint.assertResponse(PASID, 0, 0x102);
        vtd.set(PRS, PRO);
        vtd.assertRegister(0, PRS);
        send(0x103, true);
        script.endpoint.assertNoResponse();
        vtd.assertRegister64(0, PQT);
        script.assertRequest(0x0000_0042_0310_0101L, 0x103 * 0x1000L | 0x103 << 3 | 5, 0, 0);
        vtd.assertRegister(PPR, PRS);
    }

    @Test
    void shouldOverflowAgainWithoutRoom() {
        fill();
        send(0x100, false);
        vtd.set(PRS, PRO | PPR);
        vtd.assertRegister(0, PRS);
        send(0x101, false);
        vtd.assertRegister(PRO, PRS);
        assertNotNull(vtd.request());
        vtd.set(PRS, PRO);
        send(0x102, false);
        vtd.assertRegister(PPR, PRS);
        vtd.assertRegister64(0, PQT);
    }

    @Test
    void shouldTellOfAnOverflowOnce() {
        fill();
        assertEquals(List.of(VtdClient.PRQ_IRQ), script.client.interrupts());
        send(0x100, true);
        assertEquals(List.of(), script.client.interrupts(), "PPR is set");
        vtd.set(PRS, PPR | PRO);
        send(0x101, true);
        assertEquals(List.of(VtdClient.PRQ_IRQ), script.client.interrupts(), "for PRO alone");
        send(0x102, true);
        assertEquals(List.of(), script.client.interrupts());
    }

    /** Draining is done when all is in the queue or was answered. */
    @Test
    void shouldDrainWhatOverflowed() {
        fill();
        send(0x100, true);
        vtd.put(0x0000_0002_0000_0045L);
        vtd.put(VtdWords.pasidIotlb(2, 1, PASID));
        vtd.put(0x0000_0042_0310_0008L, 0x7fff_ffff_ffff_f800L);
        vtd.put(VtdWords.waitFor(2, 1 << 7), VtdClient.STATUS);
        vtd.ring();
        assertEquals(vtd.tail(), vtd.get(VtdClient.IQH));
        assertEquals(2, script.client.readl(VtdClient.STATUS));
        vtd.assertRegister(PPR | PRO, PRS);
        script.endpoint.assertResponse(PASID, 0, 0x100);
    }

    @Test
    void shouldNeverQueueIntoAQueueThatReachesNoMemory() {
        vtd.set64(VtdClient.PQA, VtdScript.OUTSIDE);
        for (int i = 0; i < 3; i++) {
            send(i, true);
        }
        vtd.set64(VtdClient.PQA, VtdClient.REQUESTS);
        vtd.set64(PQH, 0);
        vtd.set64(PQT, 0);
        vtd.set(PRS, PPR | PRO);
        send(9, true);
        script.assertRequest(0x0000_0042_0310_0101L, 0x9000L | 9 << 3 | 5, 0, 0);
    }
}
