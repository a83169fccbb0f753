// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.dump.RecordedGroup;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import java.util.AbstractList;
import java.util.Locale;
import java.util.RandomAccess;

/** Holds a finished ledger against the recording. */
final class ReplayOutcome {
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

    ReplayResult result(final Unrecoverable unrecoverable) {
        return new ReplayResult(
                new RunOutcome(bench).result(),
                recording,
                new Rows(rowOfGroup),
                compare(),
                unrecoverable);
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

    /** Numbers of rows without an object for each. */
    private static final class Rows extends AbstractList<Integer> implements RandomAccess {
        private final int[] rows;

        Rows(final int[] rows) {
            this.rows = rows;
        }

        @Override
        public Integer get(final int group) {
            return rows[group];
        }

        @Override
        public int size() {
            return rows.length;
        }
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
}
