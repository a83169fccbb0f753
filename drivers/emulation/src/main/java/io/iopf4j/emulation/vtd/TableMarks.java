// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.PhysicalMemory;

/** Accessed and dirty bits that the hardware sets in tables. */
final class TableMarks {
    /** Bits 31:20 of addresses that interrupts are sent to, all above being 0. */
    private static final long INTERRUPTS = 0xfee;

    private static final int INTERRUPTS_SHIFT = 20;

    private final PhysicalMemory memory;

    /** Walks see what processors wrote and the other way round, so that bits can be set at all. */
    final boolean arePossible;

    /**
     * Marks of a unit.
     *
     * @param config whose ECAP.SMPWCS says whether walks are coherent; those of revision 2 are
     */
    TableMarks(final PhysicalMemory memory, final VtdConfig config) {
        this.memory = memory;
        arePossible = config.isRevision2() || config.capabilities().hasEcap(VtdCapabilities.SMPWCS);
    }

    static boolean isInterrupt(final long address) {
        return address >>> INTERRUPTS_SHIFT == INTERRUPTS;
    }

    boolean isMissing(final long place, final long bits) {
        return (memory.readLong(place) & bits) != bits;
    }

    /** Sets bits of an entry in memory; a write to where interrupts are sent sets none. */
    boolean set(final long place, final long bits) {
        if (isInterrupt(place)) {
            return false;
        }
        memory.writeLong(place, memory.readLong(place) | bits);
        return true;
    }
}
