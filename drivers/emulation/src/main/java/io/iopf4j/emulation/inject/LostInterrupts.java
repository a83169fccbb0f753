// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.kernel.Kernel;
import java.util.LinkedHashSet;
import java.util.Set;

/** Loses interrupts on their way to a driver; the lines that lost some can be raised once more. */
public final class LostInterrupts extends InterruptGate {
    private final Chance chance;
    private final Set<Line> missed = new LinkedHashSet<>();
    private long lost;

    /**
     * A kernel that loses interrupts.
     *
     * @param given the kernel that does not
     * @param chance whether one is lost
     */
    public LostInterrupts(final Kernel given, final Chance chance) {
        super(given);
        this.chance = chance;
    }

    @Override
    boolean passes(final Line line) {
        if (chance.fires()) {
            lost++;
            missed.add(line);
            return false;
        }
        missed.remove(line);
        return true;
    }

    /**
     * Raises each line once whose last interrupt was lost: the end of a storm. An edge that is lost
     * for good need never come again, since what it told of stays untold.
     */
    public void deliver() {
        for (final Line line : lines()) {
            if (missed.remove(line)) {
                line.raise();
            }
        }
    }

    /**
     * How many were lost.
     *
     * @return a count since the start
     */
    public long lost() {
        return lost;
    }
}
