// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

/**
 * What a device has outstanding that is charged to one virtual machine, or to the host: a device
 * that was moved has several. Both of its accounts know it.
 */
final class Charge {
    final DeviceRecord device;
    final Account vm;

    /** Both accounts know it from now on. */
    Charge(final DeviceRecord device, final Account vm) {
        this.device = device;
        this.vm = vm;
        device.account.charges.add(this);
        vm.charges.add(this);
    }

    void addGroup(final ChargedFault fault) {
        fault.arrival = ++device.arrivals;
        device.account.addGroup();
        vm.addGroup();
    }

    void addRequest(final ChargedFault fault) {
        if (fault.addRequest()) {
            device.account.addRequest();
            vm.addRequest();
        }
    }

    void removeRequest(final ChargedFault fault) {
        fault.removeRequest();
        device.account.remove(0, 1);
        vm.remove(0, 1);
    }

    void removeGroup(final ChargedFault fault) {
        device.account.remove(1, fault.requests());
        vm.remove(1, fault.requests());
    }

    boolean isDisabled() {
        return vm.isOff() || device.account.isOff();
    }
}
