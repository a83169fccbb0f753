// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Thread names by id, from {@code saved_cmdlines}. A hash table of plain ints, so that asking for a
 * name makes no boxed number.
 */
public final class CommTable {
    private static final Pattern LINE = Pattern.compile("\\s*(\\d{1,9}) (.+)");
    private static final String UNKNOWN = "<...>";
    private static final String IDLE = "<idle>";

    /** More threads than a kernel numbers by default (PID_MAX_DEFAULT), for files without end. */
    private static final int COUNT_MAX = 1 << 17;

    private int[] pids = new int[64];
    private String[] comms = new String[64];
    private int count;

    /** An empty table. */
    public CommTable() {}

    /** Reads lines {@code PID COMM}; a name may hold blanks. Other lines are skipped. */
    void parse(final byte[] text) {
        new String(text, StandardCharsets.UTF_8).lines().forEach(this::parseLine);
    }

    private void parseLine(final String line) {
        final Matcher parts = LINE.matcher(line);
        if (parts.matches()) {
            put(Integer.parseInt(parts.group(1)), parts.group(2));
        }
    }

    /**
     * Gives a thread a name, or another one. Beyond a great many threads new ones get none.
     *
     * @param pid the thread
     * @param comm its name
     */
    public void put(final int pid, final String comm) {
        if (count == COUNT_MAX && comms[slot(pid)] == null) {
            return;
        }
        if (2 * (count + 1) > pids.length) {
            final int[] oldPids = pids;
            final String[] oldComms = comms;
            pids = new int[2 * oldPids.length];
            comms = new String[2 * oldPids.length];
            for (int i = 0; i < oldPids.length; i++) {
                if (oldComms[i] != null) {
                    final int slot = slot(oldPids[i]);
                    pids[slot] = oldPids[i];
                    comms[slot] = oldComms[i];
                }
            }
        }
        final int slot = slot(pid);
        if (comms[slot] == null) {
            count++;
        }
        pids[slot] = pid;
        comms[slot] = comm;
    }

    /**
     * The name of a thread.
     *
     * @param pid the thread
     * @return {@code <idle>} for 0 and {@code <...>} for others if nobody has said
     */
    public String get(final int pid) {
        final String comm = comms[slot(pid)];
        if (comm != null) {
            return comm;
        }
        return pid == 0 ? IDLE : UNKNOWN;
    }

    private int slot(final int pid) {
        int slot = (pid * 0x9e3779b9) >>> (32 - Integer.numberOfTrailingZeros(pids.length));
        while (comms[slot] != null && pids[slot] != pid) {
            slot = (slot + 1) & (pids.length - 1);
        }
        return slot;
    }
}
