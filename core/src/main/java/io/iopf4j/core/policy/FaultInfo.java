// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.kernel.Kernel;

/**
 * What a policy is told of a request or of a group's end. One instance, filled again for each call:
 * it is valid during that call alone.
 */
public final class FaultInfo {
    private final Kernel kernel;
    private IommuFault fault;
    private ChargedFault charged;
    private boolean opensGroup;

    FaultInfo(final Kernel kernel) {
        this.kernel = kernel;
    }

    void set(final ChargedFault itsAccount, final IommuFault itsFault, final boolean opens) {
        charged = itsAccount;
        fault = itsFault;
        opensGroup = opens;
    }

    /**
     * The request.
     *
     * @return not to be changed or kept
     */
    public IommuFault fault() {
        return fault;
    }

    /**
     * Its device's account.
     *
     * @return the account
     */
    public Account device() {
        return charged.charge.device.account;
    }

    /**
     * The account that its group is charged to.
     *
     * @return the virtual machine's that had the device when the group began, or the host's
     */
    public Account vm() {
        return charged.charge.vm;
    }

    /**
     * Whether the request is its group's first.
     *
     * @return true for a group of one too
     */
    public boolean opensGroup() {
        return opensGroup;
    }

    /**
     * Whether the group was ever counted as outstanding.
     *
     * @return false of a group that was refused at its first request
     */
    public boolean wasAdmitted() {
        return charged.requests() > 0;
    }

    /**
     * The time.
     *
     * @return {@link Kernel#nowNs()}
     */
    public long nowNs() {
        return kernel.nowNs();
    }

    /**
     * The driver of its IOMMU.
     *
     * @return its operations, to be asked for numbers, not to be told anything
     */
    public IommuOps ops() {
        return charged.charge.device.dev.ops();
    }
}
