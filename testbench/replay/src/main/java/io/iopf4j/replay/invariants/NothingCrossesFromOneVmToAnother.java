// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * A machine neither sees, answers nor serves a fault that a device raised while it was another's.
 * Checked by the ledger when a fault is delivered, when a guest's answer is taken and when an
 * access ends; by the virtual machine for each record that its guest reads.
 */
public final class NothingCrossesFromOneVmToAnother extends Invariant {
    NothingCrossesFromOneVmToAnother(final Breaches breaches) {
        super(breaches);
    }

    /**
     * An access may only succeed through the tables of the machine that raised it.
     *
     * @param row the fault
     * @param isItsOwn it did not succeed, or its device belongs to that machine
     */
    public void ends(final int row, final boolean isItsOwn) {
        if (fails(isItsOwn)) {
            tell("fault " + row + " was completed by the next owner's tables");
        }
    }

    /**
     * An answer that the core takes is to a fault of whom the device belongs to.
     *
     * @param row the fault
     * @param isItsOwn its device belongs to the machine that raised it
     */
    public void isAnswered(final int row, final boolean isItsOwn) {
        if (fails(isItsOwn)) {
            tell("fault " + row + " was answered by the device's next owner");
        }
    }

    /**
     * A guest got a record.
     *
     * @param isItsOwn no device of another machine raised it
     * @param grpid the group that the record names
     */
    public void isSeen(final boolean isItsOwn, final int grpid) {
        if (fails(isItsOwn)) {
            tell("a fault of group " + grpid + " reached another VM");
        }
    }
}
