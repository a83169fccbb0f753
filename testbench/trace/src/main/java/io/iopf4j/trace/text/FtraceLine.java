// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

/**
 * A line as the kernel and {@code trace-cmd report} print it: {@code [inst:] COMM-PID [(TGID)]
 * [CPU] [FLAGS] TIME: [SYSTEM:]EVENT: MESSAGE}, or in the latency format {@code COMM-PID CPUFLAGS
 * TIME: ...} ({@code kernel/trace/trace_output.c}, Linux 6.12). A comm may hold blanks, dashes,
 * colons and brackets; what counts is the first {@code -PID [CPU]} after which a time follows.
 */
final class FtraceLine extends LineParser {
    private static final int FLAGS_MIN = 4;
    private static final int FLAGS_MAX = 6;
    private static final int FLAGS = 5;

    private final boolean instances;

    /**
     * A parser.
     *
     * @param instances whether lines may begin with the name of a ring buffer instance
     */
    FtraceLine(final boolean instances) {
        this.instances = instances;
    }

    @Override
    boolean parse(final int from) {
        for (int i = from; i < end; i++) {
            final boolean found =
                    bytes[i] == '['
                            ? bracketed(from, i)
                            : isDigit(bytes[i])
                                    && i > from
                                    && isBlank(bytes[i - 1])
                                    && latency(from, i);
            if (found) {
                instance();
                return true;
            }
        }
        return false;
    }

    private boolean bracketed(final int from, final int bracket) {
        position = bracket;
        return bracketedCpu() && task(from, bracket) && rest();
    }

    /** {@code 3d..1. 12us+:}, in which the time is one since the trace began. */
    private boolean latency(final int from, final int start) {
        position = start;
        if (!plainCpu() || isBlank(at(position))) {
            return false;
        }
        final int flags = tokenEnd() - position;
        if (flags < FLAGS_MIN || flags > FLAGS_MAX || !task(from, start)) {
            return false;
        }
        position += flags;
        skipBlanks();
        if (!number()) {
            return false;
        }
        if (!seconds && at(position) == 'u' && at(position + 1) == 's') {
            if (time > Long.MAX_VALUE / 1000) {
                return false;
            }
            time *= 1000;
            seconds = true;
            position += 2;
            if (at(position) != ':') {
                position++; // marks a long wait for the next event
            }
        }
        return colon() && name();
    }

    /** What stands before the CPU, read backwards: blanks, a thread group, the thread, its name. */
    private boolean task(final int from, final int cpuStart) {
        int i = blanksBefore(from, cpuStart);
        if (i > from && bytes[i - 1] == ')') {
            while (i > from && bytes[i - 1] != '(') {
                i--;
            }
            i = blanksBefore(from, i - 1);
        }
        final int pidStart = pidBefore(from, i);
        if (pidStart <= from || bytes[pidStart - 1] != '-') {
            return false;
        }
        comm(from, pidStart - 1);
        return true;
    }

    /** What stands behind the CPU: flags, the time, the event's name, its message. */
    private boolean rest() {
        skipBlanks();
        if (!isDigit(at(position))) {
            // Wide times leave no blank behind the flags: .....234060656902:
            final int tokenEnd = tokenEnd();
            position = tokenEnd - position <= FLAGS_MAX ? tokenEnd : position + FLAGS;
            skipBlanks();
        }
        if (!number() || !colon()) {
            return false;
        }
        difference();
        return name();
    }

    /** {@code (+12)}: {@code trace-cmd report --ts-diff}. */
    private void difference() {
        if (at(position) == '(' && at(position + 1) == '+') {
            position = tokenEnd();
            skipBlanks();
        }
    }

    /** {@code iopfbuf: load-262}: the instance's name is printed as if part of the comm. */
    private void instance() {
        bufferStart = commStart;
        bufferEnd = commStart;
        if (!instances) {
            return;
        }
        int i = commStart;
        while (i < commEnd && !isBlank(bytes[i])) {
            i++;
        }
        if (i < commEnd && i > commStart && bytes[i - 1] == ':') {
            bufferEnd = i - 1;
            comm(i, commEnd);
        }
    }
}
