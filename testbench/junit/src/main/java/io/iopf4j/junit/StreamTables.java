// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.smmuv3.SmmuV3;

/**
 * What another part of a driver would have set up: the tables of a stream whose accesses stall on
 * pages that are not mapped. Contexts 0 to 15 share them; an access without SubstreamID has 0.
 */
final class StreamTables {
    private static final int PAGE_BYTES = 4096;
    private static final int LOG2_CONTEXTS = 4;
    private static final int ADDRESS_BITS = 48;
    private static final int LEVEL_BITS = 9;
    private static final int PAGE_SHIFT = 12;
    private static final int TOP_SHIFT = PAGE_SHIFT + 3 * LEVEL_BITS;
    private static final int FIRST_ASID = 0x100;
    private static final long LEAF =
            PageDescriptor.TABLE_OR_PAGE
                    | PageDescriptor.AF
                    | PageDescriptor.AP_UNPRIVILEGED
                    | PageDescriptor.NG;

    private final PhysicalMemory memory;
    private final MemoryAllocator allocator;
    private final long root;
    private final long page;

    private StreamTables(final PhysicalMemory memory, final MemoryAllocator allocator) {
        this.memory = memory;
        this.allocator = allocator;
        root = allocate(PAGE_BYTES);
        page = allocate(PAGE_BYTES);
    }

    /** Puts an empty stream table into the registers, as firmware may have left one. */
    static long install(final SmmuV3 model, final MemoryAllocator allocator) {
        final int log2 = model.config().sidBits();
        final long table =
                allocator.allocCoherent((long) StreamTableEntry.BYTES << log2).dmaAddress();
        model.registerPages().writeq(table, SmmuRegisters.STRTAB_BASE);
        model.registerPages().writel(log2, SmmuRegisters.STRTAB_BASE_CFG);
        return table;
    }

    /** Makes the tables of one stream and its entry in the stream table. */
    static StreamTables stalling(
            final int sid,
            final long streamTable,
            final SmmuV3 model,
            final PhysicalMemory memory,
            final MemoryAllocator allocator) {
        final StreamTables tables = new StreamTables(memory, allocator);
        final boolean hasSubstreams = model.config().ssidBits() >= LOG2_CONTEXTS;
        final int log2 = hasSubstreams ? LOG2_CONTEXTS : 0;
        final long contexts = tables.allocate((long) ContextDescriptor.BYTES << log2);
        for (int i = 0; i < 1 << log2; i++) {
            final long at = contexts + (long) i * ContextDescriptor.BYTES;
            memory.writeLong(
                    at,
                    ContextDescriptor.word0(
                            ADDRESS_BITS, model.config().oas(), FIRST_ASID + sid, true));
            memory.writeLong(at + Long.BYTES, tables.root);
        }
        final long entry = streamTable + (long) sid * StreamTableEntry.BYTES;
        memory.writeLong(entry + Long.BYTES, hasSubstreams ? StreamTableEntry.S1DSS_SSID0 : 0);
        memory.writeLong(entry, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, contexts, log2));
        return tables;
    }

    private long allocate(final long bytes) {
        return allocator.allocCoherent(bytes).dmaAddress();
    }

    void map(final long iova) {
        memory.writeLong(slot(iova), page | LEAF);
    }

    void unmap(final long iova) {
        memory.writeLong(slot(iova), 0);
    }

    /** The descriptor of a page; makes the tables that lead there. */
    private long slot(final long iova) {
        long table = root;
        for (int shift = TOP_SHIFT; ; shift -= LEVEL_BITS) {
            final long slot = table + Long.BYTES * (iova >>> shift & ((1L << LEVEL_BITS) - 1));
            if (shift == PAGE_SHIFT) {
                return slot;
            }
            if (memory.readLong(slot) == 0) {
                memory.writeLong(slot, allocate(PAGE_BYTES) | PageDescriptor.TABLE_OR_PAGE);
            }
            table = memory.readLong(slot) & PageDescriptor.ADDRESS_MASK;
        }
    }
}
