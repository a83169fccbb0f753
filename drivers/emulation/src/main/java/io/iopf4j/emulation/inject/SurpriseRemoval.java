// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.emulation.PluggedDevice;
import io.iopf4j.emulation.Scheduler;
import java.util.SplittableRandom;

/** Pulls a device out at a time that a seed picks; the host learns it later, or never. */
public final class SurpriseRemoval {
    private final Scheduler scheduler;
    private final PluggedDevice device;
    private final SplittableRandom random;
    private final Scheduler.Timer timer;
    private final Scheduler.Timer news;
    private long silenceNs;

    /**
     * No removal yet.
     *
     * @param scheduler time and order
     * @param device what is pulled out
     * @param told tells the host, such as by removing the device from its bus
     * @param seed picks the time
     */
    public SurpriseRemoval(
            final Scheduler scheduler,
            final PluggedDevice device,
            final Runnable told,
            final long seed) {
        this.scheduler = scheduler;
        this.device = device;
        this.random = new SplittableRandom(seed);
        this.timer = scheduler.new Timer(this::happen);
        this.news = scheduler.new Timer(told);
    }

    /**
     * Lets it happen, in place of a time that was picked before and has not come.
     *
     * @param withinNs the latest, in virtual nanoseconds from now, at least 1
     * @param toldAfterNs how long the host does not know it, in virtual nanoseconds; negative for
     *     ever
     */
    public void happenWithin(final long withinNs, final long toldAfterNs) {
        silenceNs = toldAfterNs;
        timer.arm(scheduler.nowNs() + random.nextLong(withinNs) + 1);
    }

    private void happen() {
        device.unplug();
        if (silenceNs >= 0) {
            news.arm(scheduler.nowNs() + silenceNs);
        }
    }
}
