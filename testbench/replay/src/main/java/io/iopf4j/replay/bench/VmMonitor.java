// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuUserData;

/**
 * What a virtual machine monitor does with the host's kernel: takes devices, attaches them, hands
 * faults to the guest and its answers back. Kernels before 6.12 are reached through VFIO's regions,
 * 6.12 through iommufd. Each method returns 0 or the kernel's negative errno.
 */
interface VmMonitor {
    /** Takes a device. With the first one the machine gets its memory and its part of the IOMMU. */
    void bind(GuestDevice device);

    void unbind(GuestDevice device);

    /** Attaches a domain of the guest's tables. */
    int attach(GuestDevice device, IommuUserData tables);

    int replace(GuestDevice device, IommuUserData tables);

    /** Hands a guest's invalidation on, whatever is attached. */
    int invalidate(long word0, long word1);

    /** The domain is gone afterwards, whatever the result. */
    int detach(GuestDevice device);

    /** Reads up to some records, or all; how many there were. */
    int read(int most, GuestListener listener);

    /** Answers what a record names; 0 if the host took it. */
    int answer(GuestRecord record, int code);

    /** Runs whenever there is something to read. */
    void setWakeup(Runnable wakeup);

    /** Gives the fault queue up; nothing can be read or answered afterwards. */
    void close();
}
