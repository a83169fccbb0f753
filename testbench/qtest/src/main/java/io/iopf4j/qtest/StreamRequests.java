// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/** What VT-d knew until revision 3: page requests that want a response of their own. */
@FunctionalInterface
public interface StreamRequests {
    /**
     * A page request that asks for a page stream response (SRR).
     *
     * @param streamId the requester
     * @param substreamId PASID, 20 bits, or {@code IommuModel.NO_SUBSTREAM}
     * @param address address in the page
     * @param perm {@code IommuFault.PERM_} bits
     * @param group group index, 9 bits
     * @param isLast last of its group; then the group is answered
     * @param privateData 23 bits that come back with the response
     */
    void pageStreamRequest(
            int streamId,
            int substreamId,
            long address,
            int perm,
            int group,
            boolean isLast,
            int privateData);
}
