// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What user space hands over to make a nested domain: {@code struct iommu_user_data} of Linux 6.12
 * with the structure that it points to, of which two words suffice so far.
 *
 * @param type an {@code IOMMU_HWPT_DATA_} number
 * @param word0 the structure's first 64-bit word
 * @param word1 its second
 */
public record IommuUserData(int type, long word0, long word1) {
    /** {@code IOMMU_HWPT_DATA_ARM_SMMUV3}: the first two words of a guest's stream table entry. */
    public static final int ARM_SMMUV3 = 2;

    /** {@code IOMMU_VIOMMU_TYPE_ARM_SMMUV3}: the kind of viommu that takes them. */
    public static final int VIOMMU_ARM_SMMUV3 = 1;
}
