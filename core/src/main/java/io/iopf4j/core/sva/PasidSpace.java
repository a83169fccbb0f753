// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import java.util.Arrays;

/**
 * PASIDs that mean the same on every device: {@code iommu_alloc_global_pasid()} and {@code
 * iommu_free_global_pasid()}, {@code drivers/iommu/iommu.c} of Linux 6.12, with the way back from a
 * PASID that 6.1 has in {@code iommu_sva_find()}. Thread-safe; {@link #find} takes no lock and
 * allocates nothing.
 */
final class PasidSpace {
    /** {@code IOMMU_PASID_INVALID}. */
    static final int INVALID = -1;

    /** {@code IOMMU_FIRST_GLOBAL_PASID}. */
    static final int FIRST = 1;

    private volatile MmStruct[] owners = new MmStruct[FIRST];

    /** The lowest free PASID below a limit, or {@link #INVALID}. */
    synchronized int alloc(final MmStruct mm, final int maxPasids) {
        int pasid = FIRST;
        while (pasid < owners.length && owners[pasid] != null) {
            pasid++;
        }
        if (pasid >= maxPasids) {
            return INVALID;
        }
        final MmStruct[] changed = Arrays.copyOf(owners, Math.max(owners.length, pasid + 1));
        changed[pasid] = mm;
        owners = changed;
        return pasid;
    }

    synchronized void free(final int pasid) {
        final MmStruct[] changed = owners.clone();
        changed[pasid] = null;
        owners = changed;
    }

    /** Whose a PASID is, or null. */
    MmStruct find(final int pasid) {
        final MmStruct[] table = owners;
        return pasid >= FIRST && pasid < table.length ? table[pasid] : null;
    }
}
