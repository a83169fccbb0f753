// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import java.nio.charset.StandardCharsets;

/**
 * A line as {@code perf script} prints it: {@code COMM [PID/]TID [CPU] [MODE] TIME: [PERIOD]
 * [SYSTEM:]EVENT: MESSAGE}, of which only the time and what follows must be there ({@code
 * tools/perf/builtin-script.c}, Linux 6.12, option {@code -F}). A comm may hold blanks and numbers;
 * what counts is the first time.
 */
final class PerfLine extends LineParser {
    private static final int MODE_MAX = 4;
    private static final byte[] RECORD = "PERF_RECORD_".getBytes(StandardCharsets.ISO_8859_1);

    PerfLine() {}

    @Override
    boolean parse(final int from) {
        position = from;
        while (position < end) {
            skipBlanks();
            final int start = position;
            if (isDigit(at(start)) && number() && seconds && colon() && event()) {
                task(from, start);
                return true;
            }
            position = start;
            position = tokenEnd();
        }
        return false;
    }

    private boolean event() {
        final int start = position;
        if (digits() >= 0 && isBlank(at(position))) { // a period
            skipBlanks();
        } else {
            position = start;
        }
        return !isRecord() && (name() || modified());
    }

    /** What the options {@code --show-...-events} add is no event. */
    private boolean isRecord() {
        for (int i = 0; i < RECORD.length; i++) {
            if (at(position + i) != RECORD[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@code cpu-clock:} and {@code cycles:ppp:}, which are no tracepoints. */
    private boolean modified() {
        position = nameStart;
        final int tokenEnd = tokenEnd();
        if (tokenEnd - position < 2 || bytes[tokenEnd - 1] != ':' || !isWord(bytes[position])) {
            return false;
        }
        nameEnd = tokenEnd - 1;
        for (int i = nameStart; i < nameEnd; i++) {
            if (!isWord(bytes[i]) && bytes[i] != '-') {
                nameEnd = i;
            }
        }
        position = tokenEnd;
        skipBlanks();
        messageStart = position;
        return true;
    }

    /** What stands before the time, read backwards. */
    private void task(final int from, final int time) {
        final int message = position;
        pid = 0;
        cpu = 0;
        int i = cpuBefore(from, modeBefore(from, blanksBefore(from, time)));
        final int pidStart = pidBefore(from, i);
        if (pidStart >= 0 && (pidStart == from || isBlank(bytes[pidStart - 1]))) {
            i = pidStart;
        } else if (pidStart > from && bytes[pidStart - 1] == '/') {
            i = pidStart - 1;
            while (i > from && isDigit(bytes[i - 1])) {
                i--; // the process
            }
        } else {
            pid = 0;
        }
        comm(from, i);
        position = message;
    }

    /** {@code K}, {@code U} and their kin. */
    private int modeBefore(final int from, final int to) {
        int i = to;
        while (i > from && to - i < MODE_MAX && bytes[i - 1] >= 'A' && bytes[i - 1] <= 'Z') {
            i--;
        }
        final int before = blanksBefore(from, i);
        return i < to && before < i && before > from && bytes[before - 1] == ']' ? before : to;
    }

    private int cpuBefore(final int from, final int to) {
        if (to == from || bytes[to - 1] != ']') {
            return to;
        }
        int i = to - 1;
        while (i > from && isDigit(bytes[i - 1])) {
            i--;
        }
        position = i - 1;
        return i > from && bracketedCpu() ? blanksBefore(from, i - 1) : to;
    }
}
