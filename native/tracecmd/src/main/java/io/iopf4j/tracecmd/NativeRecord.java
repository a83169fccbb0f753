// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;

/**
 * A record that is to be freed.
 *
 * @param pointer a {@code struct tep_record}, where pointers have 64 bits
 */
record NativeRecord(Pointer pointer) {
    private static final long TIME = 0;
    private static final long OFFSET = 8;
    private static final long MISSED_EVENTS = 16;
    private static final long SIZE = 28;
    private static final long DATA = 32;
    private static final long CPU = 40;

    long time() {
        return pointer.getLong(TIME);
    }

    /** Where it is in the file. */
    long offset() {
        return pointer.getLong(OFFSET);
    }

    /** Events that were lost before it, -1 for some. */
    long lostBefore() {
        return pointer.getLong(MISSED_EVENTS);
    }

    /** How long its data are, bytes. */
    int size() {
        return pointer.getInt(SIZE);
    }

    Pointer data() {
        return pointer.getPointer(DATA);
    }

    int cpu() {
        return pointer.getInt(CPU);
    }
}
