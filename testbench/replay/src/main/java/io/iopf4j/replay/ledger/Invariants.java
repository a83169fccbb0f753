// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import java.util.List;

/** What must hold in every run, counted each time it is checked; the first breach is told. */
public final class Invariants {
    private final Invariant everyTransactionEndsOnce = new Invariant("EveryTransactionEndsOnce");
    private final Invariant responsesCarryTheirGroup =
            new Invariant("ResponsesCarryTheGroupTheyAnswer");
    private final Invariant booksAgree = new Invariant("HardwareDriverAndCoreBooksAgree");
    private final Invariant nothingCrossesVms = new Invariant("NothingCrossesFromOneVmToAnother");

    /** None checked yet. */
    public Invariants() {}

    /**
     * All of them.
     *
     * @return in a fixed order
     */
    public List<Invariant> all() {
        return List.of(
                everyTransactionEndsOnce, responsesCarryTheirGroup, booksAgree, nothingCrossesVms);
    }

    /**
     * Whether all have held so far.
     *
     * @return none was broken
     */
    public boolean hold() {
        return all().stream().allMatch(Invariant::holds);
    }

    void transactionEnds(final int row, final boolean isFirst) {
        everyTransactionEndsOnce.checked++;
        if (!isFirst) {
            everyTransactionEndsOnce.broken("fault " + row + " ended twice");
        }
    }

    void responseCarriesItsGroup(final int row, final boolean carries) {
        responsesCarryTheirGroup.checked++;
        if (!carries) {
            responsesCarryTheirGroup.broken("fault " + row + " was answered with another's group");
        }
    }

    /** A RESUME does to an access what its answer says. */
    void resumeMatchesAnswer(final int row, final int code, final int action) {
        responsesCarryTheirGroup.checked++;
        final int expected =
                switch (code) {
                    case PageResponseCode.SUCCESS -> Commands.RESUME_RETRY;
                    case PageResponseCode.INVALID, PageResponseCode.FAILURE ->
                            Commands.RESUME_ABORT;
                    default -> Commands.RESUME_TERM;
                };
        if (code == Ledger.NONE || action != expected) {
            responsesCarryTheirGroup.broken(
                    "fault " + row + " answered " + code + " was resumed with action " + action);
        }
    }

    /**
     * After a step: every access that was issued has ended or is stalled or held.
     *
     * @param ledger the faults
     * @param stalled stalls that the hardware has recorded
     * @param held stalls that wait for room
     */
    public void everyAccessIsAccountedFor(final Ledger ledger, final int stalled, final int held) {
        everyTransactionEndsOnce.checked++;
        if (ledger.size() != ledger.ended() + stalled + held) {
            everyTransactionEndsOnce.broken(
                    ledger.size()
                            + " accesses issued, but "
                            + ledger.ended()
                            + " ended, "
                            + stalled
                            + " stalled, "
                            + held
                            + " held");
        }
    }

    /**
     * After a step, with nothing left to run: what one layer counts, the others count too.
     *
     * @param what whose books
     * @param ledger faults that are open by the ledger
     * @param other faults that are open by the hardware, or by the core
     */
    public void booksAgree(final String what, final long ledger, final long other) {
        booksAgree.checked++;
        if (ledger != other) {
            booksAgree.broken(what + ": " + other + " open, the ledger has " + ledger);
        }
    }

    /**
     * A guest got a record.
     *
     * @param isItsOwn whether the device is one of its own
     * @param devId the device that the record names
     */
    public void guestSees(final boolean isItsOwn, final int devId) {
        nothingCrossesVms.checked++;
        if (!isItsOwn) {
            nothingCrossesVms.broken("a fault of device object " + devId + " reached another VM");
        }
    }

    /** One invariant. */
    public static final class Invariant {
        private final String name;
        private long checked;
        private String breach;

        private Invariant(final String name) {
            this.name = name;
        }

        private void broken(final String how) {
            if (breach == null) {
                breach = how;
            }
        }

        /**
         * A sentence without blanks.
         *
         * @return its name
         */
        public String name() {
            return name;
        }

        /**
         * Whether it has held so far.
         *
         * @return no check failed
         */
        public boolean holds() {
            return breach == null;
        }

        /**
         * How often it was checked.
         *
         * @return a count
         */
        public long checked() {
            return checked;
        }

        /**
         * The first check that failed.
         *
         * @return one line, or null
         */
        public String breach() {
            return breach;
        }
    }
}
