// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import java.util.List;
import java.util.stream.Stream;

/** What must hold in every run, counted each time it is checked; the first breach is told. */
public final class Invariants {
    /** A page group response has 4 bits for its code. */
    private static final int RESPONSE_MASK = 0xf;

    private final Invariant everyTransactionEndsOnce = new Invariant("EveryTransactionEndsOnce");
    private final Invariant responsesCarryTheirGroup =
            new Invariant("ResponsesCarryTheGroupTheyAnswer");
    private final Invariant booksAgree = new Invariant("HardwareDriverAndCoreBooksAgree");
    private final Invariant everyAnswerArrives = new Invariant("EveryAnswerReachesItsDevice");
    private final Invariant noFaultOutlivesItsDomain = new Invariant("NoFaultOutlivesItsDomain");
    private final Invariant noVmExceedsItsQuota = new Invariant("NoVmExceedsItsQuota");
    private final Invariant nothingCrossesVms = new Invariant("NothingCrossesFromOneVmToAnother");

    /** None checked yet. */
    public Invariants() {}

    /**
     * All of them; that of quotas only where there is one.
     *
     * @return in a fixed order
     */
    public List<Invariant> all() {
        return Stream.of(
                        everyTransactionEndsOnce,
                        responsesCarryTheirGroup,
                        everyAnswerArrives,
                        booksAgree,
                        noFaultOutlivesItsDomain,
                        noVmExceedsItsQuota,
                        nothingCrossesVms)
                .filter(any -> any != noVmExceedsItsQuota || any.checked > 0)
                .toList();
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

    /** An answer that goes to the hardware is of a group that is open and was not answered yet. */
    void responseCarriesItsGroup(final String device, final int grpid, final boolean carries) {
        responsesCarryTheirGroup.checked++;
        if (!carries) {
            responsesCarryTheirGroup.broken(
                    "an answer went to "
                            + device
                            + " for group "
                            + grpid
                            + ", which waits for none");
        }
    }

    /** What a guest answers is the fault whose record it read. */
    void answerIsOfItsFault(final int meant, final int answered) {
        responsesCarryTheirGroup.checked++;
        if (meant != answered) {
            responsesCarryTheirGroup.broken(
                    "an answer to fault " + meant + " was taken for fault " + answered);
        }
    }

    /** A RESUME does to an access what its answer says. */
    void resumeMatchesAnswer(final int row, final int code, final int action) {
        responsesCarryTheirGroup.checked++;
        final boolean matches =
                switch (code) {
                    case PageResponseCode.SUCCESS -> action == Commands.RESUME_RETRY;
                    case PageResponseCode.INVALID, PageResponseCode.FAILURE ->
                            action == Commands.RESUME_ABORT;
                    // FAILURE of 2017; to a later driver a code that it does not know.
                    case PageResponseCode.FAILURE_2017 -> action != Commands.RESUME_RETRY;
                    case Ledger.NONE -> false;
                    default -> action == Commands.RESUME_TERM;
                };
        if (!matches) {
            responsesCarryTheirGroup.broken(
                    "fault " + row + " answered " + code + " was resumed with action " + action);
        }
    }

    /** A device is told what the answer to its group says. */
    void responseMatchesAnswer(final int row, final int code, final int response) {
        responsesCarryTheirGroup.checked++;
        if (code == Ledger.NONE || (code & RESPONSE_MASK) != response) {
            responsesCarryTheirGroup.broken(
                    "fault " + row + " answered " + code + " was told " + response);
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
     * After a step, with nothing left to run: no answer is on its way.
     *
     * @param inVain faults that were answered and are stalled all the same
     */
    public void everyAnswerArrives(final int inVain) {
        everyAnswerArrives.checked++;
        if (inVain != 0) {
            everyAnswerArrives.broken(inVain + " answered, and still stalled in the hardware");
        }
    }

    /**
     * Nothing is left to run: after a device's domain has changed, and at the run's end.
     *
     * @param device the device's name
     * @param open faults that it raised in an earlier domain and the hardware still stalls
     */
    public void noFaultOutlivesItsDomain(final String device, final int open) {
        noFaultOutlivesItsDomain.checked++;
        if (open != 0) {
            noFaultOutlivesItsDomain.broken(
                    open + " faults of " + device + " are stalled after its domain has changed");
        }
    }

    /**
     * After a run with a quota.
     *
     * @param vm the machine's name
     * @param most its faults that were outstanding at once, at most
     * @param quota what the policy lets it have
     */
    public void noVmExceedsItsQuota(final String vm, final long most, final long quota) {
        noVmExceedsItsQuota.checked++;
        if (most > quota) {
            noVmExceedsItsQuota.broken(vm + " had " + most + " outstanding, its quota is " + quota);
        }
    }

    /** An access may only succeed through the tables of the machine that raised it. */
    void endsWithItsOwner(final int row, final boolean isItsOwn) {
        nothingCrossesVms.checked++;
        if (!isItsOwn) {
            nothingCrossesVms.broken("fault " + row + " was completed by the next owner's tables");
        }
    }

    /** An answer that the core takes is to a fault of whom the device belongs to. */
    void guestAnswers(final int row, final boolean isItsOwn) {
        nothingCrossesVms.checked++;
        if (!isItsOwn) {
            nothingCrossesVms.broken("fault " + row + " was answered by the device's next owner");
        }
    }

    /**
     * A guest got a record.
     *
     * @param isItsOwn whether no device of another machine raised it
     * @param grpid the group that the record names
     */
    public void guestSees(final boolean isItsOwn, final int grpid) {
        nothingCrossesVms.checked++;
        if (!isItsOwn) {
            nothingCrossesVms.broken("a fault of group " + grpid + " reached another VM");
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
