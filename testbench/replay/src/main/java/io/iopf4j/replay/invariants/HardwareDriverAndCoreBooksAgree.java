// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * What one layer counts as open the others count too. The bench compares the hardware with the
 * ledger after each step; the core's list of a device with what the driver has reported of it after
 * each step that is about this device, and of all devices at the run's end.
 */
public final class HardwareDriverAndCoreBooksAgree extends Invariant {
    HardwareDriverAndCoreBooksAgree(final Breaches breaches) {
        super(breaches);
    }

    /**
     * After a step, with nothing left to run.
     *
     * @param what whose books
     * @param ledger faults that are open by the ledger
     * @param other faults that are open by the hardware, or by the core
     */
    public void compare(final String what, final long ledger, final long other) {
        if (fails(ledger == other)) {
            tell(what + ": " + other + " open, the ledger has " + ledger);
        }
    }
}
