// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/** What the gate keeps of a device. */
final class DeviceRecord {
    final IommuDevice dev;
    final int index;
    final Account account;

    /** Whose faults it raises from now on; those outstanding may be charged to another one. */
    Account vm;

    /** Null: its faults may wait for ever. */
    final TimeoutFifo timeout;

    DeviceRecord(
            final IommuDevice dev,
            final Account account,
            final Account vm,
            final TimeoutFifo timeout) {
        this.dev = dev;
        this.index = account.index();
        this.account = account;
        this.vm = vm;
        this.timeout = timeout;
    }
}
