// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What guests have read and not answered, oldest first, in a circle; a removal moves the oldest
 * into the gap. Three words for each fault, side by side, so that it costs one cache line and not
 * five.
 */
final class OutstandingFaults {
    private static final int WORDS = 3;

    private final long[] words;
    private final int[] ofDevice;
    private final int mask;
    private int first;
    private int count;

    /**
     * Nothing yet.
     *
     * @param capacity most at once
     * @param devices how many there are
     */
    OutstandingFaults(final int capacity, final int devices) {
        final int room = Math.max(2, Integer.highestOneBit(capacity) << 1);
        words = new long[room * WORDS];
        ofDevice = new int[devices];
        mask = room - 1;
        // Touched now, not while something is measured.
        Arrays.fill(words, -1);
    }

    void add(
            final int device, final int pasid, final int grpid, final int cookie, final long iova) {
        final int at = ((first + count++) & mask) * WORDS;
        words[at] = iova;
        words[at + 1] = pack(device, grpid);
        words[at + 2] = pack(cookie, pasid);
        ofDevice[device]++;
    }

    private static long pack(final int high, final int low) {
        return ((long) high << Integer.SIZE) | (low & 0xffff_ffffL);
    }

    int count() {
        return count;
    }

    int countOf(final int device) {
        return ofDevice[device];
    }

    int oldest() {
        return first & mask;
    }

    int any(final SplittableRandom random) {
        return (first + (count == 1 ? 0 : random.nextInt(count))) & mask;
    }

    int device(final int at) {
        return (int) (words[at * WORDS + 1] >>> Integer.SIZE);
    }

    int grpid(final int at) {
        return (int) words[at * WORDS + 1];
    }

    int cookie(final int at) {
        return (int) (words[at * WORDS + 2] >>> Integer.SIZE);
    }

    int pasid(final int at) {
        return (int) words[at * WORDS + 2];
    }

    long iova(final int at) {
        return words[at * WORDS];
    }

    void remove(final int at) {
        ofDevice[device(at)]--;
        System.arraycopy(words, oldest() * WORDS, words, at * WORDS, WORDS);
        first++;
        count--;
    }
}
