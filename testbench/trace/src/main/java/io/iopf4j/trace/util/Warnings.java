// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.util.ArrayList;
import java.util.List;

/** One-line remarks on damage, the first {@value #LIMIT} kept and the rest counted. */
public final class Warnings {
    private static final int LIMIT = 50;

    private final List<String> lines = new ArrayList<>();
    private final List<String> important = new ArrayList<>();
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
            lines.add(OneLine.of(line));
        } else {
            more++;
        }
    }

    /**
     * Adds a remark that is not to go under in a flood of others: on what ends an input.
     *
     * @param line one line; few are such
     */
    public void addImportant(final String line) {
        important.add(OneLine.of(line));
    }

    /**
     * Adds a remark on one place of the input.
     *
     * @param offset bytes from the input's start
     * @param expected what would have been right
     * @param found what is there
     */
    public void at(final long offset, final String expected, final String found) {
        add(line(offset, expected, found));
    }

    /**
     * What a remark on one place looks like.
     *
     * @param offset bytes from the input's start
     * @param expected what would have been right
     * @param found what is there
     * @return one line
     */
    public static String line(final long offset, final String expected, final String found) {
        return "at offset " + offset + ": expected " + expected + ", found " + found;
    }

    /**
     * All remarks.
     *
     * @return a copy, with a line "and N more" if there were too many, then the important ones
     */
    public List<String> list() {
        final List<String> all = new ArrayList<>(lines);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        all.addAll(important);
        return all;
    }
}
