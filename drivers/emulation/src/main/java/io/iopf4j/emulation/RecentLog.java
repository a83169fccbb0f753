// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.kernel.KernelLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Counts what drivers and the core log, and keeps the most recent lines for a report. A line is put
 * together when somebody asks for it: what logs each fault allocates nothing for it.
 */
public final class RecentLog implements KernelLog {
    private final ArrayDeque<String> whos = new ArrayDeque<>();
    private final ArrayDeque<String> messages = new ArrayDeque<>();
    private final int capacity;
    private long errors;
    private long warnings;

    /**
     * An empty log.
     *
     * @param capacity how many lines are kept, at least 1
     */
    public RecentLog(final int capacity) {
        this.capacity = capacity;
    }

    @Override
    public void err(final String who, final String message) {
        errors++;
        keep(who, message);
    }

    @Override
    public void warn(final String who, final String message) {
        warnings++;
        keep(who, message);
    }

    @Override
    public void info(final String who, final String message) {
        keep(who, message);
    }

    /**
     * Errors logged.
     *
     * @return a count since the start
     */
    public long errors() {
        return errors;
    }

    /**
     * Warnings logged.
     *
     * @return a count since the start
     */
    public long warnings() {
        return warnings;
    }

    /**
     * The most recent lines.
     *
     * @return oldest first
     */
    public List<String> recent() {
        final List<String> lines = new ArrayList<>();
        final Iterator<String> message = messages.iterator();
        whos.forEach(who -> lines.add(who + ": " + message.next()));
        return List.copyOf(lines);
    }

    private void keep(final String who, final String message) {
        if (whos.size() == capacity) {
            whos.removeFirst();
            messages.removeFirst();
        }
        whos.addLast(who);
        messages.addLast(message);
    }
}
