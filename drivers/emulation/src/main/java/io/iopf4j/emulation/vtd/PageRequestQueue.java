// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * The page request queue in memory, its registers and its event. One slot stays free. What finds no
 * room sets PRO, and nothing is queued until software has cleared it, room or not. In revision 2
 * that bit is the one in FSTS as well, with the fault event besides. VT-d specification, 7.4, 7.5
 * and 11.4.11.
 */
final class PageRequestQueue {
    private static final long ADDRESS_BITS = -0x1000L | VtdRegisters.QUEUE_SIZE_MASK;
    private static final int POINTER_BITS = 0x7_fff0;
    private static final int PAGE_BYTES = 0x1000;
    private static final int STATUS_BITS = VtdRegisters.PRS_PPR | VtdRegisters.PRS_PRO;

    private final PhysicalMemory memory;
    private final EventInterrupt event;
    private final FaultStatus faults;
    private final VtdCounters counters;
    private final boolean isRevision2;
    private final int entryBytes;
    private final int pointerBits;
    private long address;
    private int head;
    private int tail;
    private int status;

    PageRequestQueue(
            final PhysicalMemory memory,
            final VtdConfig config,
            final EventInterrupt event,
            final FaultStatus faults,
            final VtdCounters counters) {
        this.memory = memory;
        this.event = event;
        this.faults = faults;
        this.counters = counters;
        isRevision2 = config.isRevision2();
        entryBytes = isRevision2 ? PageRequestRev2.BYTES : PageRequest.BYTES;
        pointerBits = POINTER_BITS & -entryBytes;
    }

    // ---- Registers ------------------------------------------------------------------------------

    long address() {
        return address;
    }

    void setAddress(final long value) {
        address = value & ADDRESS_BITS;
    }

    int head() {
        return head;
    }

    void setHead(final long value) {
        head = (int) value & pointerBits;
    }

    int tail() {
        return tail;
    }

    /** Software sets it up; afterwards it is the hardware's. */
    void setTail(final long value) {
        tail = (int) value & pointerBits;
    }

    /** PRS. */
    int status() {
        return status;
    }

    void clearStatus(final int value) {
        status &= ~value;
        if (status == 0) {
            event.served();
        }
        if (isRevision2 && (value & VtdRegisters.PRS_PRO) != 0) {
            faults.write(VtdRegisters.FSTS_PRO);
        }
    }

    // ---- Requests -------------------------------------------------------------------------------

    /** Whether there is room, and none was missing since software cleared PRO; sets PRO if not. */
    boolean hasRoom() {
        if ((status & VtdRegisters.PRS_PRO) != 0) {
            return false;
        }
        if (((tail + entryBytes - head) & (sizeBytes() - 1)) != 0) {
            return true;
        }
        counters.overflows++;
        raise(VtdRegisters.PRS_PRO);
        if (isRevision2) {
            faults.set(VtdRegisters.FSTS_PRO);
        }
        return false;
    }

    /**
     * Writes a request where there is room. The request is there before the tail moves, and the
     * tail before the event. Where there is no memory it is lost.
     *
     * @return whether it was written
     */
    boolean write(final long qw0, final long qw1) {
        final int size = sizeBytes();
        final long base = address & -PAGE_BYTES;
        final long at = base + (tail & (size - 1));
        // From the top of the address space it does not go on at the bottom.
        if (base < 0 || !memory.contains(at, entryBytes)) {
            return false;
        }
        if (isRevision2) {
            memory.writeLong(at, qw0);
            memory.writeLong(at + 8, qw1);
        } else {
            memory.writeLongs(at, qw0, qw1, 0, 0);
        }
        tail = (tail + entryBytes) & (size - 1);
        counters.requestsQueued++;
        final int used = ((tail - head) & (size - 1)) / entryBytes;
        counters.queueHighWater = Math.max(counters.queueHighWater, used);
        return true;
    }

    /** Tells software of a request that was written. */
    void signal() {
        if ((status & VtdRegisters.PRS_PPR) == 0) {
            raise(VtdRegisters.PRS_PPR);
        }
    }

    private void raise(final int bit) {
        final boolean isFirst = (status & STATUS_BITS) == 0;
        status |= bit;
        if (isFirst) {
            event.raise();
        }
    }

    private int sizeBytes() {
        return PAGE_BYTES << (int) (address & VtdRegisters.QUEUE_SIZE_MASK);
    }
}
