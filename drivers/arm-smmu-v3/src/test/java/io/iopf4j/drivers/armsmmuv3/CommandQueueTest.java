// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands on their way to the hardware: lists, batches, both kinds of SYNC, a queue in trouble.
 */
final class CommandQueueTest {
    private static final int LOG2 = 7;

    private final FakeSmmu fake = new FakeSmmu(FakeSmmu.IDR0, FakeSmmu.IDR1);
    private final DmaMemory memory = fake.allocator.allocCoherent(Commands.BYTES << LOG2);
    private ArmSmmuCommandQueue queue = queue(false);

    private ArmSmmuCommandQueue queue(final boolean pollsMessages) {
        final ArmSmmuCommandQueue made =
                new ArmSmmuCommandQueue(fake, fake.kernel, "q", memory, LOG2, pollsMessages);
        made.programRegisters();
        fake.stores.clear();
        return made;
    }

    private long[] last() {
        return fake.commands.get(fake.commands.size() - 1);
    }

    // ---- Lists ----------------------------------------------------------------------------------

    @Test
    void shouldPublishACommandAndItsSyncByOneStore() {
        assertEquals(0, queue.issueWithSync(Commands.cfgiSte(0x10), 1));
        assertEquals(List.of("98=2"), fake.stores);
        assertEquals(List.of("1000000003:1"), fake.commandsButSync());
        assertEquals(0x0fc0_2046L, last()[0]);
        assertEquals(0, last()[1]);
    }

    @Test
    void shouldKeepABatchTogether() {
        final ArmSmmuCommandBatch batch = new ArmSmmuCommandBatch(queue);
        for (int i = 0; i < 64; i++) {
            batch.add(Commands.cfgiSte(i), 1);
        }
        assertEquals(List.of(), fake.stores);
        assertEquals(0, batch.submit());
        assertEquals(List.of("98=41"), fake.stores, "64 commands and a SYNC");
        assertEquals(1, fake.syncs());
    }

    @Test
    void shouldFlushAFullBatchWithoutSync() {
        final ArmSmmuCommandBatch batch = new ArmSmmuCommandBatch(queue);
        for (int i = 0; i < 65; i++) {
            batch.add(Commands.cfgiSte(i), 1);
        }
        assertEquals(List.of("98=40"), fake.stores);
        assertEquals(0, fake.syncs());
        assertEquals(0, batch.submit());
        assertEquals(List.of("98=40", "98=42"), fake.stores);
        assertEquals(1, fake.syncs());
        assertEquals(66, fake.commands.size());
    }

    @Test
    void shouldStartABatchAnewAfterItWasSubmitted() {
        final ArmSmmuCommandBatch batch = new ArmSmmuCommandBatch(queue);
        batch.add(Commands.cfgiSte(1), 1);
        assertEquals(0, batch.submit());
        batch.add(Commands.cfgiSte(2), 1);
        assertEquals(0, batch.submit());
        assertEquals(List.of("100000003:1", "200000003:1"), fake.commandsButSync());
    }

    @Test
    void shouldGoRoundTheQueueManyTimes() {
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, queue.issueWithSync(Commands.cfgiSte(i), 1));
        }
        assertEquals(2000, fake.commands.size());
        assertEquals(Commands.cfgiSte(999), fake.commands.get(1998)[0]);
    }

    // ---- SYNC by message ------------------------------------------------------------------------

    @Test
    void shouldWaitForTheMessageInTheSlotOfTheSync() {
        queue = queue(true);
        for (int i = 0; i < 300; i++) {
            assertEquals(0, queue.issueWithSync(Commands.cfgiSte(i), 1));
            assertEquals(0x0fc0_1046L, last()[0], "MSI data 0");
            assertEquals(memory.dmaAddress() + (2L * i + 1) % 128 * 16, last()[1]);
        }
        assertEquals(0, fake.kernel.nowNs(), "nothing was waited for");
    }

    @Test
    void shouldTimeOutWithoutTheMessageThoughTheSyncIsConsumed() {
        queue = queue(true);
        fake.sendsMessages = false;
        assertEquals(-Errno.ETIMEDOUT, queue.sync());
        assertTrue(fake.logged("CMD_SYNC timeout"));
    }

    // ---- Trouble --------------------------------------------------------------------------------

    @Test
    void shouldTimeOutWhenASyncIsNotConsumed() {
        fake.consumes = false;
        assertEquals(-Errno.ETIMEDOUT, queue.issueWithSync(Commands.cfgiSte(1), 1));
        assertTrue(fake.kernel.nowNs() >= 1_000_000_000L, "after a second");
        assertTrue(fake.logged("CMD_SYNC timeout at 0x1"));
    }

    @Test
    void shouldWaitForRoomForAllOfAList() {
        fake.consumes = false;
        for (int i = 0; i < 127; i++) {
            assertEquals(0, queue.issue(Commands.cfgiSte(i), 1));
        }
        assertEquals(-Errno.ETIMEDOUT, queue.issueWithSync(Commands.cfgiSte(0), 1));
        assertTrue(fake.logged("CMDQ timeout"));
        assertEquals(127, fake.readl(SmmuRegisters.CMDQ_PROD), "nothing of it was published");
        fake.registers.put((long) SmmuRegisters.CMDQ_CONS, 1);
        assertEquals(0, queue.issueList(new long[4], 2, false), "room for two");
    }

    @Test
    void shouldPassOnThatPartOfABatchFailed() {
        fake.consumes = false;
        final ArmSmmuCommandBatch batch = new ArmSmmuCommandBatch(queue);
        for (int i = 0; i < 3 * 64; i++) {
            batch.add(Commands.cfgiSte(i), 1);
        }
        assertEquals(-Errno.ETIMEDOUT, batch.submit());
        fake.consumes = true;
        fake.writel(fake.readl(SmmuRegisters.CMDQ_PROD), SmmuRegisters.CMDQ_PROD);
        batch.add(Commands.cfgiSte(1), 1);
        assertEquals(0, batch.submit(), "forgotten");
    }

    @Test
    void shouldIssueNothingAfterShutDown() {
        queue.shutDown();
        assertEquals(-Errno.ENODEV, queue.issueWithSync(Commands.cfgiSte(1), 1));
        assertEquals(List.of(), fake.stores);
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "1, 1003", "2, 2003"})
    void shouldAnswerPageRequests(final int response, final String word1) {
        assertEquals(0, queue.issuePriResponse(0x10, 7, 3, response));
        assertEquals(List.of("1000007841:" + word1), fake.commandsButSync());
        assertEquals(0, fake.syncs());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 15})
    void shouldRefuseAnAnswerThatIsNone(final int response) {
        assertEquals(-Errno.EINVAL, queue.issuePriResponse(0x10, 7, 3, response));
        assertEquals(0, fake.commands.size());
    }

    // ---- Errors ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, true", "5, true", "0, false", "2, false", "3, false"})
    void shouldReplaceACommandOnlyWhereItIsToBlame(final int code, final boolean isReplaced) {
        fake.consumes = false;
        assertEquals(0, queue.issue(0xff, 0x1234));
        fake.registers.put((long) SmmuRegisters.CMDQ_CONS, code << 24);
        queue.skipError();
        assertEquals(isReplaced ? 0x0fc0_2046L : 0xff, memory.getLong(0));
        assertEquals(isReplaced ? 0 : 0x1234, memory.getLong(8));
    }

    @Test
    void shouldReplaceByASyncWithoutMessage() {
        queue = queue(true);
        fake.consumes = false;
        assertEquals(0, queue.issue(0xff, 0x1234));
        fake.registers.put((long) SmmuRegisters.CMDQ_CONS, 1 << 24);
        queue.skipError();
        assertEquals(0x0fc0_2046L, memory.getLong(0));
    }
}
