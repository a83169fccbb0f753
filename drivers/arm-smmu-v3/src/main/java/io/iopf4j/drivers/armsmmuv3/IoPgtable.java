// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.PageDescriptor;

/**
 * A stage 1 translation table of 4 KiB pages over 48-bit addresses: the part of {@code
 * io-pgtable-arm.c} of Linux 6.12 that maps and unmaps single pages. A table that becomes empty is
 * kept for the next one that is needed, so that mapping in steady state allocates nothing. Its
 * owner serialises calls and invalidates what the hardware may have cached.
 */
public final class IoPgtable {
    /** Bits of an input address. */
    public static final int ADDRESS_BITS = 48;

    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;
    private static final int ENTRIES = 1 << STRIDE;
    private static final int LAST_LEVEL = 3;

    private final DmaAllocator dma;
    private final Table root;
    private Table spare;

    private IoPgtable(final DmaAllocator dma, final DmaMemory memory) {
        this.dma = dma;
        this.root = new Table(memory);
    }

    /**
     * Allocates an empty table.
     *
     * @param dma where from
     * @return the table, or null without memory
     */
    public static IoPgtable alloc(final DmaAllocator dma) {
        final DmaMemory memory = dma.allocCoherent(1L << PAGE_SHIFT);
        return memory == null ? null : new IoPgtable(dma, memory);
    }

    /**
     * Where the hardware starts to walk.
     *
     * @return the root's address, for TTB0
     */
    public long ttb() {
        return root.memory.dmaAddress();
    }

    /**
     * Maps one page, or changes its mapping.
     *
     * @param iova any address in the page
     * @param paddr physical address of the page
     * @param perm {@code IommuFault.PERM_} bits that are allowed; unprivileged accesses always are
     * @return false if there is no memory for a table, or the address has more than 48 bits
     */
    public boolean map(final long iova, final long paddr, final int perm) {
        if (iova >>> ADDRESS_BITS != 0) {
            return false;
        }
        Table table = root;
        for (int level = 0; level < LAST_LEVEL; level++) {
            final int index = index(iova, level);
            Table child = table.children[index];
            if (child == null) {
                child = takeTable();
                if (child == null) {
                    return false;
                }
                table.link(index, child);
            }
            table = child;
        }
        table.setLeaf(index(iova, LAST_LEVEL), leaf(paddr, perm));
        return true;
    }

    /**
     * Unmaps one page.
     *
     * @param iova any address in the page
     * @return false if it was not mapped
     */
    public boolean unmap(final long iova) {
        return iova >>> ADDRESS_BITS == 0 && unmapBelow(root, 0, iova);
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
        for (final Table child : table.children) {
            if (child != null) {
                freeBelow(child);
            }
        }
        dma.freeCoherent(table.memory);
    }

    private boolean unmapBelow(final Table table, final int level, final long iova) {
        final int index = index(iova, level);
        if (level == LAST_LEVEL) {
            return table.clearLeaf(index);
        }
        final Table child = table.children[index];
        if (child == null || !unmapBelow(child, level + 1, iova)) {
            return false;
        }
        if (child.used == 0) {
            table.unlink(index);
            child.nextSpare = spare;
            spare = child;
        }
        return true;
    }

    private Table takeTable() {
        final Table taken = spare;
        if (taken != null) {
            spare = taken.nextSpare;
            taken.nextSpare = null;
            return taken;
        }
        final DmaMemory memory = dma.allocCoherent(1L << PAGE_SHIFT);
        return memory == null ? null : new Table(memory);
    }

    private static int index(final long iova, final int level) {
        return (int) (iova >>> (PAGE_SHIFT + STRIDE * (LAST_LEVEL - level))) & (ENTRIES - 1);
    }

    private static long leaf(final long paddr, final int perm) {
        return PageDescriptor.TABLE_OR_PAGE
                | PageDescriptor.AP_UNPRIVILEGED
                | ((perm & IommuFault.PERM_WRITE) != 0 ? 0 : PageDescriptor.AP_READ_ONLY)
                | PageDescriptor.SH_INNER
                | PageDescriptor.AF
                | PageDescriptor.NG
                | ((perm & IommuFault.PERM_EXEC) != 0 ? 0 : PageDescriptor.PXN | PageDescriptor.UXN)
                | (paddr & PageDescriptor.ADDRESS_MASK);
    }

    private static final class Table {
        private final DmaMemory memory;
        private final Table[] children = new Table[ENTRIES];
        private int used;
        private Table nextSpare;

        Table(final DmaMemory memory) {
            this.memory = memory;
        }

        void link(final int index, final Table child) {
            children[index] = child;
            used++;
            memory.putLong(
                    (long) index * Long.BYTES,
                    PageDescriptor.TABLE_OR_PAGE | child.memory.dmaAddress());
        }

        void unlink(final int index) {
            memory.putLong((long) index * Long.BYTES, 0);
            children[index] = null;
            used--;
        }

        void setLeaf(final int index, final long descriptor) {
            final long offset = (long) index * Long.BYTES;
            if (memory.getLong(offset) == 0) {
                used++;
            }
            memory.putLong(offset, descriptor);
        }

        boolean clearLeaf(final int index) {
            final long offset = (long) index * Long.BYTES;
            if (memory.getLong(offset) == 0) {
                return false;
            }
            memory.putLong(offset, 0);
            used--;
            return true;
        }
    }
}
