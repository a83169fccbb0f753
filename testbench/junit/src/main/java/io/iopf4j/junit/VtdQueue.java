// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.vtd.Vtd;
import java.util.ArrayList;
import java.util.List;

/** One of a unit's two queues, as its registers and memory show it; pointers are byte offsets. */
final class VtdQueue {
    private static final int PAGE_BYTES = 4096;
    private static final long ADDRESS_MASK = ~0xfffL;
    private static final int NARROW_DESCRIPTOR = 16;
    private static final int WIDE_DESCRIPTOR = 32;

    private final String name;
    private final int base;
    private final int head;
    private final int tail;
    private final boolean isRevision2;

    private VtdQueue(
            final String name,
            final int base,
            final int head,
            final int tail,
            final boolean isRevision2) {
        this.name = name;
        this.base = base;
        this.head = head;
        this.tail = tail;
        this.isRevision2 = isRevision2;
    }

    static VtdQueue descriptors(final Vtd model) {
        return new VtdQueue(
                "IQ",
                VtdRegisters.IQA,
                VtdRegisters.IQH,
                VtdRegisters.IQT,
                model.config().isRevision2());
    }

    static VtdQueue requests(final Vtd model) {
        return new VtdQueue(
                "PQ",
                VtdRegisters.PQA,
                VtdRegisters.PQH,
                VtdRegisters.PQT,
                model.config().isRevision2());
    }

    String name() {
        return name;
    }

    long base(final Mmio mmio) {
        return mmio.readq(base);
    }

    long head(final Mmio mmio) {
        return mmio.readq(head);
    }

    long tail(final Mmio mmio) {
        return mmio.readq(tail);
    }

    int entryBytes(final Mmio mmio) {
        if (base == VtdRegisters.PQA) {
            return isRevision2 ? PageRequestRev2.BYTES : PageRequest.BYTES;
        }
        return (mmio.readq(base) & VtdRegisters.IQA_DW) != 0 ? WIDE_DESCRIPTOR : NARROW_DESCRIPTOR;
    }

    private long sizeBytes(final Mmio mmio) {
        return (long) PAGE_BYTES << (mmio.readq(base) & VtdRegisters.QUEUE_SIZE_MASK);
    }

    /** The entry at a byte offset, or null if the driver was not given that memory. */
    Entry entryAt(final Mmio mmio, final SharedMemory memory, final long at, final long timeNs) {
        final int bytes = entryBytes(mmio);
        final long offset = at & (sizeBytes(mmio) - 1) & -bytes;
        final long[] words = memory.read((base(mmio) & ADDRESS_MASK) + offset, bytes / Long.BYTES);
        if (words == null) {
            return null;
        }
        return base == VtdRegisters.PQA
                ? VtdRecord.request(timeNs, words, isRevision2)
                : VtdDescriptor.decode(timeNs, words, isRevision2);
    }

    /** What lies between two byte offsets. */
    List<Entry> entries(
            final Mmio mmio,
            final SharedMemory memory,
            final long from,
            final long to,
            final long timeNs) {
        final long size = sizeBytes(mmio);
        final int bytes = entryBytes(mmio);
        final long count = (to - from & size - 1) / bytes;
        final List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            final Entry entry = entryAt(mmio, memory, from + i * bytes, timeNs);
            if (entry != null) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
