// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.Mmio;

/**
 * Lets the hardware be quicker than its driver: before an access to a register something happens on
 * the hardware's side, as it may at any time but in one thread never would. It must not be
 * software's doing, which waits for the driver's locks.
 */
public final class Preemption extends ForwardingMmio {
    private final Chance chance;
    private final Runnable hardware;
    private boolean isRunning;
    private long preempted;

    /**
     * Registers that something happens before.
     *
     * @param given the registers
     * @param chance whether it happens before an access
     * @param hardware what happens, such as a device that issues its next access; what it sets off
     *     is not preempted
     */
    public Preemption(final Mmio given, final Chance chance, final Runnable hardware) {
        super(given);
        this.chance = chance;
        this.hardware = hardware;
    }

    private void beforeAccess() {
        if (!isRunning && chance.fires()) {
            isRunning = true;
            preempted++;
            hardware.run();
            isRunning = false;
        }
    }

    /**
     * How often something happened first.
     *
     * @return a count since the start
     */
    public long preempted() {
        return preempted;
    }

    @Override
    public int readl(final long offset) {
        beforeAccess();
        return super.readl(offset);
    }

    @Override
    public void writel(final int value, final long offset) {
        beforeAccess();
        super.writel(value, offset);
    }

    @Override
    public long readq(final long offset) {
        beforeAccess();
        return super.readq(offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        beforeAccess();
        super.writeq(value, offset);
    }
}
