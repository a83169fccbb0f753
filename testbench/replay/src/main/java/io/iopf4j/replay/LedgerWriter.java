// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes every fault's life, one line each, as CSV with a header or as JSON Lines. Times are
 * virtual nanoseconds since the first event; an empty field, or null, is what has not happened.
 * {@code docs/ledger.md} tells of each column.
 */
public final class LedgerWriter {
    private static final List<String> COLUMNS =
            List.of(
                    "fault",
                    "vm",
                    "device",
                    "pasid",
                    "grpid",
                    "addr",
                    "stag",
                    "cookie",
                    "raisedNs",
                    "queuedNs",
                    "reportedNs",
                    "deliveredNs",
                    "answeredNs",
                    "completedNs",
                    "code",
                    "outcome",
                    "result",
                    "recordedCode");

    private static final String RUN = "run";

    /** What is written at once. */
    private static final int BLOCK = 1 << 13;

    private static final Map<Outcome, String> OUTCOMES = lower(Outcome.class);
    private static final Map<AccessResult, String> RESULTS = lower(AccessResult.class);

    private final Map<String, FaultTable> runs;
    private final boolean hasLabels;

    /**
     * A writer of a run's faults, in the order in which they were raised.
     *
     * @param result what to write
     */
    public LedgerWriter(final RunResult result) {
        this(new FaultTable(result));
    }

    /**
     * A writer of a replay's faults, in the dump's order and with what it recorded.
     *
     * @param replay what to write
     */
    public LedgerWriter(final ReplayResult replay) {
        this(new FaultTable(replay));
    }

    /**
     * A writer of faults, in the order of their numbers.
     *
     * @param faults what to write
     */
    public LedgerWriter(final FaultTable faults) {
        this.runs = Map.of("", faults);
        this.hasLabels = false;
    }

    /**
     * A writer of several runs' faults, one run after the other. A leading column {@code run} says
     * which run a line is of.
     *
     * @param runs what to write, each under its label, in the map's order; must not change
     */
    public LedgerWriter(final Map<String, FaultTable> runs) {
        this.runs = runs;
        this.hasLabels = true;
    }

    /**
     * What each line holds, in its order.
     *
     * @return the names, as CSV's header and the keys of JSON have them
     */
    public List<String> columns() {
        return hasLabels ? Stream.concat(Stream.of(RUN), COLUMNS.stream()).toList() : COLUMNS;
    }

    /**
     * Writes CSV.
     *
     * @param out where to
     * @throws IOException if it cannot be written
     */
    public void writeCsv(final Appendable out) throws IOException {
        write(new CsvLines(columns()), out);
    }

    /**
     * Writes JSON Lines.
     *
     * @param out where to
     * @throws IOException if it cannot be written
     */
    public void writeJsonLines(final Appendable out) throws IOException {
        write(new JsonLines(columns()), out);
    }

    private void write(final LedgerLines lines, final Appendable out) throws IOException {
        lines.header();
        for (final Map.Entry<String, FaultTable> run : runs.entrySet()) {
            for (int fault = 0; fault < run.getValue().size(); fault++) {
                if (hasLabels) {
                    lines.name(run.getKey());
                }
                write(lines, run.getValue(), fault);
                if (lines.text.length() >= BLOCK) {
                    out.append(lines.text);
                    lines.text.setLength(0);
                }
            }
        }
        out.append(lines.text);
    }

    private static void write(final LedgerLines line, final FaultTable faults, final int fault) {
        final Ledger ledger = faults.result().ledger();
        final int row = faults.row(fault);
        line.number(fault)
                .name(faults.vm(fault))
                .name(faults.device(fault))
                .given(faults.pasid(fault))
                .given(faults.grpid(fault))
                .word("0x" + Long.toHexString(ledger.iova(row)))
                .given(ledger.tag(row))
                .given(ledger.cookie(row) == 0 ? Ledger.NONE : ledger.cookie(row))
                .number(ledger.raisedNs(row))
                .given(ledger.queuedNs(row))
                .given(ledger.reportedNs(row))
                .given(ledger.deliveredNs(row))
                .given(ledger.answeredNs(row))
                .given(ledger.completedNs(row))
                .given(ledger.code(row))
                .word(OUTCOMES.get(ledger.outcome(row)))
                .word(RESULTS.get(ledger.result(row)))
                .given(faults.recordedCode(fault))
                .endLine();
    }

    private static <E extends Enum<E>> Map<E, String> lower(final Class<E> words) {
        final Map<E, String> lower = new EnumMap<>(words);
        for (final E word : words.getEnumConstants()) {
            lower.put(word, word.name().toLowerCase(Locale.ROOT));
        }
        return lower;
    }
}
