// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.Locale;

/**
 * What has become of a fault in one run: two runs gave it the same fate if these are equal.
 *
 * @param outcome what has become of it; null if this run never raised it
 * @param code the {@link PageResponseCode} that it was answered, or {@link Ledger#NONE}
 */
public record Fate(Outcome outcome, int code) {
    /** The run did not raise it. */
    public static final Fate NOT_RAISED = new Fate(null, Ledger.NONE);

    /**
     * A fault's fate.
     *
     * @param ledger of the run
     * @param row the fault's row
     * @return its fate at the run's end
     */
    public static Fate of(final Ledger ledger, final int row) {
        final Outcome outcome = ledger.outcome(row);
        return new Fate(outcome, outcome == Outcome.OUTSTANDING ? Ledger.NONE : ledger.code(row));
    }

    /**
     * The outcome in the words of a report.
     *
     * @return such as {@code timed out}; {@code not raised} if it never was
     */
    public String word() {
        return outcome == null ? "not raised" : word(outcome);
    }

    /**
     * An outcome in the words of a report.
     *
     * @param outcome which
     * @return such as {@code timed out}
     */
    public static String word(final Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * The fate in the words of a report.
     *
     * @return such as {@code answered success} or {@code outstanding}
     */
    @Override
    public String toString() {
        return code == Ledger.NONE ? word() : word() + " " + code(code);
    }

    /**
     * A response code in the words of a report.
     *
     * @param code the code
     * @return its name, or its number if it has none
     */
    public static String code(final int code) {
        return switch (code) {
            case PageResponseCode.SUCCESS -> "success";
            case PageResponseCode.INVALID -> "invalid";
            case PageResponseCode.FAILURE -> "failure";
            default -> "code " + code;
        };
    }
}
