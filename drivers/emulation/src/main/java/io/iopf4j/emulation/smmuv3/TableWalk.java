// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * One stage's walk through its tables: granules of 4, 16 and 64 KiB, tables, blocks and pages, the
 * access flag. What is allowed at the end is the stage's business. At most four descriptors are
 * read, whatever they hold. The Contiguous bit is a hint that is not taken. Arm ARM, D8.2; IHI
 * 0070, 3.4 and 7.3.
 */
final class TableWalk {
    /** {@link #walk}: there is a translation. */
    static final int FOUND = 0;

    /** {@link #walk}: a table's own address did not translate, and that is recorded. */
    static final int RECORDED = -1;

    private static final int LAST_LEVEL = 3;
    private static final int LARGEST_BLOCK_4K = 1;
    private static final int LARGEST_BLOCK = 2;
    static final int SHIFT_4K = 12;
    static final int SHIFT_16K = 14;
    static final int SHIFT_64K = 16;

    private final PhysicalMemory memory;

    // What a walk has found.

    /** The leaf. */
    long leaf;

    /** The tables above the leaf, ORed. */
    long tables;

    /** First output address of the page or block. */
    long output;

    /** log2 of the bytes of the page or block. */
    int log2;

    /** Level of the leaf. */
    int level;

    /** After F_WALK_EABT: where. */
    long fetchAddress;

    TableWalk(final PhysicalMemory memory) {
        this.memory = memory;
    }

    /**
     * Walks.
     *
     * @param root first table, or several side by side; aligned down to its size
     * @param granule log2 of the granule's bytes
     * @param startLevel level of the first table
     * @param inputBits bits of the input address, more than the start level leaves to those below
     * @param input input address, of which the bits above do not count
     * @param outputBits bits of every output address
     * @param ignoresAccessFlag no F_ACCESS
     * @param access whom stage 2 records its faults for
     * @param through stage 2, which the tables' addresses go through; null if they are physical
     * @return {@link #FOUND}, {@link #RECORDED}, or the fault's {@code Events} number
     */
    int walk(
            final long root,
            final int granule,
            final int startLevel,
            final int inputBits,
            final long input,
            final int outputBits,
            final boolean ignoresAccessFlag,
            final Access access,
            final StageTwoWalk through) {
        final int stride = granule - 3;
        int shift = leafLog2(startLevel, granule);
        int indexBits = inputBits - shift;
        long table = root & -((long) Long.BYTES << indexBits);
        tables = 0;
        for (level = startLevel; ; level++) {
            final long index = input >>> shift & ((1L << indexBits) - 1);
            long address = table + index * Long.BYTES;
            if (through != null) {
                if (!through.translate(access, address, Events.CLASS_TTD)) {
                    return RECORDED;
                }
                address = through.output();
            }
            if (!memory.contains(address, Long.BYTES)) {
                fetchAddress = address;
                return Events.F_WALK_EABT;
            }
            leaf = memory.readLong(address);
            final boolean isTableOrPage =
                    (leaf & PageDescriptor.TABLE_OR_PAGE) == PageDescriptor.TABLE_OR_PAGE;
            if ((leaf & PageDescriptor.VALID) == 0
                    || (!isTableOrPage && !mayBeBlock(level, granule))) {
                return Events.F_TRANSLATION;
            }
            final long next = leaf & PageDescriptor.ADDRESS_MASK & -(1L << granule);
            if (next >>> outputBits != 0) {
                return Events.F_ADDR_SIZE;
            }
            if (level == LAST_LEVEL || !isTableOrPage) {
                log2 = shift;
                output = next & -(1L << shift);
                return ignoresAccessFlag || (leaf & PageDescriptor.AF) != 0
                        ? FOUND
                        : Events.F_ACCESS;
            }
            tables |= leaf;
            table = next;
            shift -= stride;
            indexBits = stride;
        }
    }

    /**
     * Whether the SMMU has a granule.
     *
     * @param granule log2 of its bytes, any value
     */
    static boolean isGranule(final int granule, final SmmuV3Config config) {
        return switch (granule) {
            case SHIFT_4K -> config.has(SmmuFeature.GRANULE_4K);
            case SHIFT_16K -> config.has(SmmuFeature.GRANULE_16K);
            case SHIFT_64K -> config.has(SmmuFeature.GRANULE_64K);
            default -> false;
        };
    }

    /** log2 of the bytes that a leaf maps. */
    static int leafLog2(final int level, final int granule) {
        return granule + (granule - 3) * (LAST_LEVEL - level);
    }

    private static boolean mayBeBlock(final int level, final int granule) {
        return level == LARGEST_BLOCK || (level == LARGEST_BLOCK_4K && granule == SHIFT_4K);
    }
}
