// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * The event queue: when a record can be written, and what happens to one that cannot. A stall's
 * record waits (see {@link StalledTransactions}); any other is lost, with an overflow if the queue
 * was full. IHI 0070, 7.2 to 7.4.
 *
 * <p>A record that may be merged and says what the newest unread record says is not written a
 * second time; no clock is asked, because a record that nobody has read yet is recent.
 */
final class EventQueue {
    private static final long PAGE_OFFSET = 0xfff;

    private final PhysicalMemory memory;
    private final Queue queue;
    private final ControlRegisters control;
    private final GlobalErrors errors;
    private final Interrupts interrupts;
    private final SmmuCounters counters;

    EventQueue(
            final PhysicalMemory memory,
            final Queue queue,
            final ControlRegisters control,
            final GlobalErrors errors,
            final Interrupts interrupts,
            final SmmuCounters counters) {
        this.memory = memory;
        this.queue = queue;
        this.control = control;
        this.errors = errors;
        this.interrupts = interrupts;
        this.counters = counters;
    }

    /** Whether a record would be written now. */
    boolean hasRoom() {
        return isWritable() && !queue.isFull();
    }

    private boolean isWritable() {
        return control.isAnySet(SmmuRegisters.CR0_EVENTQEN)
                && !errors.isActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
    }

    /**
     * Records what stalls nothing.
     *
     * @param mayMerge whether STE.MEV allows that an equal record stands for this one
     * @return false if it is lost
     */
    boolean record(
            final long word0,
            final long word1,
            final long word2,
            final long word3,
            final boolean mayMerge) {
        if (!isWritable()) {
            return false;
        }
        if (mayMerge && saysNewest(word0, word1, word2, word3)) {
            counters.mergedEvents++;
            return true;
        }
        if (queue.isFull()) {
            counters.eventQueueOverflows++;
            queue.sayOverflow();
            return false;
        }
        return write(word0, word1, word2, word3);
    }

    /** Records a stall. The caller has seen room; only an aborted write can lose it. */
    void recordStall(final long word0, final long word1, final long word2, final long word3) {
        write(word0, word1 | Events.STALL, word2, word3);
    }

    private boolean write(final long word0, final long word1, final long word2, final long word3) {
        final long address = queue.prodAddress();
        if (!memory.contains(address, Events.BYTES)) {
            interrupts.raise(SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
            return false;
        }
        final boolean wasEmpty = queue.isEmpty();
        memory.writeLongs(address, word0, word1, word2, word3);
        queue.advanceProd();
        counters.eventQueueHighWater = Math.max(counters.eventQueueHighWater, queue.used());
        if (wasEmpty) {
            interrupts.signalEvents();
        }
        return true;
    }

    /** IHI 0070, 7.3.1: equal records, and a stall equals nothing. */
    private boolean saysNewest(
            final long word0, final long word1, final long word2, final long word3) {
        if (queue.isEmpty() || !queue.isConsistent()) {
            return false;
        }
        final long newest = queue.newestAddress();
        if (!memory.contains(newest, Events.BYTES)) {
            return false;
        }
        final long addressMask = ignoresPageOffset(Events.number(word0)) ? ~PAGE_OFFSET : -1L;
        return memory.readLong(newest) == word0
                && memory.readLong(newest + 8) == word1
                && ((memory.readLong(newest + 16) ^ word2) & addressMask) == 0
                && memory.readLong(newest + 24) == word3;
    }

    private static boolean ignoresPageOffset(final int number) {
        return switch (number) {
            case Events.F_TRANSL_FORBIDDEN,
                    Events.F_WALK_EABT,
                    Events.F_TRANSLATION,
                    Events.F_ADDR_SIZE,
                    Events.F_ACCESS,
                    Events.F_PERMISSION,
                    Events.F_TLB_CONFLICT ->
                    true;
            default -> false;
        };
    }
}
