// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import java.util.SplittableRandom;

/** What guests have read and not answered, in columns; a removal moves the last into the gap. */
final class OutstandingFaults {
    private final int[] device;
    private final int[] cookie;
    private final long[] iova;
    private int count;

    OutstandingFaults(final int capacity) {
        device = new int[capacity];
        cookie = new int[capacity];
        iova = new long[capacity];
    }

    void add(final int deviceIndex, final int itsCookie, final long itsIova) {
        device[count] = deviceIndex;
        cookie[count] = itsCookie;
        iova[count] = itsIova;
        count++;
    }

    int pick(final SplittableRandom random) {
        return count == 1 ? 0 : random.nextInt(count);
    }

    int device(final int at) {
        return device[at];
    }

    int cookie(final int at) {
        return cookie[at];
    }

    long iova(final int at) {
        return iova[at];
    }

    void remove(final int at) {
        count--;
        device[at] = device[count];
        cookie[at] = cookie[count];
        iova[at] = iova[count];
    }
}
