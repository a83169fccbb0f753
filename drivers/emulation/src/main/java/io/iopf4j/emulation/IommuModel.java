// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** The side of an IOMMU that endpoints are wired to. */
public interface IommuModel {
    /** An access without PASID or SubstreamID. */
    int NO_SUBSTREAM = -1;

    /**
     * Takes an access. It ends, through {@link Requester#ended}, before the call returns or later,
     * and exactly once.
     *
     * @param requester who is told how it ended
     * @param id the requester's number for it
     * @param streamId the requester's StreamID or bus/device/function
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits; an access without WRITE is a read
     */
    void access(Requester requester, int id, int streamId, int substreamId, long iova, int perm);
}
