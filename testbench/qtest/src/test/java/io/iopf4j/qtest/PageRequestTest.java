// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Page requests and what answers them, over the socket. */
class PageRequestTest {
    private static final int SID = 0x20;
    private static final int SSID = 4;
    private static final long IOVA = 0x1234_5000L;

    private final SmmuClient smmu = new SmmuClient().withQueues(5, 1).reset();
    private final EndpointClient endpoint = smmu.endpoint;

    @AfterEach
    void leave() {
        smmu.close();
    }

    @Test
    void shouldQueueAGroupAndHandItsResponseBack() {
        smmu.stageOne(SID, 3, false);
        endpoint.pageRequest(SID, SSID, IOVA | 0x123, READ | EXEC | PRIV, 0x1ab, false);
        assertEquals(List.of(1), smmu.client.interrupts());
        final int id = endpoint.pageRequest(SID, SSID, IOVA + 0x1000, WRITE, 0x1ab, true);
        assertEquals(2, id);
        assertArrayEquals(
                new long[] {
                    PriEntry.word0(SID, SSID, PriEntry.READ | PriEntry.EXEC | PriEntry.PRIV),
                    PriEntry.word1(IOVA, 0x1ab)
                },
                smmu.pageRequest());
        assertArrayEquals(
                new long[] {
                    PriEntry.word0(SID, SSID, PriEntry.WRITE | PriEntry.LAST),
                    PriEntry.word1(IOVA + 0x1000, 0x1ab)
                },
                smmu.pageRequest());
        assertNull(smmu.pageRequest());
        endpoint.assertNoResponse();
        smmu.priResponse(SID, SSID, 0x1ab, Commands.PRI_RESP_SUCCESS);
        endpoint.assertResponse(SSID, 0, 0x1ab);
        endpoint.assertNoResponse();
        endpoint.assertNothingEnded();
        assertEquals(0, endpoint.outstanding());
    }

    @Test
    void shouldShowEveryCodeWithAndWithoutPasid() {
        endpoint.pageRequest(SID, NO_PASID, IOVA, READ | EXEC | PRIV, 1, true);
        assertEquals(PriEntry.word0(SID, -1, PriEntry.READ | PriEntry.LAST), smmu.pageRequest()[0]);
        smmu.priResponse(SID, -1, 1, Commands.PRI_RESP_INVALID);
        endpoint.assertResponse(NO_PASID, 1, 1);
        smmu.priResponse(SID, 0, 0x1ff, Commands.PRI_RESP_FAILURE);
        endpoint.assertResponse(0, 15, 0x1ff);
    }

    @Test
    void shouldShowResponsesToEveryRequesterItUsedAndNoOther() {
        endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 1, true);
        endpoint.pageRequest(SID + 1, NO_PASID, IOVA, READ, 2, true);
        smmu.priResponse(SID + 2, -1, 3, Commands.PRI_RESP_SUCCESS);
        smmu.priResponse(SID + 1, -1, 2, Commands.PRI_RESP_SUCCESS);
        smmu.priResponse(SID, -1, 1, Commands.PRI_RESP_SUCCESS);
        endpoint.assertResponse(NO_PASID, 0, 2);
        endpoint.assertResponse(NO_PASID, 0, 1);
        endpoint.assertNoResponse();
    }

    @Test
    void shouldAnswerByItselfWhenTheQueueOverflows() {
        for (int i = 0; i < 4; i++) {
            endpoint.pageRequest(SID, NO_PASID, IOVA, READ, i, true);
        }
        endpoint.assertResponse(NO_PASID, 0, 2);
        endpoint.assertResponse(NO_PASID, 0, 3);
        assertTrue(smmu.get(SmmuRegisters.PRIQ_PROD) < 0, "the overflow flag");
    }

    @Test
    void shouldRefuseByItselfWhileTheQueueIsOff() {
        smmu.set(SmmuRegisters.CR0, SmmuClient.ALL_ENABLED & ~SmmuRegisters.CR0_PRIQEN);
        endpoint.pageRequest(SID, SSID, IOVA, READ, 9, true);
        endpoint.assertResponse(NO_PASID, 15, 9);
        endpoint.pageRequest(SID, SSID, IOVA, READ, 10, true);
        endpoint.assertResponse(NO_PASID, 15, 10);
    }

    @Test
    void shouldSendAStopMarkerThatNobodyAnswers() {
        smmu.client.writel(endpoint.at(EndpointBlock.PAGE_REQUEST), 0x55);
        assertEquals(1, endpoint.request(SID, SSID, IOVA, READ | WRITE).go(3));
        assertTrue(PriEntry.isStopMarker(smmu.pageRequest()[0]));
        endpoint.assertNoResponse();
        endpoint.assertNothingEnded();
    }

    @Test
    void shouldTakeTheOldestResponseByOneLoadAlone() {
        endpoint.pageRequest(SID, 0x8_0001, IOVA, READ, 0x101, true);
        smmu.priResponse(SID, 0x8_0001, 0x101, Commands.PRI_RESP_INVALID);
        assertEquals(0x1101, smmu.client.readl(endpoint.at(EndpointBlock.RESPONSE)));
        assertEquals(0xc008_0001, smmu.client.readl(endpoint.at(EndpointBlock.RESPONSE + 4)));
        endpoint.assertResponse(0x8_0001, 1, 0x101);
    }
}
