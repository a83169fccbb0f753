// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/**
 * An IOMMU that PCIe devices with address translation services sit behind. PCI Express Base
 * Specification, chapter 10.
 */
public interface PcieIommu extends IommuModel {
    /**
     * Says who hears what the IOMMU sends to devices.
     *
     * @param bus the devices
     */
    void connect(PcieBus bus);

    /**
     * A page request message. Whatever answers it comes through {@link
     * PcieBus#pageRequestResponse}, perhaps before the call returns.
     *
     * @param streamId the requester's StreamID or bus/device/function
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address address in the page; its low 12 bits are not sent
     * @param perm {@code IommuFault.PERM_} bits; EXEC and PRIV travel only with a PASID
     * @param group group index, 9 bits
     * @param isLast last of its group
     */
    void pageRequest(
            int streamId, int substreamId, long address, int perm, int group, boolean isLast);

    /**
     * A stop marker: the device has stopped using a PASID and all its earlier requests lie ahead.
     *
     * @param streamId the requester
     * @param substreamId PASID, 20 bits
     */
    void stopMarker(int streamId, int substreamId);

    /**
     * A translation request.
     *
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param iova untranslated address
     * @param perm {@code IommuFault.PERM_} bits that are asked for; without WRITE it is a request
     *     that promises not to write
     * @return how it completed
     */
    AtsCompletion translationRequest(int streamId, int substreamId, long iova, int perm);

    /**
     * The same for who asks often: an IOMMU may fill the reply in without a completion of its own.
     *
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param iova untranslated address
     * @param perm {@code IommuFault.PERM_} bits that are asked for
     * @param reply is filled in with how it completed
     */
    default void translationRequest(
            final int streamId,
            final int substreamId,
            final long iova,
            final int perm,
            final AtsReply reply) {
        reply.set(translationRequest(streamId, substreamId, iova, perm));
    }

    /**
     * An access with an address that a translation request gave.
     *
     * @param requester who is told how it ended
     * @param id the requester's number for it
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address translated address
     * @param perm {@code IommuFault.PERM_} bits
     */
    void translatedAccess(
            Requester requester, int id, int streamId, int substreamId, long address, int perm);
}
