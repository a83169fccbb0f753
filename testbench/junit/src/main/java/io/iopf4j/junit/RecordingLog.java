// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.kernel.KernelLog;

/** A log whose lines are kept with their time, and whose errors count as errors. */
record RecordingLog(KernelLog given, Journal journal, Errors errors) implements KernelLog {
    @Override
    public void err(final String who, final String message) {
        errors.add("log: " + who + ": " + message);
        given.err(who, message);
    }

    @Override
    public void warn(final String who, final String message) {
        journal.add(Topic.LOG, new Entry(journal.nowNs(), "warning " + who + ": " + message));
        given.warn(who, message);
    }

    @Override
    public void info(final String who, final String message) {
        journal.add(Topic.LOG, new Entry(journal.nowNs(), "info " + who + ": " + message));
        given.info(who, message);
    }
}
