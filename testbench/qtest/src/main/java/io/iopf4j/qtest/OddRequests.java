// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.Requester;

/** What a device may send and only some IOMMUs know; the endpoint block passes it on. */
public interface OddRequests {
    /**
     * An access of a kind that the IOMMU does not support.
     *
     * @param requester who is told how it ended
     * @param id the requester's number for it
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@code IommuModel.NO_SUBSTREAM}
     * @param address address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     */
    void unsupportedAccess(
            Requester requester, int id, int streamId, int substreamId, long address, int perm);

    /**
     * A hint that one page will be needed.
     *
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@code IommuModel.NO_SUBSTREAM}
     * @param address address in the page
     * @param perm {@code IommuFault.PERM_} bits
     */
    void pageHint(int streamId, int substreamId, long address, int perm);
}
