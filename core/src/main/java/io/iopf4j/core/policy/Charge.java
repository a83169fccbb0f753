// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

/**
 * What a device has outstanding that is charged to one virtual machine, or to the host: a device
 * that was moved has several. One list for both of its accounts.
 */
final class Charge {
    final DeviceRecord device;
    final Account vm;

    /** Its slots, oldest first. */
    final SlotList slots;

    /** Both accounts know it from now on. */
    Charge(final SlotPool pool, final DeviceRecord device, final Account vm) {
        slots = new SlotList(pool, SlotPool.IN_CHARGE);
        this.device = device;
        this.vm = vm;
        device.account.charges.add(this);
        vm.charges.add(this);
    }

    void addGroup(final FaultSlot slot) {
        slots.addLast(slot);
        device.account.addGroup();
        vm.addGroup();
    }

    void addRequest() {
        device.account.addRequest();
        vm.addRequest();
    }

    void removeRequest() {
        device.account.remove(0, 1);
        vm.remove(0, 1);
    }

    void removeGroup(final FaultSlot slot) {
        slots.remove(slot);
        device.account.remove(1, slot.requests);
        vm.remove(1, slot.requests);
    }

    boolean isDisabled() {
        return vm.isOff() || device.account.isOff();
    }
}
