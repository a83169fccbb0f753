// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.ArrayList;
import java.util.List;

/** What went wrong on a machine during a test, against what the test said would. */
final class Errors {
    private final Journal journal;
    private final List<String> happened = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();

    Errors(final Journal journal) {
        this.journal = journal;
    }

    void add(final String line) {
        happened.add(line);
        journal.add(Topic.ERROR, new Entry(journal.nowNs(), line));
    }

    void expect(final String part) {
        expected.add(part);
    }

    /** What nobody expected, and what was expected in vain; one line each. */
    List<String> complaints() {
        final List<String> lines = new ArrayList<>();
        for (final String line : happened) {
            if (expected.stream().noneMatch(line::contains)) {
                lines.add("unexpected error: " + line);
            }
        }
        for (final String part : expected) {
            if (happened.stream().noneMatch(line -> line.contains(part))) {
                lines.add("expected an error with '" + part + "', but there was none");
            }
        }
        return lines;
    }

    /** The next test starts with a clean record. */
    void forget() {
        happened.clear();
        expected.clear();
    }
}
