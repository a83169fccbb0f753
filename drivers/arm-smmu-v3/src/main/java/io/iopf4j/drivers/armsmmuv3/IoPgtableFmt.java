// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.PageDescriptor;

/**
 * How an {@link IoPgtable} encodes its leaves: {@code enum io_pgtable_fmt}, {@code
 * include/linux/io-pgtable.h} of Linux 6.12, and {@code arm_lpae_prot_to_pte()}.
 */
public enum IoPgtableFmt {
    /** Stage 1: from a virtual to a physical or intermediate address. */
    ARM_64_LPAE_S1 {
        @Override
        long attributes(final int perm) {
            return PageDescriptor.AP_UNPRIVILEGED
                    | (isSet(perm, IommuFault.PERM_WRITE) ? 0 : PageDescriptor.AP_READ_ONLY)
                    | PageDescriptor.NG
                    | (isSet(perm, IommuFault.PERM_EXEC)
                            ? 0
                            : PageDescriptor.PXN | PageDescriptor.UXN);
        }
    },

    /** Stage 2: from an intermediate to a physical address. Here a page may be write-only. */
    ARM_64_LPAE_S2 {
        @Override
        long attributes(final int perm) {
            return PageDescriptor.S2_MEMATTR_WRITE_BACK
                    | (isSet(perm, IommuFault.PERM_READ) ? PageDescriptor.S2AP_READ : 0)
                    | (isSet(perm, IommuFault.PERM_WRITE) ? PageDescriptor.S2AP_WRITE : 0)
                    | (isSet(perm, IommuFault.PERM_EXEC) ? 0 : PageDescriptor.S2_XN);
        }
    };

    private static final int MAX_CONCATENATED = 16;

    /** What is allowed, and what memory it is, but not what both stages say alike. */
    abstract long attributes(int perm);

    /** A page's descriptor, or with {@code isBlock} a block's. */
    final long leaf(final long paddr, final int perm, final boolean isBlock) {
        return attributes(perm)
                | PageDescriptor.SH_INNER
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
