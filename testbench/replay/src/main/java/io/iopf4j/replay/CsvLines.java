// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.util.List;

/**
 * CSV as RFC 4180 has it, but with lines that end in LF alone. Text that a spreadsheet would take
 * for a formula gets an apostrophe in front: names come from dumps of strangers.
 */
final class CsvLines extends LedgerLines {
    private static final String QUOTED = ",\"\n\r";
    private static final String FORMULA = "=+-@\t\r";

    private final List<String> columns;

    CsvLines(final List<String> columns) {
        super(columns);
        this.columns = columns;
    }

    @Override
    void header() {
        text.append(String.join(",", columns)).append('\n');
    }

    @Override
    void lead(final int index, final String name) {
        if (index > 0) {
            text.append(',');
        }
    }

    @Override
    void quoted(final String value) {
        final boolean isFormula = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0;
        if (!isQuoted(value)) {
            text.append(isFormula ? "'" : "").append(value);
        } else {
            text.append(isFormula ? "\"'" : "\"").append(value.replace("\"", "\"\"")).append('"');
        }
    }

    @Override
    void none() {
        // Nothing between two commas.
    }

    @Override
    void end() {
        text.append('\n');
    }

    private static boolean isQuoted(final String value) {
        for (int i = 0; i < value.length(); i++) {
            if (QUOTED.indexOf(value.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }
}
