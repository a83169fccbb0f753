// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

/**
 * {@code drain}: when a device's domain changes, its faults are ended in the hardware at once
 * (SMMUv3: {@code CMD_STALL_TERM}; VT-d: drain per PASID and RID), so that none of one virtual
 * machine is seen by the next. Proposed in December 2017, not in Linux. Belongs into the IOMMU
 * layer; whoever changes domains calls {@link FaultGate#drained}.
 */
final class Drain implements FaultPolicy {
    static final String NAME = "drain";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean drainsOnDomainChange() {
        return true;
    }
}
