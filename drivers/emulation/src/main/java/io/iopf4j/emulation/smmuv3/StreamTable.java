// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * From a StreamID to its entry, linear or in two levels. What was fetched is kept, valid or not,
 * until a CFGI command names it; a failed fetch leaves nothing behind, nor does a first level's
 * descriptor that leads nowhere: Linux 6.12 fills it in (arm-smmu-v3.c, arm_smmu_init_l2_strtab)
 * and sends no CFGI_STE that would name it. A good entry with CONT is kept for its whole span; two
 * kept entries that match one StreamID are F_CFG_CONFLICT. IHI 0070, 3.3 and 5.1.
 */
final class StreamTable {
    private static final int SPLIT_DEFAULT = 6;
    private static final int ENTRIES = 1024;
    private static final int DESCRIPTORS = 256;
    private static final int RECENT = 256;

    private final PhysicalMemory memory;
    private final SmmuV3Config config;
    private final StreamRules rules;
    private final Translation result;
    private final SpanIndex index = new SpanIndex(ENTRIES);

    /** Made when a slot is first taken. */
    private StreamEntry[] entries = new StreamEntry[0];

    private StreamEntry spare = new StreamEntry();

    /** By the low bits of a StreamID what was found for it last: shorter than through the index. */
    private final StreamEntry[] recent = new StreamEntry[RECENT];

    private final SpanIndex descriptorIndex = new SpanIndex(DESCRIPTORS);
    private long[] descriptors = new long[0];
    private long base;
    private int log2Size;
    private int baseLog2Size;
    private boolean isTwoLevel;
    private int split;
    private boolean recordsBadStreams;

    StreamTable(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final StreamRules rules,
            final Translation result) {
        this.memory = memory;
        this.config = config;
        this.rules = rules;
        this.result = result;
        set(0, 0, false);
    }

    /** STRTAB_BASE, STRTAB_BASE_CFG and CR2.RECINVSID; nothing kept is forgotten. */
    void set(final long strtabBase, final int cfg, final boolean recordBadStreams) {
        base = strtabBase & SmmuRegisters.STRTAB_BASE_ADDR_MASK;
        // The stated size aligns the base, though fewer entries may be looked at.
        baseLog2Size = cfg & SmmuRegisters.STRTAB_BASE_CFG_LOG2SIZE_MASK;
        log2Size = Math.min(baseLog2Size, config.sidBits());
        isTwoLevel =
                config.has(SmmuFeature.TWO_LEVEL_STREAM_TABLE)
                        && (cfg >>> SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT & 3) == 1;
        final int splitField = cfg >>> SmmuRegisters.STRTAB_BASE_CFG_SPLIT_SHIFT & 0x1f;
        split = splitField == 8 || splitField == 10 ? splitField : SPLIT_DEFAULT;
        recordsBadStreams = recordBadStreams;
    }

    /** The entry, or null with the result filled. */
    StreamEntry find(final int streamId) {
        final long sid = Integer.toUnsignedLong(streamId);
        if (sid >= 1L << log2Size) {
            return badStream();
        }
        final StreamEntry known = recent[streamId & RECENT - 1];
        if (known != null && known.foundFor == sid && known.foundAt == index.changes(0)) {
            return known;
        }
        final int slot = index.find(0, sid);
        if (slot >= 0) {
            return remembered(entries[slot], sid);
        }
        if (slot == SpanIndex.CONFLICT) {
            return conflict();
        }
        return isTwoLevel ? fetchThroughTwoLevels(sid) : fetch(linearBase(), sid, sid);
    }

    private StreamEntry remembered(final StreamEntry entry, final long sid) {
        entry.foundFor = sid;
        entry.foundAt = index.changes(0);
        recent[(int) sid & RECENT - 1] = entry;
        return entry;
    }

    private long linearBase() {
        return aligned(base, (long) StreamTableEntry.BYTES << baseLog2Size);
    }

    private StreamEntry fetchThroughTwoLevels(final long sid) {
        final int slot = descriptorIndex.find(0, sid);
        if (slot == SpanIndex.CONFLICT) {
            return conflict();
        }
        final long descriptor;
        if (slot == SpanIndex.NONE) {
            final long tableBytes =
                    Math.max(
                            StreamTableEntry.BYTES,
                            (long) LevelOneDescriptor.BYTES << Math.max(0, baseLog2Size - split));
            final long address =
                    aligned(base, tableBytes) + LevelOneDescriptor.BYTES * (sid >>> split);
            if (!memory.contains(address, LevelOneDescriptor.BYTES)) {
                return fetchAbort(address);
            }
            descriptor = memory.readLong(address);
        } else {
            descriptor = descriptors[slot];
        }
        final int span = LevelOneDescriptor.span(descriptor);
        if (span == 0 || span > LevelOneDescriptor.SPAN_MAX || span > split + 1) {
            return badStream();
        }
        if (slot == SpanIndex.NONE) {
            keepDescriptor(sid, descriptor);
        }
        final long number = sid & ((1L << split) - 1);
        if (number >= 1L << (span - 1)) {
            return badStream();
        }
        final long table =
                aligned(
                        LevelOneDescriptor.streamPointer(descriptor),
                        (long) StreamTableEntry.BYTES << (span - 1));
        return fetch(table, number, sid);
    }

    private void keepDescriptor(final long sid, final long descriptor) {
        final int slot = descriptorIndex.take(0, sid, split);
        if (slot >= descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, descriptorIndex.room());
        }
        descriptors[slot] = descriptor;
    }

    private StreamEntry fetch(final long table, final long number, final long sid) {
        final long address = table + number * StreamTableEntry.BYTES;
        if (!memory.contains(address, StreamTableEntry.BYTES)) {
            return fetchAbort(address);
        }
        final StreamEntry entry = spare;
        entry.fetch(memory, address);
        entry.isBad = rules.isBad(entry);
        // One that is not valid says nothing, and nothing of its neighbours.
        final int log2 = entry.isBad ? 0 : StreamTableEntry.cont(entry.word1);
        final int slot = index.take(0, sid, log2);
        if (slot >= entries.length) {
            entries = Arrays.copyOf(entries, index.room());
        }
        spare = entries[slot] == null ? new StreamEntry() : entries[slot];
        entries[slot] = entry;
        return entry;
    }

    /** The bytes are a power of two, or 0 where they are too many to count. */
    private static long aligned(final long address, final long bytes) {
        return address & -bytes;
    }

    private StreamEntry badStream() {
        result.configurationError(Events.C_BAD_STREAMID, true, 0);
        result.isRecorded = recordsBadStreams;
        return null;
    }

    private StreamEntry fetchAbort(final long address) {
        result.configurationError(Events.F_STE_FETCH, true, address);
        return null;
    }

    private StreamEntry conflict() {
        result.configurationError(Events.F_CFG_CONFLICT, true, 0);
        return null;
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    /** CFGI_STE; without Leaf also the first level's descriptor. */
    void forget(final int streamId, final boolean leaf) {
        final long sid = Integer.toUnsignedLong(streamId);
        index.removeHolding(0, sid);
        if (!leaf) {
            descriptorIndex.removeHolding(0, sid);
        }
    }

    /** CFGI_STE_RANGE: the aligned 2^log2 StreamIDs, and what leads to them. */
    void forgetRange(final int streamId, final int log2) {
        forgetRange(index, streamId, log2);
        forgetRange(descriptorIndex, streamId, log2);
    }

    private static void forgetRange(final SpanIndex spans, final int streamId, final int log2) {
        final long first = Integer.toUnsignedLong(streamId) & -(1L << log2);
        final long last = first + (1L << log2) - 1;
        for (int slot = 0; slot < spans.end(); slot++) {
            if (spans.isUsed(slot)
                    && spans.start(slot) <= last
                    && spans.start(slot) + (1L << spans.log2(slot)) > first) {
                spans.remove(slot);
            }
        }
    }
}
