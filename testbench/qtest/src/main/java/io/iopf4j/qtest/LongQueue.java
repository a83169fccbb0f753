// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/** Numbers, first in first out; grows with what it holds. */
final class LongQueue {
    private long[] ring = new long[16];
    private int first;
    private int size;

    int size() {
        return size;
    }

    void add(final long value) {
        if (size == ring.length) {
            final long[] larger = new long[Math.multiplyExact(size, 2)];
            System.arraycopy(ring, first, larger, 0, size - first);
            System.arraycopy(ring, 0, larger, size - first, first);
            ring = larger;
            first = 0;
        }
        ring[(first + size++) & (ring.length - 1)] = value;
    }

    /** The oldest, or 0 if there is none. */
    long peek() {
        return size == 0 ? 0 : ring[first];
    }

    /** Takes the oldest, or 0 if there is none. */
    long poll() {
        final long value = peek();
        if (size > 0) {
            first = (first + 1) & (ring.length - 1);
            size--;
        }
        return value;
    }
}
