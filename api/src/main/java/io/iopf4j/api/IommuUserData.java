// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What user space hands over to make a nested domain: {@code struct iommu_user_data} of Linux 6.12
 * with the structure that it points to, as its 64-bit words.
 *
 * @param type an {@code IOMMU_HWPT_DATA_} or {@code IOMMU_HWPT_INVALIDATE_DATA_} number
 * @param word0 the structure's first 64-bit word
 * @param word1 its second
 * @param word2 its third, 0 if it has none
 */
public record IommuUserData(int type, long word0, long word1, long word2) {
    /**
     * {@code IOMMU_HWPT_DATA_VTD_S1}: flags, address of the guest's first-stage root, bits of an
     * address; and {@code IOMMU_HWPT_INVALIDATE_DATA_VTD_S1}: address, pages (all ones: all),
     * flags.
     */
    public static final int VTD_S1 = 1;

    /** Flag of {@link #VTD_S1} tables: supervisor requests are allowed ({@code S1_SRE}). */
    public static final int VTD_S1_SRE = 1;

    /** Flag of {@link #VTD_S1} tables: extended accessed flag ({@code S1_EAFE}). */
    public static final int VTD_S1_EAFE = 1 << 1;

    /** Flag of {@link #VTD_S1} tables: write protection for supervisors ({@code S1_WPE}). */
    public static final int VTD_S1_WPE = 1 << 2;

    /** Flag of a {@link #VTD_S1} invalidation: leaves alone ({@code INV_FLAGS_LEAF}). */
    public static final int VTD_INVALIDATE_LEAF = 1;

    /** Number of {@code IOMMU_HWPT_INVALIDATE_DATA_VTD_S1}. */
    public static final int INVALIDATE_VTD_S1 = 0;

    /** {@code IOMMU_HWPT_DATA_ARM_SMMUV3}: the first two words of a guest's stream table entry. */
    public static final int ARM_SMMUV3 = 2;

    /** {@code IOMMU_VIOMMU_TYPE_ARM_SMMUV3}: the kind of viommu that takes them. */
    public static final int VIOMMU_ARM_SMMUV3 = 1;

    /**
     * A structure of two words.
     *
     * @param type an {@code IOMMU_HWPT_DATA_} number
     * @param word0 its first word
     * @param word1 its second
     */
    public IommuUserData(final int type, final long word0, final long word1) {
        this(type, word0, word1, 0);
    }
}
