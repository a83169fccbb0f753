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

/** Reads a finished ledger: counts by outcome and machine. */
@SuppressWarnings("EnumOrdinal") // an index into counters of this one run
final class RunOutcome {
    private static final Outcome[] OUTCOMES = Outcome.values();

    private final Bench bench;
    private final Ledger ledger;
    private final long[] total = new long[OUTCOMES.length];
    private final long[][] byVm;

    RunOutcome(final Bench bench) {
        this.bench = bench;
        this.ledger = bench.ledger();
        this.byVm = new long[bench.vms().size()][OUTCOMES.length];
    }

    RunResult result() {
        for (int row = 0; row < ledger.size(); row++) {
            count(row);
        }
        final Latencies[] latencies = latencies();
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
                            latencies[index]));
        }
        return new RunResult(bench, counts(total), vms);
    }

    private void count(final int row) {
        final int outcome = ledger.outcome(row).ordinal();
        total[outcome]++;
        byVm[ledger.vm(row)][outcome]++;
    }

    /** By machine. */
    private Latencies[] latencies() {
        final Latencies[] latencies = new Latencies[byVm.length];
        for (int vm = 0; vm < byVm.length; vm++) {
            latencies[vm] = new Latencies((int) byVm[vm][Outcome.ANSWERED.ordinal()]);
        }
        for (int row = 0; row < ledger.size(); row++) {
            if (ledger.outcome(row) == Outcome.ANSWERED) {
                latencies[ledger.vm(row)].add(ledger.answeredNs(row) - ledger.raisedNs(row));
            }
        }
        return latencies;
    }

    private static Map<Outcome, Long> counts(final long[] byOrdinal) {
        final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (final Outcome outcome : OUTCOMES) {
            counts.put(outcome, byOrdinal[outcome.ordinal()]);
        }
        return counts;
    }
}
