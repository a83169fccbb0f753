// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/** What the gate keeps of a device. */
final class DeviceRecord {
    final IommuDevice dev;
    final int index;
    final Account account;

    /** Null: its faults may wait for ever. */
    final TimeoutFifo timeout;

    /** What its next groups are charged to; those that are outstanding may be charged otherwise. */
    private Charge charge;

    private final SlotPool pool;

    DeviceRecord(
            final SlotPool pool,
            final IommuDevice dev,
            final Account account,
            final Account vm,
            final TimeoutFifo timeout) {
        this.pool = pool;
        this.dev = dev;
        this.index = account.index();
        this.account = account;
        this.timeout = timeout;
        assign(vm);
    }

    Charge charge() {
        return charge;
    }

    void assign(final Account vm) {
        for (final Charge known : account.charges) {
            if (known.vm == vm) {
                charge = known;
                return;
            }
        }
        charge = new Charge(pool, this, vm);
    }
}
