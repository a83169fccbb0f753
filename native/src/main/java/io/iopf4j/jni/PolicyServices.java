// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.policy.Account;

/** What a policy in C calls beyond the kernel: its accounts. */
final class PolicyServices extends KernelServices {
    private final PolicyAccounts devices;
    private final PolicyAccounts vms;

    PolicyServices(final PolicyAccounts devices, final PolicyAccounts vms) {
        super(FailSlab.NEVER);
        this.devices = devices;
        this.vms = vms;
    }

    @Override
    void setQuota(final boolean isVm, final int index, final int groups) {
        account(isVm, index).setQuota(groups);
    }

    @Override
    void setDisabled(final boolean isVm, final int index, final boolean isDisabled) {
        if (isDisabled) {
            account(isVm, index).disable();
        } else {
            account(isVm, index).enable();
        }
    }

    private Account account(final boolean isVm, final int index) {
        return (isVm ? vms : devices).account(index);
    }
}
