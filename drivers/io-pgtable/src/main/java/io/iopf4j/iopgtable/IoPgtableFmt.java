// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.iopgtable;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.vtd.PagingEntry;

/**
 * How an {@link IoPgtable} encodes its leaves: {@code enum io_pgtable_fmt}, {@code
 * include/linux/io-pgtable.h} of Linux 6.12, {@code arm_lpae_prot_to_pte()}, and {@code
 * __domain_mapping()} of the intel-iommu driver.
 */
public enum IoPgtableFmt {
    /** Stage 1: from a virtual to a physical or intermediate address. */
    ARM_64_LPAE_S1(48) {
        @Override
        long leaf(final long paddr, final int perm, final boolean isBlock) {
            return armLeaf(paddr, isBlock)
                    | PageDescriptor.AP_UNPRIVILEGED
                    | (isSet(perm, IommuFault.PERM_WRITE) ? 0 : PageDescriptor.AP_READ_ONLY)
                    | PageDescriptor.NG
                    | (isSet(perm, IommuFault.PERM_EXEC)
                            ? 0
                            : PageDescriptor.PXN | PageDescriptor.UXN);
        }

        @Override
        long table(final long paddr) {
            return PageDescriptor.TABLE_OR_PAGE | paddr;
        }
    },

    /** Stage 2: from an intermediate to a physical address. Here a page may be write-only. */
    ARM_64_LPAE_S2(48) {
        @Override
        long leaf(final long paddr, final int perm, final boolean isBlock) {
            return armLeaf(paddr, isBlock)
                    | PageDescriptor.S2_MEMATTR_WRITE_BACK
                    | (isSet(perm, IommuFault.PERM_READ) ? PageDescriptor.S2AP_READ : 0)
                    | (isSet(perm, IommuFault.PERM_WRITE) ? PageDescriptor.S2AP_WRITE : 0)
                    | (isSet(perm, IommuFault.PERM_EXEC) ? 0 : PageDescriptor.S2_XN);
        }

        @Override
        long table(final long paddr) {
            return PageDescriptor.TABLE_OR_PAGE | paddr;
        }
    },

    /** VT-d's first stage, as the processor's own. Execution is the PASID entry's affair. */
    X86_FIRST_STAGE(57) {
        @Override
        long leaf(final long paddr, final int perm, final boolean isBlock) {
            return (table(paddr) & ~(isSet(perm, IommuFault.PERM_WRITE) ? 0 : PagingEntry.FS_WRITE))
                    | (isSet(perm, IommuFault.PERM_WRITE) ? PagingEntry.FS_DIRTY : 0)
                    | (isBlock ? PagingEntry.PAGE_SIZE : 0);
        }

        @Override
        long table(final long paddr) {
            return (paddr & PagingEntry.ADDRESS_MASK)
                    | PagingEntry.FS_PRESENT
                    | PagingEntry.FS_WRITE
                    | PagingEntry.FS_USER
                    | PagingEntry.FS_ACCESSED;
        }
    },

    /** VT-d's second stage. Here a page may be write-only. */
    VTD_SECOND_STAGE(57) {
        @Override
        long leaf(final long paddr, final int perm, final boolean isBlock) {
            return (paddr & PagingEntry.ADDRESS_MASK)
                    | (isSet(perm, IommuFault.PERM_READ) ? PagingEntry.SS_READ : 0)
                    | (isSet(perm, IommuFault.PERM_WRITE) ? PagingEntry.SS_WRITE : 0)
                    | (isBlock ? PagingEntry.PAGE_SIZE : 0);
        }

        @Override
        long table(final long paddr) {
            return (paddr & PagingEntry.ADDRESS_MASK) | PagingEntry.SS_READ | PagingEntry.SS_WRITE;
        }
    };

    private static final int MAX_CONCATENATED = 16;

    private final int maxAddressBits;

    IoPgtableFmt(final int maxAddressBits) {
        this.maxAddressBits = maxAddressBits;
    }

    /**
     * The largest input address.
     *
     * @return bits, 48 or 57
     */
    public int maxAddressBits() {
        return maxAddressBits;
    }

    /** A page's descriptor, or with {@code isBlock} a block's. */
    abstract long leaf(long paddr, int perm, boolean isBlock);

    /** What leads to a table of the next level. */
    abstract long table(long paddr);

    /** What both stages of Arm say alike. */
    private static long armLeaf(final long paddr, final boolean isBlock) {
        return PageDescriptor.SH_INNER
                | PageDescriptor.AF
                | (isBlock ? PageDescriptor.BLOCK : PageDescriptor.TABLE_OR_PAGE)
                | (paddr & PageDescriptor.ADDRESS_MASK);
    }

    /**
     * Whether tables of the first level may stand side by side, so that one level less is walked
     * ({@code arm_64_lpae_alloc_pgtable_s2}): stage 2 alone, up to 16 of them.
     */
    final boolean concatenates(final int tables) {
        return this == ARM_64_LPAE_S2 && tables <= MAX_CONCATENATED;
    }

    private static boolean isSet(final int perm, final int bit) {
        return (perm & bit) != 0;
    }
}
