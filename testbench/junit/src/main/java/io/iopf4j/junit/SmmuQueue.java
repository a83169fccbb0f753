// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.ArrayList;
import java.util.List;

/** One of an SMMU's queues, as its registers and memory show it. */
record SmmuQueue(
        String name, int base, int prod, int cons, int entryBytes, SmmuQueue.Decoder decoder) {
    private static final int LOG2SIZE_MOST = 19;

    /** Makes words readable. */
    @FunctionalInterface
    interface Decoder {
        Entry decode(long timeNs, long[] words);
    }

    int prod(final Mmio mmio) {
        return mmio.readl(prod);
    }

    int log2Size(final Mmio mmio) {
        return (int)
                Math.min(LOG2SIZE_MOST, mmio.readq(base) & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK);
    }

    /** Index and wrap of a pointer. */
    String pointer(final Mmio mmio, final int pointer) {
        final int log2 = log2Size(mmio);
        return "index "
                + QueueIndex.index(pointer, log2)
                + " wrap "
                + (QueueIndex.wrap(pointer, log2) == 0 ? 0 : 1);
    }

    /** The entry that a pointer points at, or null if the driver was not given that memory. */
    Entry entryAt(
            final Mmio mmio, final SharedMemory memory, final int pointer, final long timeNs) {
        final long start = mmio.readq(base) & SmmuRegisters.QUEUE_BASE_ADDR_MASK;
        final long offset = (long) QueueIndex.index(pointer, log2Size(mmio)) * entryBytes;
        final long[] words = memory.read(start + offset, entryBytes / Long.BYTES);
        return words == null ? null : decoder.decode(timeNs, words);
    }

    /** What lies between two pointers; nothing if they cannot be. */
    List<Entry> entries(
            final Mmio mmio,
            final SharedMemory memory,
            final int from,
            final int to,
            final long timeNs) {
        final int log2 = log2Size(mmio);
        final List<Entry> entries = new ArrayList<>();
        if (!QueueIndex.isConsistent(to, from, log2)) {
            return entries;
        }
        final int count = QueueIndex.used(to, from, log2);
        for (int i = 0; i < count; i++) {
            final Entry entry = entryAt(mmio, memory, QueueIndex.advance(from, i, log2), timeNs);
            if (entry != null) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
