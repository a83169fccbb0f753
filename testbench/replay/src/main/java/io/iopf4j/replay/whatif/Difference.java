// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import java.util.List;
import java.util.OptionalInt;

/**
 * A fault whose fate is not the same in all runs.
 *
 * @param vm whose it is
 * @param device what raised it
 * @param number which of the device's faults it is, from 1
 * @param iova where it wanted to go, an I/O virtual address in bytes
 * @param faults its number in each run; empty in a run that never raised it
 * @param fates what has become of it in each run
 */
public record Difference(
        String vm,
        String device,
        int number,
        long iova,
        List<OptionalInt> faults,
        List<Fate> fates) {
    /** Copies the lists. */
    public Difference {
        faults = List.copyOf(faults);
        fates = List.copyOf(fates);
    }
}
