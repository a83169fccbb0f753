// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultEnd;
import io.iopf4j.core.policy.FaultInfo;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyKernel;

/**
 * A policy in C: {@code iopf_policy} of {@code iopf4j/policy.h}. Asking it costs a native call and
 * allocates nothing. Belongs to one gate, under whose lock it is asked.
 */
public final class NativePolicy implements FaultPolicy {
    private static final int ASK = -1;

    private final LibraryWords words;
    private final PolicyAccounts devices = new PolicyAccounts(false);
    private final PolicyAccounts vms = new PolicyAccounts(true);
    private final PolicyServices services = new PolicyServices(devices, vms);
    private final UserLibrary library;

    /**
     * Opens a policy; it begins when its gate is made.
     *
     * @param words the library and its parameters, as {@code ./quota.so limit=4}
     * @throws IllegalArgumentException in one line if it cannot be opened, or is no policy
     */
    public NativePolicy(final String words) {
        this.words = LibraryWords.parse(words);
        library = UserLibrary.open(this.words, services);
        try {
            Bridge.policyOpen(library.handle());
        } catch (final RuntimeException e) {
            library.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return words.toString();
    }

    @Override
    public void start(final PolicyKernel kernel) {
        services.start(new KernelOfPolicy(kernel));
        final int ret = Bridge.policyInit(library.handle());
        if (ret != 0) {
            throw new IllegalArgumentException(words.name() + ": " + services.why(ret));
        }
    }

    @Override
    public void assigned(final IommuDevice dev, final Account device, final Account vm) {
        final long handle = library.handle();
        final int ret =
                Bridge.policyAssigned(
                        handle,
                        devices.add(handle, device),
                        vms.add(handle, vm),
                        dev.ops().sharedFaultCapacity(dev));
        if (ret != 0) {
            throw new IllegalArgumentException(
                    words.name() + ": " + dev.name() + " of " + vm + ": " + services.why(ret));
        }
    }

    @Override
    public long timeoutNs(final IommuDevice dev) {
        return Bridge.policyTimeout(library.handle(), dev.name(), dev.ops().faultTimeoutNs(dev));
    }

    @Override
    public boolean admits(final FaultInfo request) {
        return call(ASK, request);
    }

    @Override
    public void ended(final FaultInfo fault, final FaultEnd end) {
        call(number(end), fault);
    }

    /** An end as {@code enum iopf_end} numbers it. */
    private static int number(final FaultEnd end) {
        return switch (end) {
            case ANSWERED -> 0;
            case TERMINATED -> 1;
            case TIMED_OUT -> 2;
            case DRAINED -> 3;
        };
    }

    private boolean call(final int end, final FaultInfo info) {
        final IommuFault fault = info.fault();
        final Account device = info.device();
        final Account vm = info.vm();
        return Bridge.policyRequest(
                library.handle(),
                end,
                devices.address(device),
                device.outstandingGroups(),
                device.outstandingRequests(),
                vms.address(vm),
                vm.outstandingGroups(),
                vm.outstandingRequests(),
                NativeFlags.of(fault),
                fault.pasid(),
                fault.grpid(),
                fault.perm(),
                fault.addr(),
                info.nowNs(),
                info.opensGroup(),
                info.wasAdmitted());
    }

    @Override
    public void close() {
        if (library.isOpen()) {
            try {
                Bridge.policyExit(library.handle());
            } finally {
                library.close();
            }
        }
    }
}
