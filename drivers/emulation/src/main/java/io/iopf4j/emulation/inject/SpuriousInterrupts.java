// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.Scheduler;
import java.util.SplittableRandom;

/**
 * Raises interrupts that no device raised: some time after a real one, on any line that the driver
 * has claimed.
 */
public final class SpuriousInterrupts extends InterruptGate {
    private static final long MOST_DELAY_NS = 100_000;

    private final Scheduler scheduler;
    private final Chance chance;
    private final SplittableRandom random;
    private final Scheduler.Timer timer;
    private long raised;

    /**
     * A kernel that hears too much.
     *
     * @param given the kernel that does not
     * @param scheduler time and order
     * @param chance whether a spurious interrupt follows a real one, up to 100 us later
     * @param seed picks its line and its time
     */
    public SpuriousInterrupts(
            final Kernel given, final Scheduler scheduler, final Chance chance, final long seed) {
        super(given);
        this.scheduler = scheduler;
        this.chance = chance;
        this.random = new SplittableRandom(seed);
        this.timer = scheduler.new Timer(this::raiseOne);
    }

    @Override
    boolean passes(final Line line) {
        if (!timer.isArmed() && chance.fires()) {
            timer.arm(scheduler.nowNs() + random.nextLong(1, MOST_DELAY_NS));
        }
        return true;
    }

    private void raiseOne() {
        if (lineCount() == 0) {
            return;
        }
        int left = random.nextInt(lineCount());
        for (final Line line : lines()) {
            if (left-- == 0) {
                raised++;
                line.raise();
                return;
            }
        }
    }

    /**
     * How many were raised.
     *
     * @return a count since the start
     */
    public long raised() {
        return raised;
    }
}
