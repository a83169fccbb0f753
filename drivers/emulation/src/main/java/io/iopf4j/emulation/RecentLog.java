// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.kernel.KernelLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Counts what drivers and the core log, and keeps the most recent lines for a report. What comes as
 * a format is put into words when somebody reads it; a line without numbers makes no object.
 */
public final class RecentLog implements KernelLog {
    private final ArrayDeque<String> whos = new ArrayDeque<>();

    /** Words, or a {@link Supplier} of them. */
    private final ArrayDeque<Object> messages = new ArrayDeque<>();

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
    public void err(final String who, final String format, final Object... args) {
        errors++;
        keep(who, later(format, args));
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

    @Override
    public void info(final String who, final String format, final Object... args) {
        keep(who, later(format, args));
    }

    @SuppressWarnings("AnnotateFormatMethod") // Its annotation is no dependency.
    private static Supplier<String> later(final String format, final Object... args) {
        return () -> String.format(format, args);
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
        final Iterator<Object> message = messages.iterator();
        whos.forEach(who -> lines.add(who + ": " + words(message.next())));
        return List.copyOf(lines);
    }

    private static Object words(final Object message) {
        return message instanceof Supplier<?> later ? later.get() : message;
    }

    private void keep(final String who, final Object message) {
        if (whos.size() == capacity) {
            whos.removeFirst();
            messages.removeFirst();
        }
        whos.addLast(who);
        messages.addLast(message);
    }
}
