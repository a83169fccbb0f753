// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** All that must hold in one run. Whoever sees a step tells the invariants that it is about. */
public final class Invariants {
    private final Breaches breaches;
    private final EveryTransactionEndsOnce everyTransactionEndsOnce;
    private final ResponsesCarryTheGroupTheyAnswer responsesCarryTheGroupTheyAnswer;
    private final EveryAnswerReachesItsDevice everyAnswerReachesItsDevice;
    private final HardwareDriverAndCoreBooksAgree hardwareDriverAndCoreBooksAgree;
    private final NoFaultOutlivesItsDomain noFaultOutlivesItsDomain;
    private final NoVmExceedsItsQuota noVmExceedsItsQuota;
    private final NothingCrossesFromOneVmToAnother nothingCrossesFromOneVmToAnother;
    private final NothingUnmappedIsReached nothingUnmappedIsReached;
    private final VirtualTimeNeverRunsBack virtualTimeNeverRunsBack;
    private final MemoryStaysWithinItsBound memoryStaysWithinItsBound;
    private final EveryTransactionEndsOnceFaultsStop everyTransactionEndsOnceFaultsStop;
    private final List<Invariant> all;
    private final Set<Invariant> onlyWhereChecked;

    /**
     * None checked yet.
     *
     * @param nowNs virtual time, asked when one is broken
     */
    public Invariants(final LongSupplier nowNs) {
        breaches = new Breaches(nowNs);
        everyTransactionEndsOnce = new EveryTransactionEndsOnce(breaches);
        responsesCarryTheGroupTheyAnswer = new ResponsesCarryTheGroupTheyAnswer(breaches);
        everyAnswerReachesItsDevice = new EveryAnswerReachesItsDevice(breaches);
        hardwareDriverAndCoreBooksAgree = new HardwareDriverAndCoreBooksAgree(breaches);
        noFaultOutlivesItsDomain = new NoFaultOutlivesItsDomain(breaches);
        noVmExceedsItsQuota = new NoVmExceedsItsQuota(breaches);
        nothingCrossesFromOneVmToAnother = new NothingCrossesFromOneVmToAnother(breaches);
        nothingUnmappedIsReached = new NothingUnmappedIsReached(breaches);
        virtualTimeNeverRunsBack = new VirtualTimeNeverRunsBack(breaches);
        memoryStaysWithinItsBound = new MemoryStaysWithinItsBound(breaches);
        everyTransactionEndsOnceFaultsStop = new EveryTransactionEndsOnceFaultsStop(breaches);
        all =
                List.of(
                        everyTransactionEndsOnce,
                        responsesCarryTheGroupTheyAnswer,
                        everyAnswerReachesItsDevice,
                        hardwareDriverAndCoreBooksAgree,
                        noFaultOutlivesItsDomain,
                        noVmExceedsItsQuota,
                        nothingCrossesFromOneVmToAnother,
                        virtualTimeNeverRunsBack,
                        memoryStaysWithinItsBound,
                        nothingUnmappedIsReached,
                        everyTransactionEndsOnceFaultsStop);
        onlyWhereChecked =
                Set.of(
                        noVmExceedsItsQuota,
                        virtualTimeNeverRunsBack,
                        memoryStaysWithinItsBound,
                        nothingUnmappedIsReached,
                        everyTransactionEndsOnceFaultsStop);
    }

    /**
     * All of them, but for those that are about what this run has not, such as a quota.
     *
     * @return in a fixed order
     */
    public List<Invariant> all() {
        final List<Invariant> checked = new ArrayList<>();
        for (final Invariant any : all) {
            if (any.checked() > 0 || !onlyWhereChecked.contains(any)) {
                checked.add(any);
            }
        }
        return checked;
    }

    /**
     * Whether all have held so far.
     *
     * @return none was broken
     */
    public boolean hold() {
        return breaches.first() == null;
    }

    /**
     * Which was broken first, when and how.
     *
     * @return the breach, or null if all have held so far
     */
    public Breach firstBreach() {
        return breaches.first();
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public EveryTransactionEndsOnce everyTransactionEndsOnce() {
        return everyTransactionEndsOnce;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public ResponsesCarryTheGroupTheyAnswer responsesCarryTheGroupTheyAnswer() {
        return responsesCarryTheGroupTheyAnswer;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public EveryAnswerReachesItsDevice everyAnswerReachesItsDevice() {
        return everyAnswerReachesItsDevice;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public HardwareDriverAndCoreBooksAgree hardwareDriverAndCoreBooksAgree() {
        return hardwareDriverAndCoreBooksAgree;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public NoFaultOutlivesItsDomain noFaultOutlivesItsDomain() {
        return noFaultOutlivesItsDomain;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public NoVmExceedsItsQuota noVmExceedsItsQuota() {
        return noVmExceedsItsQuota;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public NothingCrossesFromOneVmToAnother nothingCrossesFromOneVmToAnother() {
        return nothingCrossesFromOneVmToAnother;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public VirtualTimeNeverRunsBack virtualTimeNeverRunsBack() {
        return virtualTimeNeverRunsBack;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public NothingUnmappedIsReached nothingUnmappedIsReached() {
        return nothingUnmappedIsReached;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public MemoryStaysWithinItsBound memoryStaysWithinItsBound() {
        return memoryStaysWithinItsBound;
    }

    /**
     * One of them.
     *
     * @return the invariant
     */
    public EveryTransactionEndsOnceFaultsStop everyTransactionEndsOnceFaultsStop() {
        return everyTransactionEndsOnceFaultsStop;
    }
}
