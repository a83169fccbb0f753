// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import java.util.List;

/**
 * What the firmware says of a device behind an IOMMU: {@code struct iommu_fwspec}, {@code
 * include/linux/iommu.h} of Linux 6.12, with the two device properties that the SMMUv3 driver
 * reads.
 *
 * @param ids the device's ids at its IOMMU (StreamIDs, or bus/device/function); copied
 * @param dmaCanStall the property {@code dma-can-stall}: a stalled access does not lock up the
 *     device's bus
 * @param pasidNumBits the property {@code pasid-num-bits}, in [0, 20]; 0: no PASIDs
 */
public record IommuFwspec(List<Integer> ids, boolean dmaCanStall, int pasidNumBits) {
    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if pasidNumBits is out of range
     */
    public IommuFwspec {
        if (pasidNumBits < 0 || pasidNumBits > 20) {
            throw new IllegalArgumentException(
                    "pasidNumBits must be in [0, 20]: pasidNumBits=" + pasidNumBits);
        }
        ids = List.copyOf(ids);
    }
}
