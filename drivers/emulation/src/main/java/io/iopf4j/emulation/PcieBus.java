// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/**
 * What an IOMMU sends to the PCIe devices behind it: the far side of a {@link PcieIommu}. PCI
 * Express Base Specification, chapter 10.
 */
public interface PcieBus {
    /** Nobody there: answers go nowhere, and invalidations, with no cache to clear, are done. */
    PcieBus EMPTY = new PcieBus() {};

    /** Response code of a page request group: the pages are there. */
    int SUCCESS = 0;

    /** Response code: at least one of the pages cannot be had. */
    int INVALID_REQUEST = 1;

    /** Response code: the interface is out of order. */
    int RESPONSE_FAILURE = 15;

    /**
     * A page request group is answered.
     *
     * @param streamId whose
     * @param substreamId PASID, 20 bits, or {@link IommuModel#NO_SUBSTREAM}
     * @param code {@link #SUCCESS}, {@link #INVALID_REQUEST} or {@link #RESPONSE_FAILURE}
     * @param group group index, 9 bits
     */
    default void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {}

    /**
     * Translations that a device may have cached must go.
     *
     * @param streamId whose
     * @param substreamId PASID, or {@link IommuModel#NO_SUBSTREAM} for all, with PASID or without
     * @param isGlobal global translations of the PASID go too
     * @param address first address, aligned to the span
     * @param log2Bytes log2 of the span in bytes, in [12, 64]; 64 is everything
     * @return false if the device does not answer in time
     */
    default boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        return true;
    }
}
