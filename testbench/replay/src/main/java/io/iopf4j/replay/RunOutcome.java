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
final class RunOutcome {
    private static final int LATENCY_DIGITS = 3;

    private final Bench bench;
    private final Ledger ledger;
    private final Map<Outcome, Long> total = noOutcomes();
    private final List<Map<Outcome, Long>> byVm = new ArrayList<>();
    private final List<Histogram> latency = new ArrayList<>();
    private final long[] longest;

    RunOutcome(final Bench bench) {
        this.bench = bench;
        this.ledger = bench.ledger();
        this.longest = new long[bench.vms().size()];
        for (int vm = 0; vm < longest.length; vm++) {
            byVm.add(noOutcomes());
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
                            byVm.get(index),
                            ledger.outstandingHighWater(index),
                            vm.quota(),
                            latency.get(index),
                            longest[index]));
        }
        return new RunResult(bench, total, vms);
    }

    private void count(final int row) {
        final int vm = ledger.vm(row);
        final Outcome outcome = ledger.outcome(row);
        total.merge(outcome, 1L, Long::sum);
        byVm.get(vm).merge(outcome, 1L, Long::sum);
        if (outcome == Outcome.ANSWERED) {
            final long waitedNs = ledger.answeredNs(row) - ledger.raisedNs(row);
            latency.get(vm).recordValue(waitedNs);
            longest[vm] = Math.max(longest[vm], waitedNs);
        }
    }

    private static Map<Outcome, Long> noOutcomes() {
        final Map<Outcome, Long> none = new EnumMap<>(Outcome.class);
        for (final Outcome outcome : Outcome.values()) {
            none.put(outcome, 0L);
        }
        return none;
    }
}
