// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From reset to a stall, and every way out of one, over the socket. */
class StallTest {
    private static final int SID = 0x10;
    private static final int SSID = 3;
    private static final long IOVA = 0x1234_5678L;

    private SmmuClient smmu;
    private SmmuClient.Stage1 stage;

    @AfterEach
    void leave() {
        smmu.close();
    }

    private void start(final SmmuClient made) {
        smmu = made.reset();
        stage = smmu.stageOne(SID, 3, true);
    }

    @Test
    void shouldResumeAStallThatSoftwareHasMendedSinceReset() {
        start(new SmmuClient());
        final int id = smmu.endpoint.read(SID, SSID, IOVA);
        assertEquals(1, id);
        assertEquals(List.of(0), smmu.client.interrupts());
        assertEquals(1, smmu.endpoint.outstanding());
        smmu.endpoint.assertNothingEnded();

        final long[] record = smmu.event();
        assertEquals(Events.word0(Events.F_TRANSLATION, SID, SSID), record[0]);
        assertEquals(Events.STALL, record[1] & Events.STALL);
        assertEquals(Events.RNW, record[1] & (Events.RNW | Events.PNU | Events.IND | Events.S2));
        assertEquals(IOVA, record[2]);

        final long page = stage.map(SSID, IOVA);
        smmu.client.writeq(page + 0x678, 0x0123_4567_89ab_cdefL);
        smmu.resume(SID, Events.stag(record[1]), Commands.RESUME_RETRY);
        smmu.endpoint.assertEnded(id, EndpointBlock.DONE);
        smmu.endpoint.assertNothingEnded();
        assertEquals(0x0123_4567_89ab_cdefL, smmu.endpoint.data());
        assertEquals(0, smmu.endpoint.outstanding());
        smmu.sync();
        assertEquals(List.of(2), smmu.client.interrupts());
    }

    @Test
    void shouldStoreWhatAWriteLatchedWhenItIsRetried() {
        start(new SmmuClient());
        final int id = smmu.endpoint.write(SID, SSID, IOVA, 0x1111_2222_3333_4444L);
        smmu.endpoint.setData(-1);
        smmu.endpoint.request(9, 0, 0, 0);
        final long page = stage.map(SSID, IOVA);
        smmu.resume(SID, Events.stag(smmu.event()[1]), Commands.RESUME_RETRY);
        smmu.endpoint.assertEnded(id, EndpointBlock.DONE);
        assertEquals(0x1111_2222_3333_4444L, smmu.client.readq(page + 0x678));
        assertEquals(-1, smmu.endpoint.data());
    }

    @Test
    void shouldEndAStallAsSoftwareSays() {
        start(new SmmuClient());
        smmu.endpoint.setData(77);
        final int aborted = smmu.endpoint.read(SID, SSID, IOVA);
        final int zeroed = smmu.endpoint.read(SID, EndpointClient.NO_PASID, IOVA);
        final int first = Events.stag(smmu.event()[1]);
        final int second = Events.stag(smmu.event()[1]);
        assertNotEquals(first, second);
        smmu.resume(SID, first, Commands.RESUME_ABORT);
        smmu.endpoint.assertEnded(aborted, EndpointBlock.ABORTED);
        assertEquals(77, smmu.endpoint.data());
        smmu.resume(SID, second, Commands.RESUME_TERM);
        smmu.endpoint.assertEnded(zeroed, EndpointBlock.ZEROED);
        assertEquals(0, smmu.endpoint.data());
    }

    @Test
    void shouldEndTheStallsOfOneStream() {
        start(new SmmuClient());
        smmu.stageOne(SID + 1, 3, true);
        final int first = smmu.endpoint.read(SID, SSID, IOVA);
        final int other = smmu.endpoint.read(SID + 1, SSID, IOVA);
        final int second = smmu.endpoint.read(SID, 1, IOVA + 0x1000);
        smmu.ste(SID, 1, 0);
        smmu.command(Commands.stallTerm(SID), 0);
        smmu.endpoint.assertEnded(first, EndpointBlock.ABORTED);
        smmu.endpoint.assertEnded(second, EndpointBlock.ABORTED);
        smmu.endpoint.assertNothingEnded();
        assertEquals(1, smmu.endpoint.outstanding());
        smmu.set(SmmuRegisters.CR0, SmmuClient.ALL_ENABLED & ~SmmuRegisters.CR0_SMMUEN);
        smmu.endpoint.assertEnded(other, EndpointBlock.ABORTED);
        assertEquals(0, smmu.endpoint.outstanding());
    }

    @Test
    void shouldRecordStallsThatWaitAsEventsAreTaken() {
        start(new SmmuClient().withQueues(1, 5));
        for (int i = 0; i < 5; i++) {
            assertEquals(i + 1, smmu.endpoint.read(SID, SSID, IOVA + 0x1000L * i));
        }
        assertEquals(5, smmu.endpoint.outstanding(), "those whose record waits count as well");
        for (int i = 0; i < 5; i++) {
            final long[] record = smmu.event();
            assertEquals(IOVA + 0x1000L * i, record[2]);
            final boolean wasFull = i < 3;
            assertEquals(
                    wasFull ? 2 : 4 - i,
                    smmu.get(SmmuRegisters.EVENTQ_PROD) - (i + 1) & 3,
                    "recorded before the answer to the store that made room");
            smmu.resume(SID, Events.stag(record[1]), Commands.RESUME_ABORT);
            smmu.endpoint.assertEnded(i + 1, EndpointBlock.ABORTED);
        }
        assertNull(smmu.event());
    }

    @Test
    void shouldRecordStallsThatWaitForATag() {
        start(new SmmuClient(SmmuV3Config.roomy().withStallMax(2)));
        assertEquals(2, smmu.get(SmmuRegisters.IDR5) >>> SmmuRegisters.IDR5_STALL_MAX_SHIFT);
        for (int i = 0; i < 3; i++) {
            smmu.endpoint.read(SID, SSID, IOVA + 0x1000L * i);
        }
        final int tag = Events.stag(smmu.event()[1]);
        smmu.event();
        assertNull(smmu.event());
        smmu.resume(SID, tag, Commands.RESUME_TERM);
        assertEquals(IOVA + 0x2000, smmu.event()[2]);
        smmu.endpoint.assertEnded(1, EndpointBlock.ZEROED);
        assertEquals(2, smmu.endpoint.outstanding());
    }
}
