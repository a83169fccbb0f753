// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

/**
 * An IOMMU that answers page requests one by one, as VT-d does until revision 3. An answer comes
 * through {@code PcieBus.pageStreamResponse}, perhaps before the call returns.
 */
@FunctionalInterface
public interface StreamRequests {
    /**
     * A page request that wants a response of its own.
     *
     * @param rid the requester's bus/device/function
     * @param pasid PASID, 20 bits, or {@code IommuModel.NO_SUBSTREAM}
     * @param address page address
     * @param perm {@code IommuFault.PERM_} bits
     * @param group group index, 9 bits
     * @param isLast last of its group: then a response to the group answers it instead
     * @param privateData 23 bits of the device's own
     */
    void pageStreamRequest(
            int rid, int pasid, long address, int perm, int group, boolean isLast, int privateData);
}
