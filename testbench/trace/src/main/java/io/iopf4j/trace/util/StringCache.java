// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns bytes into strings without allocating the same string twice in a row: a small table that
 * forgets, so that a file full of different strings cannot fill the memory.
 */
public final class StringCache {
    private static final int SLOT_BITS = 10;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int PROBES = 4;
    private static final int LENGTH_MAX = 64;

    /** Odd, near the golden ratio of 64 bits: spreads what differs into the upper bits. */
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[][] keys = new byte[SLOTS][];
    private final String[] values = new String[SLOTS];
    private int victim;

    /** An empty table. */
    public StringCache() {}

    /**
     * The string of some bytes. Bytes that are not UTF-8 become replacement characters.
     *
     * @param bytes where they are
     * @param from the first
     * @param to behind the last
     * @return the string; interned if it has at most {@value #LENGTH_MAX} bytes
     */
    public String get(final byte[] bytes, final int from, final int to) {
        if (to - from > LENGTH_MAX) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        final int home = home(bytes, from, to);
        final int slot = slot(home, bytes, from, to);
        if (slot >= 0) {
            return values[slot];
        }
        final int free = free(home);
        keys[free] = Arrays.copyOfRange(bytes, from, to);
        values[free] = new String(keys[free], StandardCharsets.UTF_8).intern();
        return values[free];
    }

    /**
     * The string of some bytes if the table has it.
     *
     * @param bytes where they are
     * @param from the first
     * @param to behind the last
     * @return what {@link #get} gave for the same bytes; null if it did not or it is forgotten
     */
    public String find(final byte[] bytes, final int from, final int to) {
        if (to - from > LENGTH_MAX) {
            return null;
        }
        final int slot = slot(home(bytes, from, to), bytes, from, to);
        return slot < 0 ? null : values[slot];
    }

    /** By words: names are some ten bytes, and this is asked for at every event. */
    private static int home(final byte[] bytes, final int from, final int to) {
        long hash = (long) to - from;
        int at = from;
        for (; to - at >= Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONG.get(bytes, at)) * SPREAD;
        }
        if (to - at >= Integer.BYTES) {
            hash = (hash ^ (int) INT.get(bytes, at)) * SPREAD;
            at += Integer.BYTES;
        }
        for (; at < to; at++) {
            hash = (hash ^ bytes[at]) * SPREAD;
        }
        return (int) (hash >>> -SLOT_BITS);
    }

    /** Where the table has these bytes, or -1. */
    private int slot(final int home, final byte[] bytes, final int from, final int to) {
        for (int probe = 0; probe < PROBES; probe++) {
            final int slot = (home + probe) & (SLOTS - 1);
            final byte[] key = keys[slot];
            if (key == null) {
                return -1;
            }
            if (Arrays.equals(key, 0, key.length, bytes, from, to)) {
                return slot;
            }
        }
        return -1;
    }

    /** Where the table has room, or what it forgets. */
    private int free(final int home) {
        for (int probe = 0; probe < PROBES; probe++) {
            final int slot = (home + probe) & (SLOTS - 1);
            if (keys[slot] == null) {
                return slot;
            }
        }
        victim = (victim + 1) % PROBES;
        return (home + victim) & (SLOTS - 1);
    }
}
