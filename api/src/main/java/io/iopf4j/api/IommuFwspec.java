// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import java.util.List;

/**
 * What the firmware says of a device behind an IOMMU: {@code struct iommu_fwspec}, {@code
 * include/linux/iommu.h} of Linux 6.12, with what the SMMUv3 driver reads of the device besides.
 *
 * @param ids the device's ids at its IOMMU (StreamIDs, or bus/device/function); copied
 * @param dmaCanStall the property {@code dma-can-stall}: a stalled access does not lock up the
 *     device's bus
 * @param pasidNumBits the property {@code pasid-num-bits}, in [0, 20]; 0: no PASIDs
 * @param ats the device caches translations if it may ({@code IOMMU_FWSPEC_PCI_RC_ATS} and the
 *     device's own capability)
 */
public record IommuFwspec(List<Integer> ids, boolean dmaCanStall, int pasidNumBits, boolean ats) {
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

    /**
     * A device without a translation cache.
     *
     * @param ids the device's ids at its IOMMU; copied
     * @param dmaCanStall the property {@code dma-can-stall}
     * @param pasidNumBits the property {@code pasid-num-bits}, in [0, 20]
     * @throws IllegalArgumentException if pasidNumBits is out of range
     */
    public IommuFwspec(final List<Integer> ids, final boolean dmaCanStall, final int pasidNumBits) {
        this(ids, dmaCanStall, pasidNumBits, false);
    }
}
