// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * Something that must hold in every run; its class is named by the sentence. Each check is counted,
 * and the first that fails is told. A check that does not fail allocates nothing. One thread.
 */
public abstract sealed class Invariant
        permits EveryAnswerReachesItsDevice,
                EveryTransactionEndsOnce,
                EveryTransactionEndsOnceFaultsStop,
                HardwareDriverAndCoreBooksAgree,
                MemoryStaysWithinItsBound,
                NoFaultOutlivesItsDomain,
                NoVmExceedsItsQuota,
                NothingCrossesFromOneVmToAnother,
                NothingUnmappedIsReached,
                ResponsesCarryTheGroupTheyAnswer,
                VirtualTimeNeverRunsBack {
    private final Breaches breaches;
    private final String name = getClass().getSimpleName();
    private long checked;
    private Breach breach;

    Invariant(final Breaches breaches) {
        this.breaches = breaches;
    }

    /** Counts a check; whether it failed, and is to be told. */
    final boolean fails(final boolean holds) {
        checked++;
        return !holds;
    }

    /** What was found by the check that failed. */
    final void tell(final String text) {
        if (breach == null) {
            breach = breaches.tell(name(), text);
        }
    }

    /**
     * A sentence without blanks.
     *
     * @return its name
     */
    public final String name() {
        return name;
    }

    /**
     * Whether it has held so far.
     *
     * @return no check failed
     */
    public final boolean holds() {
        return breach == null;
    }

    /**
     * How often it was checked.
     *
     * @return a count
     */
    public final long checked() {
        return checked;
    }

    /**
     * The first check that failed.
     *
     * @return one line, or null
     */
    public final String breach() {
        return breach == null ? null : breach.text();
    }
}
