// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What ships, one line each: names in a column, then what each is. Lines fit a mail. */
final class Listing {
    private static final int COLUMNS = 72;
    private static final String GAP = "  ";
    private static final String CUT = "...";

    private final Map<String, String> lines = new LinkedHashMap<>();

    Listing() {}

    Listing add(final String name, final String description) {
        lines.put(name, description);
        return this;
    }

    void print(final PrintWriter out) {
        final int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        lines.forEach(
                (name, description) -> {
                    final String blanks = " ".repeat(width - name.length());
                    out.print(cut(name + blanks + GAP + description) + "\n");
                });
    }

    private static String cut(final String line) {
        return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS - CUT.length()) + CUT;
    }
}
