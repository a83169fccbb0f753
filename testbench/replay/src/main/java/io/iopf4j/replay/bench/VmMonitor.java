// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuUserData;
import java.util.List;

/**
 * What a virtual machine monitor does with the host's kernel: takes devices, attaches them, hands
 * faults to the guest and its answers back. Kernels before 6.12 are reached through VFIO's regions,
 * 6.12 through iommufd. Each method returns 0 or the kernel's negative errno.
 */
interface VmMonitor {
    /** Takes a device. With the first one the machine gets its memory and its part of the IOMMU. */
    void bind(GuestDevice device);

    void unbind(GuestDevice device);

    /** Attaches the machine's memory for accesses without a PASID. */
    int attachMemory(GuestDevice device);

    /** Attaches a domain of the guest's tables at a PASID, or {@code IommuGroup.NO_PASID}. */
    int attach(GuestDevice device, int pasid, IommuUserData tables);

    int replace(GuestDevice device, int pasid, IommuUserData tables);

    /** Hands a guest's command on, whatever is attached. */
    int invalidate(long word0, long word1);

    /** Hands a guest's invalidation of the tables at a PASID on: its type, and its words. */
    int invalidate(GuestDevice device, int pasid, int type, long word0, long word1, long word2);

    /** The domain is gone afterwards, whatever the result. */
    int detach(GuestDevice device, int pasid);

    /** Reads up to some records, or all; how many there were, or why not even one. */
    int read(int most, GuestListener listener);

    /** Answers what a record names; 0 if the host took it. */
    int answer(GuestRecord record, int code);

    /** Groups that its fault queue holds, read or not; 0 where the core alone keeps them. */
    int kept();

    /** The next read looks everywhere, whether it was told of something or not. */
    void lookEverywhere();

    /** Where a guest that has taken it over reaches the host. */
    List<GuestDoor> doors();

    /** Runs whenever there is something to read. */
    void setWakeup(Runnable wakeup);

    /** Gives the fault queue up; nothing can be read or answered afterwards. */
    void close();
}
