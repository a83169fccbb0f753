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
     * @param code {@link #SUCCESS}, {@link #INVALID_REQUEST}, {@link #RESPONSE_FAILURE} or what
     *     else software put there, 4 bits; a device takes that for a failure
     * @param group group index, 9 bits
     */
    default void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {}

    /**
     * One page request is answered, as until revision 3 of VT-d a page stream response does.
     *
     * @param streamId whose
     * @param substreamId PASID, 20 bits
     * @param code as of a group
     * @param group group index, 9 bits
     * @param address page address
     */
    default void pageStreamResponse(
            final int streamId,
            final int substreamId,
            final int code,
            final int group,
            final long address) {}

    /**
     * Translations that a device may have cached must go. Page requests that the device has sent
     * before reach the IOMMU before this returns, since PCIe orders the completion behind them: a
     * device that holds some sends them from within.
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
