// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.Scheduler;

/** Memory that takes its time: virtual time passes while a device accesses it. */
public final class SlowMemory implements MemoryGate {
    private final MemoryGate given;
    private final MemoryRange range;
    private final Scheduler scheduler;
    private final long costNs;
    private final Chance chance;
    private long slowed;

    /**
     * Memory with a slow range.
     *
     * @param given what else stands before memory
     * @param range what is slow
     * @param scheduler time and order
     * @param costNs how long an access takes, in virtual nanoseconds, at least 0
     * @param chance whether an access to the range is slow
     */
    public SlowMemory(
            final MemoryGate given,
            final MemoryRange range,
            final Scheduler scheduler,
            final long costNs,
            final Chance chance) {
        this.given = given;
        this.range = range;
        this.scheduler = scheduler;
        this.costNs = costNs;
        this.chance = chance;
    }

    @Override
    public boolean lets(final long address, final long length) {
        if (range.isTouched(address, length) && chance.fires()) {
            slowed++;
            scheduler.advanceTo(scheduler.nowNs() + costNs);
        }
        return given.lets(address, length);
    }

    /**
     * How many accesses were slow.
     *
     * @return a count since the start
     */
    public long slowed() {
        return slowed;
    }
}
