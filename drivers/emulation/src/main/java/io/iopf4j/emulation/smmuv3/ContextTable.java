// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * From a stream's entry and a SubstreamID to the context descriptor, linear or in two levels, in
 * physical or, with stage 2, in intermediate addresses. What was fetched is kept, valid or not,
 * until a CFGI command names it; only a failed fetch leaves nothing behind. IHI 0070, 3.3.3, 5.3
 * and 5.4.
 */
final class ContextTable {
    private static final int ENTRIES = 4096;
    private static final int DESCRIPTORS = 1024;
    private static final int SPLIT_4K = 6;
    private static final int SPLIT_64K = 10;
    private static final long ALL_BITS = -1;

    private final PhysicalMemory memory;
    private final SmmuV3Config config;
    private final ContextRules rules;
    private final StageTwoWalk stageTwo;
    private final Translation result;
    private final SpanIndex index = new SpanIndex(ENTRIES);

    /** Made when a slot is first taken. */
    private ContextEntry[] entries = new ContextEntry[0];

    private final SpanIndex descriptorIndex = new SpanIndex(DESCRIPTORS);
    private long[] descriptors = new long[0];

    ContextTable(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final ContextRules rules,
            final StageTwoWalk stageTwo,
            final Translation result) {
        this.memory = memory;
        this.config = config;
        this.rules = rules;
        this.stageTwo = stageTwo;
        this.result = result;
    }

    /**
     * Finds the descriptor with a number.
     *
     * @param access whose stream has stage 1
     * @param number of the descriptor, within the table
     * @return the descriptor, or null with the result filled
     */
    ContextEntry find(final Access access, final int number) {
        final StreamEntry stream = access.stream;
        if (stream.contextNumber == number
                && stream.contextStream == access.streamId
                && stream.contextFoundAt == index.changes(access.streamId)) {
            return stream.context;
        }
        final int cached = index.find(access.streamId, number);
        if (cached >= 0) {
            stream.context = entries[cached];
            stream.contextNumber = number;
            stream.contextStream = access.streamId;
            stream.contextFoundAt = index.changes(access.streamId);
            return stream.context;
        }
        final long word0 = access.stream.word0;
        final int s1Fmt =
                config.ssidBits() == 0 || StreamTableEntry.s1CdMax(word0) == 0
                        ? StreamTableEntry.S1FMT_LINEAR
                        : StreamTableEntry.s1Fmt(word0);
        return switch (s1Fmt) {
            case StreamTableEntry.S1FMT_4K_L2 -> throughTwoLevels(access, number, SPLIT_4K);
            case StreamTableEntry.S1FMT_64K_L2 -> throughTwoLevels(access, number, SPLIT_64K);
            default -> fetch(access, StreamTableEntry.contextPtr(word0), number, number);
        };
    }

    private ContextEntry throughTwoLevels(final Access access, final int number, final int split) {
        int slot = descriptorIndex.at(access.streamId, number, split);
        if (slot == SpanIndex.NONE) {
            final long address =
                    physical(
                            access,
                            StreamTableEntry.contextPtr(access.stream.word0)
                                    + (long) LevelOneDescriptor.BYTES * (number >>> split),
                            LevelOneDescriptor.BYTES);
            if (address < 0) {
                return null;
            }
            slot = descriptorIndex.take(access.streamId, number, split);
            if (slot >= descriptors.length) {
                descriptors = Arrays.copyOf(descriptors, descriptorIndex.room());
            }
            descriptors[slot] = memory.readLong(address);
        }
        final long descriptor = descriptors[slot];
        final long table = LevelOneDescriptor.contextPointer(descriptor);
        if (!LevelOneDescriptor.isContextValid(descriptor) || table >>> config.outputBits() != 0) {
            result.configurationError(Events.C_BAD_SUBSTREAMID, true, 0);
            return null;
        }
        return fetch(access, table, number & ((1 << split) - 1), number);
    }

    private ContextEntry fetch(
            final Access access, final long table, final int position, final int number) {
        final long address =
                physical(
                        access,
                        table + (long) position * ContextDescriptor.BYTES,
                        ContextDescriptor.BYTES);
        if (address < 0) {
            return null;
        }
        final int slot = index.take(access.streamId, number, 0);
        if (slot >= entries.length) {
            entries = Arrays.copyOf(entries, index.room());
        }
        if (entries[slot] == null) {
            entries[slot] = new ContextEntry();
        }
        final ContextEntry entry = entries[slot];
        entry.fetch(memory, address);
        entry.isBad = rules.isBad(entry, access.stream);
        return entry;
    }

    /** The physical address to fetch from, or -1 with the result filled. */
    private long physical(final Access access, final long address, final int bytes) {
        long physical = address;
        if (access.stream.hasStageTwo()) {
            if (!stageTwo.translate(access, address, Events.CLASS_CD)) {
                return -1;
            }
            physical = stageTwo.output();
        }
        if (!memory.contains(physical, bytes)) {
            result.configurationError(Events.F_CD_FETCH, true, physical);
            return -1;
        }
        return physical;
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    /** CFGI_CD; without Leaf also the first level's descriptor. */
    void forget(final int streamId, final int number, final boolean leaf) {
        index.removeHolding(streamId, number);
        if (!leaf) {
            descriptorIndex.removeHolding(streamId, number);
        }
    }

    /** CFGI_CD_ALL, and what CFGI_STE implies. */
    void forgetStream(final int streamId) {
        index.removeTagged(streamId, ALL_BITS);
        descriptorIndex.removeTagged(streamId, ALL_BITS);
    }

    /** What CFGI_STE_RANGE implies for the aligned 2^log2 StreamIDs. */
    void forgetRange(final int streamId, final int log2) {
        // Tags are StreamIDs as ints: a range of all 2^32 leaves no bit to compare.
        final long mask = log2 >= Integer.SIZE ? 0 : -(1L << log2);
        index.removeTagged(streamId, mask);
        descriptorIndex.removeTagged(streamId, mask);
    }
}
