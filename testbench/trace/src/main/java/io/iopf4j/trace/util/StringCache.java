// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns bytes into strings without allocating the same string twice in a row: a small table that
 * forgets, so that a file full of different strings cannot fill the memory.
 */
public final class StringCache {
    private static final int SLOTS = 1024;
    private static final int PROBES = 4;
    private static final int LENGTH_MAX = 64;

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
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        final int home = (hash ^ (hash >>> 15)) & (SLOTS - 1);
        int free = -1;
        for (int probe = 0; probe < PROBES; probe++) {
            final int slot = (home + probe) & (SLOTS - 1);
            final byte[] key = keys[slot];
            if (key == null) {
                free = slot;
                break;
            }
            if (Arrays.equals(key, 0, key.length, bytes, from, to)) {
                return values[slot];
            }
        }
        if (free < 0) {
            victim = (victim + 1) % PROBES;
            free = (home + victim) & (SLOTS - 1);
        }
        keys[free] = Arrays.copyOfRange(bytes, from, to);
        values[free] = new String(keys[free], StandardCharsets.UTF_8).intern();
        return values[free];
    }
}
