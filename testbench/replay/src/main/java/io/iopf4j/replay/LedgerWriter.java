// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.ledger.Ledger;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Writes every fault's life, one line each, as CSV with a header or as JSON Lines. Times are
 * virtual nanoseconds since the first event; an empty field, or null, is what has not happened.
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

    private final Map<String, FaultTable> runs;
    private final List<String> columns;

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
        this.columns = COLUMNS;
    }

    /**
     * A writer of several runs' faults, one run after the other. A leading column {@code run} says
     * which run a line is of.
     *
     * @param runs what to write, each under its label, in the map's order; must not change
     */
    public LedgerWriter(final Map<String, FaultTable> runs) {
        this.runs = runs;
        this.columns = Stream.concat(Stream.of(RUN), COLUMNS.stream()).toList();
    }

    /**
     * Writes CSV.
     *
     * @param out where to
     * @throws IOException if it cannot be written
     */
    public void writeCsv(final Appendable out) throws IOException {
        out.append(String.join(",", columns)).append('\n');
        forEach(
                row -> {
                    for (int i = 0; i < row.length; i++) {
                        out.append(i == 0 ? "" : ",").append(csv(row[i]));
                    }
                    out.append('\n');
                });
    }

    /**
     * Writes JSON Lines.
     *
     * @param out where to
     * @throws IOException if it cannot be written
     */
    public void writeJsonLines(final Appendable out) throws IOException {
        forEach(
                row -> {
                    for (int i = 0; i < row.length; i++) {
                        out.append(i == 0 ? "{\"" : ",\"").append(columns.get(i)).append("\":");
                        out.append(json(row[i]));
                    }
                    out.append("}\n");
                });
    }

    private interface Row {
        void write(Object[] values) throws IOException;
    }

    private void forEach(final Row writer) throws IOException {
        for (final Map.Entry<String, FaultTable> run : runs.entrySet()) {
            for (int fault = 0; fault < run.getValue().size(); fault++) {
                final Object[] row = row(run.getValue(), fault);
                writer.write(columns == COLUMNS ? row : behind(run.getKey(), row));
            }
        }
    }

    private static Object[] behind(final String label, final Object[] row) {
        return Stream.concat(Stream.of(label), Stream.of(row)).toArray();
    }

    private static Object[] row(final FaultTable faults, final int fault) {
        final Ledger ledger = faults.result().ledger();
        final int row = faults.row(fault);
        return new Object[] {
            fault,
            faults.vm(fault),
            faults.device(fault),
            given(faults.pasid(fault)),
            given(faults.grpid(fault)),
            String.format("0x%x", ledger.iova(row)),
            given(ledger.tag(row)),
            ledger.cookie(row) == 0 ? null : ledger.cookie(row),
            ledger.raisedNs(row),
            given(ledger.queuedNs(row)),
            given(ledger.reportedNs(row)),
            given(ledger.deliveredNs(row)),
            given(ledger.answeredNs(row)),
            given(ledger.completedNs(row)),
            given(ledger.code(row)),
            lower(ledger.outcome(row)),
            lower(ledger.result(row)),
            given(faults.recordedCode(fault)),
        };
    }

    private static Object given(final OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static Object given(final long value) {
        return value == Ledger.NONE ? null : value;
    }

    private static String lower(final Enum<?> value) {
        return value == null ? null : value.name().toLowerCase(Locale.ROOT);
    }

    private static String csv(final Object value) {
        if (value == null) {
            return "";
        }
        final String text = value.toString();
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }

    private static String json(final Object value) {
        if (value == null || value instanceof Number) {
            return String.valueOf(value);
        }
        final StringBuilder quoted = new StringBuilder("\"");
        for (final char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
