// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.ledger.Ledger;
import java.util.List;
import java.util.OptionalInt;

/** Lines of one form, value after value in the order of the columns, in one buffer. One thread. */
abstract class LedgerLines {
    /** What was written, for whoever takes it out. */
    final StringBuilder text = new StringBuilder();

    private final List<String> columns;
    private int column;

    LedgerLines(final List<String> columns) {
        this.columns = columns;
    }

    /** Writes what comes before all lines. */
    void header() {}

    /** Writes what comes before a value. */
    abstract void lead(int index, String name);

    /** Writes text. */
    abstract void quoted(String value);

    /** Writes that there is no value. */
    abstract void none();

    /** Writes what comes behind a line's last value. */
    abstract void end();

    /** A number, always there. */
    final LedgerLines number(final long value) {
        next();
        text.append(value);
        return this;
    }

    /** A number, or none if it is {@link Ledger#NONE}. */
    final LedgerLines given(final long value) {
        next();
        if (value == Ledger.NONE) {
            none();
        } else {
            text.append(value);
        }
        return this;
    }

    /** A number, if there is one. */
    final LedgerLines given(final OptionalInt value) {
        next();
        if (value.isPresent()) {
            text.append(value.getAsInt());
        } else {
            none();
        }
        return this;
    }

    /** Text that the user or a dump gave. */
    final LedgerLines name(final String value) {
        next();
        quoted(value);
        return this;
    }

    /** A word, or none if it is null. */
    final LedgerLines word(final String value) {
        next();
        if (value == null) {
            none();
        } else {
            quoted(value);
        }
        return this;
    }

    /** Ends a line that has a value for each column. */
    final void endLine() {
        column = 0;
        end();
    }

    private void next() {
        lead(column, columns.get(column));
        column++;
    }
}
