// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * With a device's domain end the faults that it raised there. The bench checks it once nothing is
 * left to run after a change, and of all devices at the run's end.
 */
public final class NoFaultOutlivesItsDomain extends Invariant {
    NoFaultOutlivesItsDomain(final Breaches breaches) {
        super(breaches);
    }

    /**
     * After a device's domain has changed.
     *
     * @param device the device's name
     * @param open faults that it raised in an earlier domain and the hardware still stalls
     */
    public void after(final String device, final int open) {
        if (fails(open == 0)) {
            tell(open + " faults of " + device + " are stalled after its domain has changed");
        }
    }
}
