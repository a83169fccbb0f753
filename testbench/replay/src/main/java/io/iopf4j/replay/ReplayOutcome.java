// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.dump.RecordedGroup;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Reads a finished ledger: counts by outcome and machine, and the comparison. */
final class ReplayOutcome {
    private static final int LATENCY_DIGITS = 3;

    /** Fate of an access that ended without ever having been reported. */
    private static final int UNSEEN = -2;

    private final Bench bench;
    private final Ledger ledger;
    private final Recording recording;
    private final int[] rowOfGroup;

    ReplayOutcome(final Bench bench, final Recording recording, final int[] rowOfGroup) {
        this.bench = bench;
        this.ledger = bench.ledger();
        this.recording = recording;
        this.rowOfGroup = rowOfGroup;
    }

    ReplayResult result() {
        final Map<Outcome, Long> total = noOutcomes();
        final List<Map<Outcome, Long>> byVm = new ArrayList<>();
        final List<Histogram> latency = new ArrayList<>();
        for (int vm = 0; vm < bench.vms().size(); vm++) {
            byVm.add(noOutcomes());
            latency.add(new Histogram(LATENCY_DIGITS));
        }
        final long[] longest = new long[bench.vms().size()];
        for (int row = 0; row < ledger.size(); row++) {
            final int vm = bench.devices().get(ledger.endpoint(row)).vm().index();
            final Outcome outcome = ledger.outcome(row);
            total.merge(outcome, 1L, Long::sum);
            byVm.get(vm).merge(outcome, 1L, Long::sum);
            if (outcome == Outcome.ANSWERED) {
                final long waitedNs = ledger.answeredNs(row) - ledger.raisedNs(row);
                latency.get(vm).recordValue(waitedNs);
                longest[vm] = Math.max(longest[vm], waitedNs);
            }
        }
        final List<VmResult> vms = new ArrayList<>();
        for (final GuestVm vm : bench.vms()) {
            vms.add(
                    new VmResult(
                            vm.name(),
                            vm.devices().size(),
                            byVm.get(vm.index()),
                            ledger.outstandingHighWater(vm.index()),
                            latency.get(vm.index()),
                            longest[vm.index()]));
        }
        final List<Integer> rows = new ArrayList<>(rowOfGroup.length);
        for (final int row : rowOfGroup) {
            rows.add(row);
        }
        return new ReplayResult(bench, recording, rows, total, vms, compare());
    }

    private Comparison compare() {
        long matched = 0;
        long diverged = 0;
        long spoiled = 0;
        String first = null;
        for (final RecordedGroup group : recording.groups()) {
            final int replayed = fate(rowOfGroup[(int) group.number()]);
            if (group.isUncertain()) {
                spoiled++;
            } else if (replayed == group.code()) {
                matched++;
            } else {
                diverged++;
                if (first == null) {
                    first =
                            String.format(
                                    Locale.ROOT,
                                    "%s group %d addr 0x%x: recorded %s, replayed %s",
                                    group.device(),
                                    group.grpid(),
                                    group.addr(),
                                    name(group.code()),
                                    name(replayed));
                }
            }
        }
        return new Comparison(matched, diverged, spoiled, first);
    }

    /** A response code, or NO_CODE for a fault that still waits. */
    private int fate(final int row) {
        if (row == Ledger.NONE) {
            return RecordedGroup.NO_CODE;
        }
        return switch (ledger.outcome(row)) {
            case OUTSTANDING, UNREPORTED -> RecordedGroup.NO_CODE;
            // It waited for room until nobody wanted it any more: no answer, but an end.
            case DRAINED -> ledger.code(row) == Ledger.NONE ? UNSEEN : ledger.code(row);
            default ->
                    // An access that its stream refused outright has no answer, but ends as one.
                    ledger.code(row) == Ledger.NONE ? PageResponseCode.INVALID : ledger.code(row);
        };
    }

    private static String name(final int code) {
        return switch (code) {
            case PageResponseCode.SUCCESS -> "SUCCESS";
            case PageResponseCode.INVALID -> "INVALID";
            case PageResponseCode.FAILURE -> "FAILURE";
            case UNSEEN -> "ended unseen";
            default -> "no answer";
        };
    }

    private static Map<Outcome, Long> noOutcomes() {
        final Map<Outcome, Long> none = new EnumMap<>(Outcome.class);
        for (final Outcome outcome : Outcome.values()) {
            none.put(outcome, 0L);
        }
        return none;
    }
}
