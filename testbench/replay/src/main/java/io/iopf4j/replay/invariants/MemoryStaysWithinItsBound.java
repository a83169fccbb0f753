// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * No device and no guest makes the machine grow without end: emulated memory in use, and what the
 * host keeps of the faults of one device or machine, stay within the bench's {@code MemoryBound}.
 * The bench checks memory and one device in turn, with its machine, after each step; all of them at
 * the run's end.
 */
public final class MemoryStaysWithinItsBound extends Invariant {
    MemoryStaysWithinItsBound(final Breaches breaches) {
        super(breaches);
    }

    /**
     * Emulated memory.
     *
     * @param used bytes in use
     * @param bound bytes at most
     */
    public void uses(final long used, final long bound) {
        if (fails(used <= bound)) {
            tell(used + " bytes of emulated memory are in use, the bound is " + bound);
        }
    }

    /**
     * Faults that the host keeps.
     *
     * @param whose the machine's or the device's name
     * @param kept how many
     * @param bound how many at most
     */
    public void keeps(final String whose, final long kept, final long bound) {
        if (fails(kept <= bound)) {
            tell(kept + " faults of " + whose + " are kept, the bound is " + bound);
        }
    }
}
