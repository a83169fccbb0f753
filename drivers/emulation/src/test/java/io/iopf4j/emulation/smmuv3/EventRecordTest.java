// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.SmmuBench.EXEC;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.LEAF;
import static io.iopf4j.emulation.smmuv3.SmmuBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PRIV;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Event records, their queue, its overflow and its interrupt. IHI 0070, 7.2 and 7.3. */
final class EventRecordTest {
    private static final int QUEUE_ENTRIES = 1 << SmmuBench.EVENT_LOG2;
    private static final long S = ContextDescriptor.S;
    private static final long R = ContextDescriptor.R;
    private static final long A = ContextDescriptor.A;

    // ---- Bit for bit ----------------------------------------------------------------------------

    @Test
    void shouldRecordAStalledReadBitForBit() {
        final SmmuBench bench = SmmuBench.stalling();
        for (int earlier = 0; earlier < 5; earlier++) {
            bench.read(0);
            bench.takeEvent();
        }
        bench.read(IOVA);
        assertArrayEquals(
                new long[] {0x0000_0010_0000_7810L, 0x0000_0208_8000_0005L, 0x1234_5678L, 0},
                bench.takeEvent());
    }

    @Test
    void shouldRecordATerminatedPrivilegedWriteBitForBit() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.AP_READ_ONLY);
        bench.access(SID, NO_SSID, IOVA, WRITE | PRIV);
        assertArrayEquals(
                new long[] {0x0000_0010_0000_0013L, 0x0000_0202_0000_0000L, IOVA, 0},
                bench.takeEvent());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0x20800000000", // Read: RnW.
        "2, 0x20000000000", // Write.
        "3, 0x20000000000", // Read and write: a write.
        "5, 0x20c00000000", // Fetch: RnW, InD.
        "6, 0x20000000000", // A write is never a fetch.
        "9, 0x20a00000000", // Privileged read: RnW, PnU.
        "13, 0x20e00000000" // Privileged fetch.
    })
    void shouldRecordTheKindOfAccess(final int perm, final String word1) {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.access(SID, SSID, IOVA, perm);
        assertEquals(Long.decode(word1), bench.takeEvent()[1]);
    }

    // ---- S, R and A -----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 0, RAZ_WI, 0", "0, 1, RAZ_WI, 1", "1, 0, ABORTED, 0", "1, 1, ABORTED, 1"})
    void shouldTerminateAndRecordAsAAndRSay(
            final int a, final int r, final AccessResult result, final int records) {
        final SmmuBench bench = SmmuBench.enabled(a * A | r * R);
        assertEquals(result, bench.resultOf(SID, SSID, IOVA, READ));
        assertEquals(records, bench.pendingEvents());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1"})
    void shouldStallAndRecordWhateverAAndRSay(final int a, final int r) {
        final SmmuBench bench = SmmuBench.enabled(S | a * A | r * R);
        assertNull(bench.resultOf(SID, SSID, IOVA, READ));
        assertEquals(1, bench.pendingEvents());
    }

    // ---- The queue ------------------------------------------------------------------------------

    @Test
    void shouldWrapAround() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        final List<Long> addresses = new ArrayList<>();
        for (long page = 1; page <= 3 * QUEUE_ENTRIES; page++) {
            bench.read(page << 12);
            addresses.add(bench.takeEvent()[2] >>> 12);
        }
        assertEquals(
                java.util.stream.LongStream.rangeClosed(1, 3 * QUEUE_ENTRIES).boxed().toList(),
                addresses);
    }

    @Test
    void shouldUseEverySlot() {
        final SmmuBench bench = fullOfTerminated();
        assertEquals(QUEUE_ENTRIES, bench.pendingEvents());
        assertFalse(isOverflowPresent(bench));
    }

    @Test
    void shouldSayOverflowWhenARecordIsDiscarded() {
        final SmmuBench bench = fullOfTerminated();
        bench.read(IOVA);
        assertTrue(isOverflowPresent(bench));
        assertEquals(1, bench.smmu.counters().eventQueueOverflows());
    }

    @Test
    void shouldNotToggleOverflowAgainUntilItIsAcknowledged() {
        final SmmuBench bench = fullOfTerminated();
        bench.read(IOVA);
        bench.read(IOVA);
        assertTrue(isOverflowPresent(bench));
        assertEquals(2, bench.smmu.counters().eventQueueOverflows());
    }

    @Test
    void shouldToggleOverflowAgainAfterItIsAcknowledged() {
        final SmmuBench bench = fullOfTerminated();
        bench.read(IOVA);
        bench.acknowledgeOverflow();
        assertFalse(isOverflowPresent(bench), "acknowledged");
        bench.read(IOVA);
        assertTrue(isOverflowPresent(bench), "again");
        assertEquals(0, bench.regs.readl(SmmuRegisters.EVENTQ_PROD) & QueueIndex.OVERFLOW);
    }

    @Test
    void shouldWriteRecordsWhileAnOverflowIsPresent() {
        final SmmuBench bench = fullOfTerminated();
        bench.read(IOVA);
        bench.takeEvent();
        bench.read(0x7000);
        assertEquals(QUEUE_ENTRIES, bench.pendingEvents());
        assertTrue(isOverflowPresent(bench), "still present");
    }

    @Test
    void shouldDiscardWithoutOverflowWhileTheQueueIsDisabled() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        bench.read(IOVA);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(0, bench.pendingEvents());
        assertFalse(isOverflowPresent(bench));
    }

    @Test
    void shouldTellItsObserverOfEachTerminatedRecord() {
        final List<String> seen = new ArrayList<>();
        final SmmuBench bench =
                new SmmuBench(
                        CONFIG,
                        new SmmuObserver() {
                            @Override
                            public void terminateEvent(final int number, final boolean recorded) {
                                seen.add(number + (recorded ? " kept" : " lost"));
                            }
                        });
        bench.useStageOne(SID, R | A);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        for (int i = 0; i <= QUEUE_ENTRIES; i++) {
            bench.read(IOVA);
        }
        assertEquals(List.of("16 kept", "16 lost"), seen.subList(QUEUE_ENTRIES - 1, seen.size()));
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "1, 1"})
    void shouldMergeWhereTheStreamAllowsIt(final int mev, final int records) {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.ste(
                SID,
                StreamTableEntry.word0(
                        StreamTableEntry.CONFIG_S1, SmmuBench.CONTEXTS, SmmuBench.S1CDMAX),
                StreamTableEntry.S1DSS_SSID0 | mev * StreamTableEntry.MEV);
        bench.read(0x7000);
        bench.read(0x7ff8);
        assertEquals(records, bench.pendingEvents());
        assertEquals(2 - records, bench.smmu.counters().mergedEvents());
    }

    @Test
    void shouldNotMergeWhatNoStreamHasAllowed() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.ste(SID, 0, 0);
        for (int i = 0; i < 2; i++) {
            bench.read(0x7000);
            bench.access(0x1000, NO_SSID, 0x7000, READ);
            bench.access(0x1000, NO_SSID, 0x7000, READ);
        }
        assertEquals(6, bench.pendingEvents());
    }

    // ---- Held stalls ----------------------------------------------------------------------------

    @Test
    void shouldHoldAStallWhileTheQueueIsFull() {
        final SmmuBench bench = fullOfTerminated();
        bench.context(SSID, S, SmmuBench.TABLES);
        bench.command(Commands.cfgiCd(SID, SSID), 1);
        assertNull(bench.result(bench.read(IOVA)));
        assertEquals(1, bench.smmu.heldStalls());
        assertFalse(isOverflowPresent(bench), "a stall is never lost");
    }

    @Test
    void shouldRecordHeldStallsInOrderBeforeTheStoreThatMakesRoomReturns() {
        final SmmuBench bench = SmmuBench.stalling();
        for (long page = 1; page <= QUEUE_ENTRIES + 3; page++) {
            bench.read(page << 12);
        }
        assertEquals(3, bench.smmu.heldStalls());
        final List<Long> pages = new ArrayList<>();
        while (bench.pendingEvents() > 0) {
            pages.add(bench.takeEvent()[2] >>> 12);
            assertEquals(
                    Math.max(0, 3 - pages.size()), bench.smmu.heldStalls(), "after each store");
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L), pages);
    }

    @Test
    void shouldQueueANewcomerBehindThoseThatAreHeld() {
        final SmmuBench bench = SmmuBench.enabled(CONFIG.withStallMax(1), S);
        bench.read(0x1000);
        bench.read(0x2000);
        bench.read(0x3000);
        assertEquals(0x1000, bench.takeEvent()[2]);
        bench.resume(SID, 0, Commands.RESUME_ABORT);
        assertEquals(0x2000, bench.takeEvent()[2]);
        bench.resume(SID, 0, Commands.RESUME_ABORT);
        assertEquals(0x3000, bench.takeEvent()[2]);
    }

    @Test
    void shouldEndAHeldAccessWithoutRecordIfItTranslatesByThen() {
        final SmmuBench bench = fullOfTerminated();
        bench.context(SSID, S, SmmuBench.TABLES);
        bench.command(Commands.cfgiCd(SID, SSID), 1);
        final int held = bench.read(IOVA);
        bench.mapPage(IOVA);
        bench.takeEvent();
        assertEquals(AccessResult.DONE, bench.result(held));
        assertEquals(QUEUE_ENTRIES - 1, bench.pendingEvents());
    }

    @Test
    void shouldHoldStallsUntilTheQueueIsEnabled() {
        final SmmuBench bench = SmmuBench.stalling();
        bench.regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        bench.read(IOVA);
        assertEquals(1, bench.smmu.heldStalls());
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(0, bench.smmu.heldStalls());
        assertEquals(IOVA, bench.takeEvent()[2]);
    }

    @Test
    void shouldHoldStallsUntilAnAbortedWriteIsAcknowledged() {
        final SmmuBench bench = SmmuBench.stalling();
        moveEventQueue(bench, 0x1_0000_0000L);
        bench.read(0x1000); // Its record is lost.
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR));
        bench.read(IOVA);
        assertEquals(1, bench.smmu.heldStalls());
        // Disabling the queue does not end stalls, and memory is back.
        moveEventQueue(bench, SmmuBench.EVENTS);
        assertEquals(1, bench.smmu.heldStalls(), "not acknowledged yet");
        bench.acknowledgeErrors();
        assertEquals(0, bench.smmu.heldStalls());
        assertEquals(IOVA, bench.takeEvent()[2]);
    }

    @Test
    void shouldLoseARecordWhoseWriteAborts() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        moveEventQueue(bench, 0x1_0000_0000L);
        bench.read(IOVA);
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR));
        assertEquals(1, bench.smmu.interrupt("gerror").pulses());
        assertEquals(0, bench.pendingEvents());
    }

    // ---- Interrupt ------------------------------------------------------------------------------

    @Test
    void shouldInterruptWhenTheQueueIsNoLongerEmpty() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.read(IOVA);
        assertEquals(1, bench.smmu.interrupt("eventq").pulses());
    }

    @Test
    void shouldNotInterruptAgainUntilTheQueueWasEmpty() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.read(IOVA);
        bench.read(IOVA);
        bench.takeEvent();
        bench.read(IOVA);
        assertEquals(1, bench.smmu.interrupt("eventq").pulses(), "never empty");
        bench.takeEvent();
        bench.takeEvent();
        bench.read(IOVA);
        assertEquals(2, bench.smmu.interrupt("eventq").pulses(), "empty in between");
    }

    @Test
    void shouldNotInterruptWhileItIsNotEnabled() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        bench.regs.writel(SmmuRegisters.IRQ_CTRL_GERROR_IRQEN, SmmuRegisters.IRQ_CTRL);
        bench.read(IOVA);
        bench.regs.writel(5, SmmuRegisters.IRQ_CTRL);
        assertEquals(0, bench.smmu.interrupt("eventq").pulses(), "nor later for earlier records");
    }

    @Test
    void shouldSeeTheRecordFromTheInterrupt() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        final List<Long> seen = new ArrayList<>();
        bench.smmu.interrupt("eventq").connect(() -> seen.add(bench.takeEvent()[2]));
        bench.access(SID, SSID, IOVA, READ | EXEC);
        assertEquals(List.of(IOVA), seen);
    }

    @Test
    void shouldHaveNoOtherWire() {
        assertNull(new SmmuBench().smmu.interrupt("combined"));
    }

    // ---- What tests use -------------------------------------------------------------------------

    private static SmmuBench fullOfTerminated() {
        final SmmuBench bench = SmmuBench.enabled(R | A);
        for (int i = 0; i < QUEUE_ENTRIES; i++) {
            bench.read(0xf000);
        }
        return bench;
    }

    private static boolean isOverflowPresent(final SmmuBench bench) {
        final int differing =
                bench.regs.readl(SmmuRegisters.EVENTQ_PROD)
                        ^ bench.regs.readl(SmmuRegisters.EVENTQ_CONS);
        return (differing & QueueIndex.OVERFLOW) != 0;
    }

    private static void moveEventQueue(final SmmuBench bench, final long base) {
        bench.regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        bench.regs.writeq(base | SmmuBench.EVENT_LOG2, SmmuRegisters.EVENTQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
    }
}
