// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestVm;
import java.util.List;

/**
 * What a run has come to when its calm is about to begin: to look at, not to change.
 *
 * @param bench the machine; nothing is ready to run
 * @param machines the virtual machines, by index
 */
public record StormEnd(Bench bench, List<Machine> machines) {
    /** Takes a copy of the list. */
    public StormEnd {
        machines = List.copyOf(machines);
    }

    /**
     * A virtual machine.
     *
     * @param vm the machine
     * @param owed rows of the faults that its guest has read and not answered, the oldest first
     * @param isUnheard whether its fault queue is closed
     * @param isGone whether it was torn down
     */
    public record Machine(GuestVm vm, List<Integer> owed, boolean isUnheard, boolean isGone) {
        /** Takes a copy of the list. */
        public Machine {
            owed = List.copyOf(owed);
        }
    }
}
