// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

/** Bounds what one reader may hold of a file at once, whatever lengths the file names. */
final class MemoryBudget {
    private static final long LEAST = 16L << 20;
    private static final long MOST = 512L << 20;

    private long left;

    MemoryBudget(final long bytes) {
        left = bytes;
    }

    /** A quarter of the heap, within bounds. */
    static MemoryBudget ofHeap() {
        return new MemoryBudget(
                Math.max(LEAST, Math.min(MOST, Runtime.getRuntime().maxMemory() / 4)));
    }

    /** Takes bytes if there are as many. */
    boolean take(final long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    void giveBack(final long bytes) {
        left += bytes;
    }

    long left() {
        return left;
    }
}
