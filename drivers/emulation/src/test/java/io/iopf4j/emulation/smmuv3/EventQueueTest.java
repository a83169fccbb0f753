// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.NotModelledUses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a record is written, lost, merged or must wait. IHI 0070, 7.2 to 7.4. */
final class EventQueueTest {
    private static final long BASE = SmmuBench.EVENTS;
    private static final int ENTRIES = 4;
    private static final long FAULT = Events.word0(Events.F_TRANSLATION, 1, 2);
    private static final long BAD_STE = Events.word0(Events.C_BAD_STE, 1, 2);

    private final PhysicalMemory memory =
            new PhysicalMemory(SmmuBench.MEMORY, SmmuBench.MEMORY_BYTES);
    private final Queue queue = new Queue(Events.BYTES, 2);
    private final ControlRegisters control = new ControlRegisters(SmmuBench.CONFIG, null);
    private final GlobalErrors errors = new GlobalErrors();
    private final Interrupts interrupts = new Interrupts(memory, SmmuBench.CONFIG, errors);
    private final SmmuCounters counters =
            new SmmuCounters(new NotModelledUses<>(NotModelled.class, what -> {}));
    private final EventQueue events =
            new EventQueue(memory, queue, control, errors, interrupts, counters);

    EventQueueTest() {
        queue.setBase(BASE | 2);
        control.writeCr0(SmmuRegisters.CR0_EVENTQEN);
        interrupts.writeIrqCtrl(7);
    }

    private boolean record(final long address) {
        return events.record(FAULT, 0, address, 0, false);
    }

    private void fill() {
        for (int i = 0; i < ENTRIES; i++) {
            assertTrue(record(i));
        }
    }

    // ---- Writability ----------------------------------------------------------------------------

    @Test
    void shouldWriteWhileThereIsRoom() {
        fill();
        assertEquals(3, memory.readLong(BASE + 3 * Events.BYTES + 16));
        assertFalse(queue.isOverflowPresent());
        assertFalse(events.hasRoom());
    }

    @Test
    void shouldLoseWithAnOverflowWhenFull() {
        fill();
        assertFalse(record(9));
        assertTrue(queue.isOverflowPresent());
        assertEquals(1, counters.eventQueueOverflows());
    }

    @Test
    void shouldLoseWithoutAnOverflowWhileDisabledThoughFull() {
        fill();
        control.writeCr0(0);
        assertFalse(events.hasRoom());
        assertFalse(record(9));
        assertFalse(queue.isOverflowPresent());
        assertEquals(0, counters.eventQueueOverflows());
    }

    @Test
    void shouldLoseWithoutAnOverflowWhileAnAbortIsActive() {
        errors.raise(SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
        assertFalse(events.hasRoom());
        assertFalse(record(9));
        assertFalse(queue.isOverflowPresent());
        errors.acknowledge(errors.gerror());
        assertTrue(record(9));
    }

    @Test
    void shouldRaiseAnErrorWhenAWriteAborts() {
        queue.setBase(0x1000);
        assertFalse(record(9));
        assertTrue(errors.isActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR));
        assertEquals(0, queue.prod());
        assertEquals(1, interrupts.wire("gerror").pulses());
        assertEquals(0, interrupts.wire("eventq").pulses());
    }

    @Test
    void shouldWriteDuringAnOverflow() {
        fill();
        record(9);
        queue.setCons(1);
        assertTrue(record(10));
        assertTrue(queue.isOverflowPresent());
        assertEquals(QueueIndex.OVERFLOW | 5, queue.prod());
    }

    @Test
    void shouldMarkAStall() {
        events.recordStall(FAULT, 7, 9, 0);
        assertEquals(Events.STALL | 7, memory.readLong(BASE + 8));
        assertEquals(1, interrupts.wire("eventq").pulses());
    }

    // ---- Merging --------------------------------------------------------------------------------

    @Test
    void shouldMergeWithTheNewestUnreadRecord() {
        merge(FAULT, 0, 0x5008, 0, true);
        merge(FAULT, 0, 0x5010, 0, true);
        assertEquals(1, queue.used());
        assertEquals(1, counters.mergedEvents());
        assertEquals(0x5008, memory.readLong(BASE + 16), "it stays as it was");
    }

    @Test
    void shouldMergeIntoAFullQueueWithoutOverflow() {
        fill();
        merge(FAULT, 0, ENTRIES - 1, 0, true);
        assertFalse(queue.isOverflowPresent());
        assertEquals(1, counters.mergedEvents());
    }

    @Test
    void shouldNotMergeUnlessAllowed() {
        merge(FAULT, 0, 0x5000, 0, true);
        merge(FAULT, 0, 0x5000, 0, false);
        assertEquals(2, queue.used());
    }

    @Test
    void shouldNotMergeWithWhatIsRead() {
        merge(FAULT, 0, 0x5000, 0, true);
        queue.setCons(1);
        merge(FAULT, 0, 0x5000, 0, true);
        assertEquals(2, queue.prod());
    }

    @Test
    void shouldNotMergeWithAnOlderRecord() {
        merge(FAULT, 0, 0x5000, 0, true);
        merge(FAULT, 0, 0x6000, 0, true);
        merge(FAULT, 0, 0x5000, 0, true);
        assertEquals(3, queue.used());
    }

    @Test
    void shouldNotMergeWithAStall() {
        events.recordStall(FAULT, 0, 0x5000, 0);
        merge(FAULT, 0, 0x5000, 0, true);
        assertEquals(2, queue.used());
    }

    @Test
    void shouldNotMergeWhatDiffers() {
        merge(FAULT, 0, 0x5000, 0, true);
        merge(FAULT, Events.RNW, 0x5000, 0, true);
        merge(FAULT, Events.RNW, 0x5000, 0x1000, true);
        merge(FAULT + (1L << 32), Events.RNW, 0x5000, 0x1000, true);
        assertEquals(4, queue.used());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x07, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x20})
    void shouldIgnoreThePageOffsetOfSomeEvents(final int number) {
        merge(number, 0, 0x5000, 0, true);
        merge(number, 0, 0x5fff, 0, true);
        assertEquals(1, queue.used());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x05, 0x24})
    void shouldNotIgnoreThePageOffsetOfOthers(final int number) {
        merge(number, 0, 0x5000, 0, true);
        merge(number, 0, 0x5fff, 0, true);
        assertEquals(2, queue.used());
    }

    @Test
    void shouldNotInterruptForAMergedRecord() {
        merge(BAD_STE, 0, 0, 0, true);
        merge(BAD_STE, 0, 0, 0, true);
        assertEquals(1, interrupts.wire("eventq").pulses());
    }

    private void merge(
            final long word0,
            final long word1,
            final long word2,
            final long word3,
            final boolean mayMerge) {
        assertTrue(events.record(word0, word1, word2, word3, mayMerge));
    }
}
