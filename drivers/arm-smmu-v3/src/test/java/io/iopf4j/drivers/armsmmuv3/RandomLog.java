// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import java.util.Arrays;

/** What a random run did: a hash of all of it, and the most recent lines in words. */
final class RandomLog {
    private static final int KEPT = 32;
    private static final long PRIME = 0x100_0000_01b3L;

    private final String[] whats = new String[KEPT];
    private final long[][] values = new long[KEPT][];
    private final long[] operations = new long[KEPT];
    private long lines;
    private long operation;
    private long hash = 0xcbf2_9ce4_8422_2325L;

    void nextOperation() {
        operation++;
    }

    /** Operations so far, the one that is under way included. */
    long operation() {
        return operation;
    }

    /** Equal for two runs that did the same in the same order. */
    long hash() {
        return hash;
    }

    void add(final String what, final long... arguments) {
        final int at = (int) (lines++ % KEPT);
        whats[at] = what;
        values[at] = arguments;
        operations[at] = operation;
        hash = (hash ^ what.hashCode()) * PRIME;
        for (final long argument : arguments) {
            hash = (hash ^ argument) * PRIME;
        }
    }

    /** The most recent lines, oldest first, numbers in hexadecimal. */
    String recent() {
        final StringBuilder text = new StringBuilder();
        for (long line = Math.max(0, lines - KEPT); line < lines; line++) {
            final int at = (int) (line % KEPT);
            text.append(operations[at]).append(": ").append(whats[at]).append(' ');
            text.append(
                    Arrays.toString(
                            Arrays.stream(values[at])
                                    .mapToObj(value -> value < 0 ? "" + value : hex(value))
                                    .toArray()));
            text.append('\n');
        }
        return text.toString();
    }

    static String hex(final long value) {
        return "0x" + Long.toHexString(value);
    }
}
