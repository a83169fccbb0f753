// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.iopgtable;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;

/**
 * A translation table of 4 KiB pages and of blocks of 2 MiB and 1 GiB, in the format of any stage:
 * {@code io-pgtable-arm.c} and {@code intel/iommu.c} of Linux 6.12. A table that becomes empty is
 * kept for the next one that is needed, so that mapping in steady state allocates nothing. Its
 * owner serialises calls and invalidates what the hardware may have cached.
 */
public final class IoPgtable {
    /** Bits of an input address that any format has tables for, and of an output address. */
    public static final int ADDRESS_BITS = 48;

    /** Bytes of a page. */
    public static final long PAGE_BYTES = 1L << 12;

    private static final int MIN_ADDRESS_BITS = 32;
    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;
    private static final int ENTRIES = 1 << STRIDE;
    private static final int LAST_LEVEL = 3;
    private static final int FIRST_BLOCK_LEVEL = 1;

    private final DmaAllocator dma;
    private final IoPgtableFmt fmt;
    private final int addressBits;
    private final int startLevel;
    private final Table root;
    private Table spare;

    private IoPgtable(
            final DmaAllocator dma,
            final IoPgtableFmt fmt,
            final int addressBits,
            final int startLevel,
            final Table root) {
        this.dma = dma;
        this.fmt = fmt;
        this.addressBits = addressBits;
        this.startLevel = startLevel;
        this.root = root;
    }

    /**
     * Allocates an empty table of stage 1 over {@link #ADDRESS_BITS}.
     *
     * @param dma where from
     * @return the table, or null without memory
     */
    public static IoPgtable alloc(final DmaAllocator dma) {
        return alloc(dma, IoPgtableFmt.ARM_64_LPAE_S1, ADDRESS_BITS);
    }

    /**
     * Allocates an empty table.
     *
     * @param dma where from
     * @param fmt the stage
     * @param addressBits bits of an input address, in [32, {@link IoPgtableFmt#maxAddressBits()}]
     * @return the table, or null without memory
     */
    public static IoPgtable alloc(
            final DmaAllocator dma, final IoPgtableFmt fmt, final int addressBits) {
        if (addressBits < MIN_ADDRESS_BITS || addressBits > fmt.maxAddressBits()) {
            throw new IllegalArgumentException(
                    "addressBits must be in [32, "
                            + fmt.maxAddressBits()
                            + "]: addressBits="
                            + addressBits);
        }
        final int levels = (addressBits - PAGE_SHIFT + STRIDE - 1) / STRIDE;
        int startLevel = LAST_LEVEL + 1 - levels;
        int rootBits = addressBits - PAGE_SHIFT - STRIDE * (levels - 1);
        if (startLevel == 0 && fmt.concatenates(1 << rootBits)) {
            startLevel++;
            rootBits += STRIDE;
        }
        final DmaMemory memory = dma.allocCoherent(Math.max(PAGE_BYTES, 8L << rootBits));
        return memory == null
                ? null
                : new IoPgtable(
                        dma, fmt, addressBits, startLevel, new Table(memory, 1 << rootBits));
    }

    /**
     * Where the hardware starts to walk.
     *
     * @return the root's address, for TTB0 or S2TTB
     */
    public long ttb() {
        return root.memory.dmaAddress();
    }

    /**
     * How large an input address is.
     *
     * @return bits
     */
    public int addressBits() {
        return addressBits;
    }

    /**
     * Where the hardware starts to walk.
     *
     * @return the level of the root, counted as Arm does: 3 has the pages, -1 is the fifth level
     */
    public int startLevel() {
        return startLevel;
    }

    /**
     * Maps one page, or changes its mapping.
     *
     * @param iova any address in the page
     * @param paddr physical address of the page
     * @param perm {@code IommuFault.PERM_} bits that are allowed; in a first stage reads and
     *     unprivileged accesses always are
     * @return false if there is no memory for a table, a block is mapped there, or the address has
     *     too many bits
     */
    public boolean map(final long iova, final long paddr, final int perm) {
        return iova >>> addressBits == 0 && mapLeaf(iova, LAST_LEVEL, paddr, perm, true) == 0;
    }

    /**
     * Maps a range by the largest pages and blocks that fit ({@code iommu_map}, {@code
     * iommu_pgsize}). When it fails, nothing of it is mapped any more; if {@link #mayHaveBeenSeen},
     * the hardware must forget it.
     *
     * @param iova first address, a multiple of 4 KiB
     * @param paddr first physical address, a multiple of 4 KiB
     * @param bytes a positive multiple of 4 KiB
     * @param perm {@code IommuFault.PERM_} bits that are allowed, as {@link #map(long, long, int)}
     * @return 0; {@code -EINVAL} if something is no such multiple; {@code -ERANGE} if either range
     *     has too many bits; {@code -EEXIST} if something is mapped there; {@code -ENOMEM}
     */
    public int map(final long iova, final long paddr, final long bytes, final int perm) {
        if (((iova | paddr | bytes) & (PAGE_BYTES - 1)) != 0 || bytes <= 0) {
            return -Errno.EINVAL;
        }
        if (isOutside(iova, bytes, addressBits) || isOutside(paddr, bytes, ADDRESS_BITS)) {
            return -Errno.ERANGE;
        }
        for (long done = 0; done < bytes; ) {
            final int level = largestFit(iova + done, paddr + done, bytes - done);
            final int ret = mapLeaf(iova + done, level, paddr + done, perm, false);
            if (ret != 0) {
                unmap(iova, done);
                return ret;
            }
            done += 1L << shift(level);
        }
        return 0;
    }

    /**
     * Whether a part of a range, or a table on the way, was there for a while though mapping failed
     * in the end.
     *
     * @param ret what {@link #map(long, long, long, int)} returned
     * @return true for {@code -EEXIST} and {@code -ENOMEM}
     */
    public static boolean mayHaveBeenSeen(final int ret) {
        return ret == -Errno.EEXIST || ret == -Errno.ENOMEM;
    }

    /**
     * Whether a page is mapped. Whoever changes a mapping must have the hardware forget the former.
     *
     * @param iova any address in the page
     * @return true if {@link #unmap} would take something away
     */
    public boolean isMapped(final long iova) {
        if (iova >>> addressBits != 0) {
            return false;
        }
        Table table = root;
        for (int level = startLevel; level < LAST_LEVEL; level++) {
            table = table.child(table.index(iova, level));
            if (table == null || table == Table.BLOCK) {
                return false;
            }
        }
        return table.isSet(table.index(iova, LAST_LEVEL));
    }

    /**
     * Unmaps one page.
     *
     * @param iova any address in the page
     * @return false if it was not mapped, or is a part of a block
     */
    public boolean unmap(final long iova) {
        return iova >>> addressBits == 0
                && unmapBelow(root, startLevel, iova & -PAGE_BYTES, PAGE_BYTES) != 0;
    }

    /**
     * Unmaps pages and blocks from the start of a range on, until the first address that is not
     * mapped. A block goes as a whole or not at all: like Linux since 6.13, and unlike before, it
     * is never split, since whoever maps large ranges unmaps what it mapped.
     *
     * @param iova first address, a multiple of 4 KiB
     * @param bytes a multiple of 4 KiB, at least 0
     * @return how many bytes were unmapped: fewer if a part was not mapped, or belongs to a block
     *     that reaches out of the range; 0 for a range that has too many bits or is no multiple
     */
    public long unmap(final long iova, final long bytes) {
        return unmap(iova, bytes, (first, size, leafLog2) -> {});
    }

    /**
     * The same for an owner that makes the hardware forget each run of equal leaves.
     *
     * @param iova first address, a multiple of 4 KiB
     * @param bytes a multiple of 4 KiB, at least 0
     * @param unmapped hears of each run, once it is gone
     * @return how many bytes were unmapped, as {@link #unmap(long, long)}
     */
    public long unmap(final long iova, final long bytes, final Unmapped unmapped) {
        long done = 0;
        long run = 0;
        long leaf = 0;
        long gone;
        do {
            gone = done < bytes ? unmapFirst(iova + done, bytes - done) : 0;
            if (gone != leaf) {
                if (run > 0) {
                    unmapped.run(iova + done - run, run, Long.numberOfTrailingZeros(leaf));
                }
                run = 0;
                leaf = gone;
            }
            run += gone;
            done += gone;
        } while (gone != 0);
        return done;
    }

    /** Bytes of the one page or block at the start of a range that was unmapped, or 0. */
    private long unmapFirst(final long iova, final long most) {
        return (iova & (PAGE_BYTES - 1)) != 0 || isOutside(iova, most, addressBits)
                ? 0
                : unmapBelow(root, startLevel, iova, most);
    }

    /** What an owner does about leaves that are gone; tables may have gone with them. */
    @FunctionalInterface
    public interface Unmapped {
        /**
         * Leaves of one size, side by side, are gone.
         *
         * @param iova address of the first
         * @param size bytes of all
         * @param leafLog2 log2 of the bytes of each
         */
        void run(long iova, long size, int leafLog2);
    }

    /** Gives the memory of all tables back; nothing walks them any more. */
    public void free() {
        freeBelow(root);
        for (Table table = spare; table != null; table = table.nextSpare) {
            dma.freeCoherent(table.memory);
        }
        spare = null;
    }

    private void freeBelow(final Table table) {
        if (table.children != null) {
            for (final Table child : table.children) {
                if (child != null && child != Table.BLOCK) {
                    freeBelow(child);
                }
            }
        }
        dma.freeCoherent(table.memory);
    }

    private int mapLeaf(
            final long iova,
            final int leafLevel,
            final long paddr,
            final int perm,
            final boolean mayReplace) {
        Table table = root;
        for (int level = startLevel; level < leafLevel; level++) {
            final int index = table.index(iova, level);
            Table child = table.child(index);
            if (child == Table.BLOCK) {
                return -Errno.EEXIST;
            }
            if (child == null) {
                child = takeTable();
                if (child == null) {
                    giveBackEmpty(root, startLevel, iova);
                    return -Errno.ENOMEM;
                }
                table.link(index, child, fmt.table(child.memory.dmaAddress()));
            }
            table = child;
        }
        final int index = table.index(iova, leafLevel);
        final boolean isSet = table.isSet(index);
        if (isSet && !mayReplace) {
            return -Errno.EEXIST;
        }
        final boolean isBlock = leafLevel != LAST_LEVEL;
        table.setLeaf(index, fmt.leaf(paddr, perm, isBlock), isSet, isBlock);
        return 0;
    }

    /** Tables that were linked for a leaf that then could not be had. */
    private void giveBackEmpty(final Table table, final int level, final long iova) {
        final int index = table.index(iova, level);
        final Table child = table.child(index);
        if (child != null) {
            giveBackEmpty(child, level + 1, iova);
            giveBack(table, index, child);
        }
    }

    /** Bytes that were unmapped: a page's or a block's, or 0. */
    private long unmapBelow(final Table table, final int level, final long iova, final long most) {
        final int index = table.index(iova, level);
        final Table child = level == LAST_LEVEL ? Table.PAGE : table.child(index);
        if (child == null) {
            return 0;
        }
        if (child == Table.PAGE || child == Table.BLOCK) {
            final long bytes = 1L << shift(level);
            final boolean isWhole = (iova & (bytes - 1)) == 0 && bytes <= most;
            return isWhole && table.clearLeaf(index, child) ? bytes : 0;
        }
        final long gone = unmapBelow(child, level + 1, iova, most);
        if (gone != 0) {
            giveBack(table, index, child);
        }
        return gone;
    }

    private void giveBack(final Table table, final int index, final Table child) {
        if (child.used == 0) {
            table.unlink(index);
            child.nextSpare = spare;
            spare = child;
        }
    }

    private Table takeTable() {
        final Table taken = spare;
        if (taken != null) {
            spare = taken.nextSpare;
            taken.nextSpare = null;
            return taken;
        }
        final DmaMemory memory = dma.allocCoherent(PAGE_BYTES);
        return memory == null ? null : new Table(memory, ENTRIES);
    }

    private int largestFit(final long iova, final long paddr, final long bytes) {
        int level = Math.max(startLevel, FIRST_BLOCK_LEVEL);
        while (level < LAST_LEVEL
                && (((iova | paddr) & ((1L << shift(level)) - 1)) != 0
                        || 1L << shift(level) > bytes)) {
            level++;
        }
        return level;
    }

    private static boolean isOutside(final long first, final long bytes, final int bits) {
        return first < 0 || bytes < 0 || bytes > (1L << bits) - first;
    }

    private static int shift(final int level) {
        return PAGE_SHIFT + STRIDE * (LAST_LEVEL - level);
    }

    private static final class Table {
        /** Among the children of a table: there is a block. */
        static final Table BLOCK = new Table(null, 0);

        /** What stands for a page, which no table has among its children. */
        static final Table PAGE = new Table(null, 0);

        private final DmaMemory memory;
        private final int entries;

        /** Null until there is one. */
        private Table[] children;

        private int used;
        private Table nextSpare;

        Table(final DmaMemory memory, final int entries) {
            this.memory = memory;
            this.entries = entries;
        }

        int index(final long iova, final int level) {
            return (int) (iova >>> shift(level)) & (entries - 1);
        }

        // Of an empty table there is no need to look where it has been cold for long.

        Table child(final int index) {
            return used == 0 || children == null ? null : children[index];
        }

        boolean isSet(final int index) {
            return used != 0 && memory.getLong((long) index * Long.BYTES) != 0;
        }

        void link(final int index, final Table child, final long entry) {
            setChild(index, child);
            used++;
            memory.putLong((long) index * Long.BYTES, entry);
        }

        private void setChild(final int index, final Table child) {
            if (children == null) {
                children = new Table[entries];
            }
            children[index] = child;
        }

        void unlink(final int index) {
            memory.putLong((long) index * Long.BYTES, 0);
            children[index] = null;
            used--;
        }

        void setLeaf(
                final int index,
                final long descriptor,
                final boolean wasSet,
                final boolean isBlock) {
            if (!wasSet) {
                used++;
            }
            if (isBlock) {
                setChild(index, BLOCK);
            }
            memory.putLong((long) index * Long.BYTES, descriptor);
        }

        boolean clearLeaf(final int index, final Table what) {
            if (!isSet(index)) {
                return false;
            }
            memory.putLong((long) index * Long.BYTES, 0);
            if (what == BLOCK) {
                children[index] = null;
            }
            used--;
            return true;
        }
    }
}
