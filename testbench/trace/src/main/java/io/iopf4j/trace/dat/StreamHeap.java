// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.util.Arrays;

/** The CPUs by the time of their next record; at equal times by number, then by instance. */
final class StreamHeap {
    private CpuStream[] heap = new CpuStream[4];
    private int size;

    void add(final CpuStream stream) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        heap[size] = stream;
        int child = size++;
        while (child > 0 && before(heap[child], heap[(child - 1) / 2])) {
            final int parent = (child - 1) / 2;
            final CpuStream swap = heap[child];
            heap[child] = heap[parent];
            heap[parent] = swap;
            child = parent;
        }
    }

    /** The first, or null. */
    CpuStream first() {
        return size == 0 ? null : heap[0];
    }

    /** Finds the place of the first after its time has changed. */
    void firstChanged() {
        final CpuStream moved = heap[0];
        int parent = 0;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], moved)) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
    }

    void removeFirst() {
        heap[0] = heap[--size];
        heap[size] = null;
        if (size > 0) {
            firstChanged();
        }
    }

    private static boolean before(final CpuStream a, final CpuStream b) {
        if (a.timestamp != b.timestamp) {
            return a.timestamp < b.timestamp;
        }
        return a.cpu != b.cpu ? a.cpu < b.cpu : a.order < b.order;
    }
}
