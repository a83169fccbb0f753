// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Why an unrecoverable fault happened: {@code enum iommu_fault_reason}, {@code
 * include/uapi/linux/iommu.h} of Linux 5.3 to 6.1. Three numbers mean something else in {@link
 * FaultReason2017}.
 */
public final class FaultReason {
    /** Not known. */
    public static final int UNKNOWN = 0;

    /** The PASID table could not be read. */
    public static final int PASID_FETCH = 1;

    /** The PASID's entry is not valid. */
    public static final int BAD_PASID_ENTRY = 2;

    /** The PASID is out of range or not enabled. */
    public static final int PASID_INVALID = 3;

    /** An external abort while tables were walked. */
    public static final int WALK_EABT = 4;

    /** A page table entry could not be read. */
    public static final int PTE_FETCH = 5;

    /** The access is not permitted. */
    public static final int PERMISSION = 6;

    /** The access flag was clear. */
    public static final int ACCESS = 7;

    /** An address is out of range. */
    public static final int OOR_ADDRESS = 8;

    private FaultReason() {}
}
