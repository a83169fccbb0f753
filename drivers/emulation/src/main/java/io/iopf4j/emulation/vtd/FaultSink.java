// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

/** Where faults that are to be recorded go. */
@FunctionalInterface
interface FaultSink {
    /**
     * Records a fault.
     *
     * @param sid source id
     * @param pasid PASID, or negative for none
     * @param address faulting address
     * @param perm {@code IommuFault.PERM_} bits of the request
     * @param addressType a {@code FaultRecord.AT_}
     * @param reason a {@code VtdFaultReason}
     */
    void record(int sid, int pasid, long address, int perm, int addressType, int reason);
}
