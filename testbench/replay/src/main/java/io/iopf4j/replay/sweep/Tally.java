// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.dump.AnsweredBy;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Counts what is kept of a run, whose ledger is then let go. One use. */
final class Tally {
    private final FaultTable faults;
    private final Ledger ledger;
    private final List<VmResult> vms;
    private final Criterion criterion;
    private final OptionalLong guestDelayNs;
    private final Optional<List<Norm>> norms;
    private final long endNs;
    private final long[] owed;
    private final long[] lost;
    private final long[] late;
    private final long[] longestWaitNs;

    private Tally(
            final FaultTable faults,
            final Criterion criterion,
            final OptionalLong guestDelayNs,
            final Optional<List<Norm>> norms) {
        this.faults = faults;
        this.ledger = faults.result().ledger();
        this.vms = faults.result().vms();
        this.criterion = criterion;
        this.guestDelayNs = guestDelayNs;
        this.norms = norms;
        this.endNs = faults.result().bench().scheduler().nowNs();
        this.owed = new long[vms.size()];
        this.lost = new long[vms.size()];
        this.late = new long[vms.size()];
        this.longestWaitNs = new long[vms.size()];
    }

    /**
     * What a scenario's machine does while nobody is in its way.
     *
     * @param raised its faults
     * @param lost those that come to no answer even then
     * @param longestNs the longest that one takes to its answer
     */
    record Norm(long raised, long lost, long longestNs) {}

    /**
     * What is normal, by a run in which nobody is in the way.
     *
     * @param faults the run
     * @return by machine
     */
    static List<Norm> norms(final FaultTable faults) {
        final List<VmResult> vms = faults.result().vms();
        final Tally tally =
                new Tally(
                        faults,
                        Criterion.DEFAULT,
                        OptionalLong.empty(),
                        Optional.of(
                                vms.stream()
                                        .map(vm -> new Norm(vm.raised(), 0, vm.longestNs()))
                                        .toList()));
        tally.count();
        final List<Norm> norms = new ArrayList<>();
        for (int vm = 0; vm < vms.size(); vm++) {
            norms.add(new Norm(vms.get(vm).raised(), tally.lost[vm], vms.get(vm).longestNs()));
        }
        return norms;
    }

    /**
     * Counts a run.
     *
     * @param faults the run
     * @param criterion whose bound counts
     * @param guestDelayNs what its guests take, if they were told to
     * @param norms what is normal, by machine; empty for a dump
     * @return by machine
     */
    static List<VmTally> of(
            final FaultTable faults,
            final Criterion criterion,
            final OptionalLong guestDelayNs,
            final Optional<List<Norm>> norms) {
        final Tally tally = new Tally(faults, criterion, guestDelayNs, norms);
        tally.count();
        final List<VmTally> tallies = new ArrayList<>();
        for (int vm = 0; vm < tally.vms.size(); vm++) {
            tallies.add(tally.result(vm));
        }
        return tallies;
    }

    private void count() {
        for (int fault = 0; fault < faults.size(); fault++) {
            final int row = faults.row(fault);
            if (row != Ledger.NONE) {
                count(fault, row);
            }
        }
    }

    private void count(final int fault, final int row) {
        final int vm = ledger.vm(row);
        longestWaitNs[vm] =
                Math.max(
                        longestWaitNs[vm],
                        firstKnown(ledger.queuedNs(row), ledger.completedNs(row))
                                - ledger.raisedNs(row));
        if (!isOwed(fault, row)) {
            return;
        }
        owed[vm]++;
        final Outcome outcome = ledger.outcome(row);
        final long tookNs =
                (outcome == Outcome.ANSWERED ? ledger.answeredNs(row) : endNs)
                        - ledger.raisedNs(row);
        if (outcome != Outcome.ANSWERED && !isPending(vm, outcome, tookNs)) {
            lost[vm]++;
        } else if (criterion.kind() == Criterion.Kind.LATENCY && tookNs > criterion.boundNs()) {
            late[vm]++;
        }
    }

    /** A guest that was told to take its time may be told to answer after the dump's end. */
    private boolean isOwed(final int fault, final int row) {
        final Optional<AnsweredBy> recorded = faults.recordedAnswer(fault);
        return recorded.isEmpty()
                || (recorded.get() == AnsweredBy.GUEST
                        && ledger.raisedNs(row) + guestDelayNs.orElse(0) <= endNs);
    }

    /** Its answer is still to come, as far as anybody knows. */
    private boolean isPending(final int vm, final Outcome outcome, final long ageNs) {
        return outcome == Outcome.OUTSTANDING
                && norms.isPresent()
                && ageNs <= norms.get().get(vm).longestNs();
    }

    private long firstKnown(final long first, final long second) {
        final long known = first == Ledger.NONE ? second : first;
        return known == Ledger.NONE ? endNs : known;
    }

    private VmTally result(final int vm) {
        final VmResult its = vms.get(vm);
        long owedToIt = owed[vm];
        long lostOfIt = lost[vm];
        long missing = 0;
        if (norms.isPresent()) {
            final Norm norm = norms.get().get(vm);
            missing = Math.max(0, norm.raised() - its.raised());
            owedToIt = Math.max(0, its.raised() + missing - norm.lost());
            lostOfIt = Math.max(0, lostOfIt - norm.lost());
        }
        return new VmTally(
                its.name(),
                its.outcomes(),
                its.outstandingHighWater(),
                its.percentileNs(50),
                its.percentileNs(99),
                its.longestNs(),
                owedToIt,
                lostOfIt,
                missing,
                late[vm],
                longestWaitNs[vm]);
    }
}
