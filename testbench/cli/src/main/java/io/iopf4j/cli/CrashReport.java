// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in a few words what a JVM writes of its crash ({@code hs_err_pid*.log}). */
final class CrashReport {
    private static final Pattern SIGNAL = Pattern.compile("(?m)^#  (SIG[A-Z0-9]+) ");
    private static final Pattern OTHER = Pattern.compile("(?m)^#  (.+?), pid=\\d+, tid=\\d+$");
    private static final Pattern NO_MEMORY =
            Pattern.compile("(?m)^# There is insufficient memory ");

    /** A letter for the kind of code, then a library and an offset, then a symbol if it has one. */
    private static final String FRAME = "\\[([^]]+?)\\+0x[0-9a-f]+\\](?: +(\\S.*))?";

    private static final Pattern PROBLEM =
            Pattern.compile("(?m)^# Problematic frame:\\R# ([A-Za-z]) +(?:" + FRAME + "|(.+))$");

    /** The frame below the one on top, if it is C code that has a symbol. */
    private static final Pattern CALLER =
            Pattern.compile(
                    "(?m)^Native frames:.*\\R.*\\RC  \\[([^]]+?)\\+0x[0-9a-f]+\\] +(\\S.*)$");

    private static final int SIGKILL = 9;

    /** As Linux numbers them, of those that end a process. */
    private static final Map<Integer, String> SIGNALS =
            Map.of(
                    3, "SIGQUIT", 4, "SIGILL", 5, "SIGTRAP", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE",
                    SIGKILL, "SIGKILL", 11, "SIGSEGV", 13, "SIGPIPE", 31, "SIGSYS");

    private CrashReport() {}

    /**
     * What and where.
     *
     * @param report the file's text
     * @return such as {@code SIGSEGV in quota.so, quota_admit+0x14}
     */
    static String cause(final String report) {
        final Matcher problem = PROBLEM.matcher(report);
        return what(report) + (problem.find() ? " in " + where(problem, report) : "");
    }

    private static String what(final String report) {
        final Matcher signal = SIGNAL.matcher(report);
        if (signal.find()) {
            return signal.group(1);
        }
        if (NO_MEMORY.matcher(report).find()) {
            return "out of memory";
        }
        final Matcher other = OTHER.matcher(report);
        return other.find() ? other.group(1) : "a fatal error";
    }

    private static String where(final Matcher problem, final String report) {
        final String library = problem.group(2);
        if (library == null) {
            return problem.group(4).strip();
        }
        if (problem.group(3) != null) {
            return library + ", " + problem.group(3);
        }
        // A library without symbols, such as the C library: who called it says more.
        final Matcher caller = CALLER.matcher(report);
        return caller.find()
                ? library + ", called from " + caller.group(1) + ", " + caller.group(2)
                : library;
    }

    /**
     * What there is to say without a report. C code's abort() leaves none, nor does a stack that
     * overflowed.
     *
     * @param signal what ended the process, by its number
     */
    static String withoutReport(final int signal) {
        return signal == SIGKILL
                ? "the run was killed: SIGKILL"
                : "the loaded code crashed: "
                        + SIGNALS.getOrDefault(signal, "signal " + signal)
                        + " (no report)";
    }
}
