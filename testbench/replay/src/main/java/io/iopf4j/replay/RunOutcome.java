// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Reads a finished ledger: counts by outcome and machine. */
@SuppressWarnings("EnumOrdinal") // an index into counters of this one run
final class RunOutcome {
    private static final int LATENCY_DIGITS = 3;
    private static final Outcome[] OUTCOMES = Outcome.values();

    private final Bench bench;
    private final Ledger ledger;
    private final long[] total = new long[OUTCOMES.length];
    private final long[][] byVm;
    private final List<Histogram> latency = new ArrayList<>();
    private final long[] longest;

    RunOutcome(final Bench bench) {
        this.bench = bench;
        this.ledger = bench.ledger();
        this.longest = new long[bench.vms().size()];
        this.byVm = new long[longest.length][OUTCOMES.length];
        for (int vm = 0; vm < longest.length; vm++) {
            latency.add(new Histogram(LATENCY_DIGITS));
        }
    }

    RunResult result() {
        for (int row = 0; row < ledger.size(); row++) {
            count(row);
        }
        final List<VmResult> vms = new ArrayList<>();
        for (final GuestVm vm : bench.vms()) {
            final int index = vm.index();
            vms.add(
                    new VmResult(
                            vm.name(),
                            vm.devices().size(),
                            counts(byVm[index]),
                            ledger.outstandingHighWater(index),
                            vm.quota(),
                            latency.get(index),
                            longest[index]));
        }
        return new RunResult(bench, counts(total), vms);
    }

    private void count(final int row) {
        final int vm = ledger.vm(row);
        final Outcome outcome = ledger.outcome(row);
        total[outcome.ordinal()]++;
        byVm[vm][outcome.ordinal()]++;
        if (outcome == Outcome.ANSWERED) {
            final long waitedNs = ledger.answeredNs(row) - ledger.raisedNs(row);
            latency.get(vm).recordValue(waitedNs);
            longest[vm] = Math.max(longest[vm], waitedNs);
        }
    }

    private static Map<Outcome, Long> counts(final long[] byOrdinal) {
        final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (final Outcome outcome : OUTCOMES) {
            counts.put(outcome, byOrdinal[outcome.ordinal()]);
        }
        return counts;
    }
}
