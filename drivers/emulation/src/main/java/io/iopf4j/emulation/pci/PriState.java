// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.api.hw.PciCapability;

/**
 * The page request interface's registers, and what stands behind them: how many page requests are
 * outstanding. PCI Express Base Specification, 10.5.2. An interface that is enabled before it has
 * stopped goes on with what is outstanding; the specification leaves that open.
 */
final class PriState {
    private final PciFunctionConfig.Pri config;
    private FunctionOwner owner = FunctionOwner.NONE;
    private boolean isEnabled;
    private boolean ignoresResponses;
    private int errors;
    private int allocation;
    private int outstanding;

    PriState(final PciFunctionConfig.Pri config) {
        this.config = config;
    }

    void own(final FunctionOwner device) {
        owner = device;
    }

    boolean isEnabled() {
        return isEnabled;
    }

    boolean isPasidRequired() {
        return config.isPasidRequired();
    }

    /** After a response failure nothing is heard until the interface is enabled again. */
    boolean ignoresResponses() {
        return ignoresResponses;
    }

    /** Most page requests that may be outstanding. */
    int limit() {
        return Integer.compareUnsigned(allocation, config.capacity()) < 0
                ? allocation
                : config.capacity();
    }

    boolean hasRoomFor(final int requests) {
        return requests <= limit() - outstanding;
    }

    int outstanding() {
        return outstanding;
    }

    void sent(final int requests) {
        outstanding += requests;
    }

    void answered(final int requests) {
        outstanding -= requests;
    }

    void unexpectedResponse() {
        errors |= PciCapability.PRI_STATUS_UPRGI;
    }

    /** A response failure: the interface is off, and expects no answer any more. */
    void failed() {
        errors |= PciCapability.PRI_STATUS_RF;
        isEnabled = false;
        ignoresResponses = true;
        outstanding = 0;
    }

    // ---- Registers ------------------------------------------------------------------------------

    int control() {
        return isEnabled ? PciCapability.PRI_CTRL_ENABLE : 0;
    }

    void writeControl(final int value) {
        final boolean wasEnabled = isEnabled;
        isEnabled = (value & PciCapability.PRI_CTRL_ENABLE) != 0;
        if (wasEnabled && !isEnabled) {
            owner.requestsDisabled();
        }
        if ((value & PciCapability.PRI_CTRL_RESET) != 0 && !(wasEnabled && isEnabled)) {
            outstanding = 0;
            owner.requestsReset();
        }
        if (!wasEnabled && isEnabled) {
            errors = 0;
            ignoresResponses = false;
        }
    }

    int status() {
        return errors
                | (!isEnabled && outstanding == 0 ? PciCapability.PRI_STATUS_STOPPED : 0)
                | (config.isPasidRequired() ? PciCapability.PRI_STATUS_PASID_REQUIRED : 0);
    }

    void writeStatus(final int value) {
        errors &= ~value;
    }

    int capacity() {
        return config.capacity();
    }

    int allocation() {
        return allocation;
    }

    void writeAllocation(final int value) {
        allocation = value;
        owner.allocationChanged();
    }
}
