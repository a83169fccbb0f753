// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Why an unrecoverable fault happened, in the 2017 and 2018 series: {@code enum
 * iommu_fault_reason}, proposed {@code include/linux/iommu.h} of patch 08/16, November 2017. 1, 2
 * and 4 changed their meaning before the interface was merged.
 */
public final class FaultReason2017 {
    /** Not known. */
    public static final int UNKNOWN = 0;

    /** Internal to the IOMMU; nothing to report outward. */
    public static final int INTERNAL = 1;

    /** The PASID table could not be read. */
    public static final int PASID_FETCH = 2;

    /** The PASID is out of range or not enabled. */
    public static final int PASID_INVALID = 3;

    /** The page directory could not be read. */
    public static final int PGD_FETCH = 4;

    /** A page table entry could not be read. */
    public static final int PTE_FETCH = 5;

    /** The access is not permitted. */
    public static final int PERMISSION = 6;

    private FaultReason2017() {}
}
