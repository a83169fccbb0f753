// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.WiredInterrupt;

/**
 * Keeps back for a while what a driver says it has read of a queue, so that the queue fills. The
 * driver reads what it has stored; the hardware gets the last of it when the while is over, or when
 * the driver starts the queue anew. What came meanwhile is announced then: to the hardware the
 * queue was not empty, so that it raised no interrupt.
 */
public final class QueueFull extends ForwardingMmio {
    /** Index and wrap bit of any queue. */
    private static final int POINTER_MASK = 0xfffff;

    private final Scheduler scheduler;
    private final long readRegister;
    private final long writtenRegister;
    private final WiredInterrupt line;
    private final long holdNs;
    private final Chance chance;
    private final Scheduler.Timer timer;
    private Store kept;
    private long keptValue;
    private long holds;

    /** How wide the driver stores, and so the hardware is given it. */
    private enum Store {
        NOTHING,
        WORD,
        DOUBLE_WORD
    }

    private QueueFull(
            final PlatformDevice given,
            final long readRegister,
            final long writtenRegister,
            final InterruptLine line,
            final Scheduler scheduler,
            final long holdNs,
            final Chance chance) {
        super(given.mmio());
        this.readRegister = readRegister;
        this.writtenRegister = writtenRegister;
        this.line = (WiredInterrupt) line;
        this.scheduler = scheduler;
        this.holdNs = holdNs;
        this.chance = chance;
        this.timer = scheduler.new Timer(this::letGo);
        this.kept = Store.NOTHING;
    }

    /**
     * Before an SMMUv3's event queue: EVENTQ_CONS.
     *
     * @param given the device
     * @param scheduler time and order
     * @param holdNs how long a store is kept, in virtual nanoseconds, at least 0
     * @param chance whether it is; what is stored meanwhile is kept as well
     * @return the registers for the driver
     */
    public static QueueFull ofEvents(
            final PlatformDevice given,
            final Scheduler scheduler,
            final long holdNs,
            final Chance chance) {
        final InterruptLine combined = given.interrupt("combined");
        return new QueueFull(
                given,
                SmmuRegisters.EVENTQ_CONS,
                SmmuRegisters.EVENTQ_PROD,
                combined == null ? given.interrupt("eventq") : combined,
                scheduler,
                holdNs,
                chance);
    }

    /**
     * Before a VT-d unit's page request queue: PQH.
     *
     * @param given the device
     * @param scheduler time and order
     * @param holdNs how long a store is kept, in virtual nanoseconds, at least 0
     * @param chance whether it is; what is stored meanwhile is kept as well
     * @return the registers for the driver
     */
    public static QueueFull ofPageRequests(
            final PlatformDevice given,
            final Scheduler scheduler,
            final long holdNs,
            final Chance chance) {
        // Whether an interrupt is due its status says, not the queue.
        return new QueueFull(
                given, VtdRegisters.PQH, VtdRegisters.PQT, null, scheduler, holdNs, chance);
    }

    /**
     * How often stores were kept back.
     *
     * @return a count since the start
     */
    public long holds() {
        return holds;
    }

    private boolean keeps(final long value, final long offset, final Store how) {
        if (offset == writtenRegister && kept != Store.NOTHING) {
            timer.cancel();
            store();
        }
        if (offset != readRegister) {
            return false;
        }
        if (kept == Store.NOTHING) {
            if (!chance.fires()) {
                return false;
            }
            holds++;
            timer.arm(scheduler.nowNs() + holdNs);
        }
        kept = how;
        keptValue = value;
        return true;
    }

    private void letGo() {
        store();
        if (line != null && isAnythingUnread()) {
            line.pulse();
        }
    }

    private void store() {
        final Store how = kept;
        kept = Store.NOTHING;
        if (how == Store.WORD) {
            given().writel((int) keptValue, readRegister);
        } else {
            given().writeq(keptValue, readRegister);
        }
    }

    private boolean isAnythingUnread() {
        return ((given().readl(writtenRegister) ^ keptValue) & POINTER_MASK) != 0;
    }

    private boolean isKept(final long offset) {
        return offset == readRegister && kept != Store.NOTHING;
    }

    @Override
    public int readl(final long offset) {
        return isKept(offset) ? (int) keptValue : super.readl(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        if (!keeps(value, offset, Store.WORD)) {
            super.writel(value, offset);
        }
    }

    @Override
    public long readq(final long offset) {
        return isKept(offset) ? keptValue : super.readq(offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        if (!keeps(value, offset, Store.DOUBLE_WORD)) {
            super.writeq(value, offset);
        }
    }
}
