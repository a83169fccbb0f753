// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * What the core has answered the hardware waits for no longer. The bench checks it after each step,
 * with nothing left to run: no answer is on its way then.
 */
public final class EveryAnswerReachesItsDevice extends Invariant {
    EveryAnswerReachesItsDevice(final Breaches breaches) {
        super(breaches);
    }

    /**
     * After a step.
     *
     * @param inVain faults that were answered and are stalled all the same
     */
    public void after(final int inVain) {
        if (fails(inVain == 0)) {
            tell(inVain + " answered, and still stalled in the hardware");
        }
    }
}
