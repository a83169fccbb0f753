// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.emulation.PluggedDevice;
import io.iopf4j.emulation.Scheduler;
import java.util.SplittableRandom;

/** Resets a device at a time that a seed picks, whatever it has in flight then. */
public final class DeviceReset {
    private final Scheduler scheduler;
    private final PluggedDevice device;
    private final SplittableRandom random;
    private final Scheduler.Timer timer;
    private long resets;

    /**
     * No reset yet.
     *
     * @param scheduler time and order
     * @param device what is reset
     * @param seed picks the time
     */
    public DeviceReset(final Scheduler scheduler, final PluggedDevice device, final long seed) {
        this.scheduler = scheduler;
        this.device = device;
        this.random = new SplittableRandom(seed);
        this.timer = scheduler.new Timer(this::happen);
    }

    /**
     * Lets it happen once, in place of a time that was picked before and has not come.
     *
     * @param withinNs the latest, in virtual nanoseconds from now, at least 1
     */
    public void happenWithin(final long withinNs) {
        timer.arm(scheduler.nowNs() + random.nextLong(withinNs) + 1);
    }

    private void happen() {
        resets++;
        device.reset();
    }

    /**
     * How often it has happened.
     *
     * @return a count
     */
    public long resets() {
        return resets;
    }
}
