// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

/**
 * Numbers of the interface that was proposed between vfio-pci and user space: {@code
 * include/uapi/linux/vfio.h} of Eric Auger's nested stage series, 2019 to 2021. Each of the two
 * regions says what it is by a capability of 12 bytes, little-endian:
 *
 * <pre>
 *  0       2           4        8               12
 * +-------+-----------+--------+---------------+
 * |  id   |  version  |  next  |  ABI version  |
 * +-------+-----------+--------+---------------+
 * </pre>
 */
public final class VfioUapi {
    /**
     * Type of both regions ({@code VFIO_REGION_TYPE_NESTED}). Linux has given the number to {@code
     * VFIO_REGION_TYPE_CCW} since.
     */
    public static final int REGION_TYPE_NESTED = 2;

    /** The fault region ({@code VFIO_REGION_SUBTYPE_NESTED_DMA_FAULT}). */
    public static final int REGION_SUBTYPE_DMA_FAULT = 1;

    /** The response region ({@code VFIO_REGION_SUBTYPE_NESTED_DMA_FAULT_RESPONSE}). */
    public static final int REGION_SUBTYPE_DMA_FAULT_RESPONSE = 2;

    /** Capability of the fault region ({@code VFIO_REGION_INFO_CAP_DMA_FAULT}). */
    public static final int REGION_INFO_CAP_DMA_FAULT = 6;

    /**
     * Capability of the response region ({@code VFIO_REGION_INFO_CAP_DMA_FAULT_RESPONSE}); an early
     * revision used 6 for both.
     */
    public static final int REGION_INFO_CAP_DMA_FAULT_RESPONSE = 7;

    /** ABI version in both capabilities. */
    public static final int REGION_ABI_VERSION = 1;

    /** Type of the extended interrupt ({@code VFIO_IRQ_TYPE_NESTED}). */
    public static final int IRQ_TYPE_NESTED = 1;

    /** Subtype of the extended interrupt ({@code VFIO_IRQ_SUBTYPE_DMA_FAULT}): an eventfd. */
    public static final int IRQ_SUBTYPE_DMA_FAULT = 1;

    /** {@code VFIO_IOMMU_SET_PASID_TABLE}: type {@code ';'}, number {@code VFIO_BASE + 22}. */
    public static final int IOMMU_SET_PASID_TABLE = 0x3b7a;

    /**
     * Attach the guest's table, or put it in place of another ({@code VFIO_PASID_TABLE_FLAG_SET}).
     */
    public static final int PASID_TABLE_FLAG_SET = 1;

    /** Detach the guest's table ({@code VFIO_PASID_TABLE_FLAG_UNSET}). */
    public static final int PASID_TABLE_FLAG_UNSET = 1 << 1;

    private VfioUapi() {}
}
