// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

/**
 * Faults of one virtual machine that went one way in the first run and another way in a later one.
 *
 * @param run the later run's index, at least 1
 * @param vm whose they are
 * @param from their fate in the first run
 * @param to their fate in the later run
 * @param count how many, at least 1
 */
public record Shift(int run, String vm, Fate from, Fate to, long count) {
    Shift withCount(final long other) {
        return new Shift(run, vm, from, to, other);
    }
}
