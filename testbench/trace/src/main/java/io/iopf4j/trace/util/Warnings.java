// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.util.ArrayList;
import java.util.List;

/** One-line remarks on damage, the first {@value #LIMIT} kept and the rest counted. */
public final class Warnings {
    private static final int LIMIT = 50;

    private final List<String> lines = new ArrayList<>();
    private long more;

    /** No remark yet. */
    public Warnings() {}

    /**
     * Adds a remark.
     *
     * @param line one line
     */
    public void add(final String line) {
        if (lines.size() < LIMIT) {
            lines.add(line);
        } else {
            more++;
        }
    }

    /**
     * Adds a remark on one place of the input.
     *
     * @param offset bytes from the input's start
     * @param expected what would have been right
     * @param found what is there
     */
    public void at(final long offset, final String expected, final String found) {
        add("at offset " + offset + ": expected " + expected + ", found " + found);
    }

    /**
     * All remarks.
     *
     * @return a copy, with a last line "and N more" if there were too many
     */
    public List<String> list() {
        final List<String> all = new ArrayList<>(lines);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        return all;
    }
}
