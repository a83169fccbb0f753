// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What was recorded of one kind, oldest first: the registers that were written, the commands that
 * were submitted, the faults that were reported. A snapshot; {@link IommuAssertions#assertThat}
 * says what is in it.
 */
public final class Recorded implements Iterable<Entry> {
    private final String what;
    private final List<Entry> entries;

    Recorded(final String what, final List<Entry> entries) {
        this.what = what;
        this.entries = List.copyOf(entries);
    }

    /**
     * Those that are as expected.
     *
     * @param expected what to look for
     * @return the others left out
     */
    public Recorded only(final Expected expected) {
        final List<Entry> those = new ArrayList<>();
        for (final Entry entry : entries) {
            if (expected.matches(entry)) {
                those.add(entry);
            }
        }
        return new Recorded(what + " that are " + expected, those);
    }

    /**
     * All of them.
     *
     * @return oldest first
     */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * How many there are.
     *
     * @return a count
     */
    public int size() {
        return entries.size();
    }

    /**
     * The newest.
     *
     * @return the entry
     * @throws AssertionError if there is none
     */
    public Entry last() {
        if (entries.isEmpty()) {
            throw new AssertionError("there are no " + what);
        }
        return entries.get(entries.size() - 1);
    }

    @Override
    public Iterator<Entry> iterator() {
        return entries.iterator();
    }

    /** What the entries are, such as {@code commands}. */
    String what() {
        return what;
    }

    @Override
    public String toString() {
        return what + ": " + entries;
    }
}
