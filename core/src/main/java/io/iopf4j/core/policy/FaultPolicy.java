// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/**
 * One rule of who may have how many faults outstanding, and what ends them. A {@link FaultGate}
 * asks its policies in their order; the first that refuses decides, and the rest are not asked.
 * Counting is not a policy's work: each {@link Account} is exact when a policy is asked.
 *
 * <p>{@link #admits} and {@link #ended} run under the gate's lock, one at a time, on the thread
 * that reports or answers: they must be quick, keep nothing that they are handed but accounts, and
 * call nothing but it, {@link Account} and {@link PolicyKernel}. So do {@link #start}, {@link
 * #close} and what the policy's timers run. Fields that only these touch need no lock. An instance
 * belongs to one gate.
 */
public interface FaultPolicy extends AutoCloseable {
    /**
     * What reports call it.
     *
     * @return such as {@code vm-quota=4}, the same all the time
     */
    String name();

    /**
     * It belongs to a gate from now on. Called once, before anything but {@link #name}: where a
     * policy makes its timers.
     *
     * @param kernel time, timers and log, to be kept
     */
    default void start(final PolicyKernel kernel) {}

    /**
     * Gives back what it holds, such as a library that was loaded. After its gate was closed, or in
     * place of {@link #start}, nothing is asked but {@link #name}. Closing it again does nothing.
     */
    @Override
    default void close() {}

    /**
     * Whether a request may go on to its consumer. Refused, its group is answered by the host when
     * its last request comes, and its consumer never sees it.
     *
     * @param request what asks; its accounts do not contain it yet
     * @return false to refuse it with its whole group
     */
    default boolean admits(final FaultInfo request) {
        return true;
    }

    /**
     * A group has ended, or was refused: told once for each group that was asked about.
     *
     * @param fault the group's last request, or the latest one if its last never came; {@link
     *     FaultInfo#wasAdmitted()} tells an end from a refusal; its accounts do not contain it any
     *     more
     * @param end how
     */
    default void ended(final FaultInfo fault, final FaultEnd end) {}

    /**
     * How long a device's groups may wait for their answer. Asked once for each device, with no
     * lock held; of several policies the shortest time counts.
     *
     * @param dev a probed device
     * @return nanoseconds from a group's first request on; 0 for no limit
     */
    default long timeoutNs(final IommuDevice dev) {
        return 0;
    }

    /**
     * A device belongs to a virtual machine from now on: where a limit that depends on the driver
     * is worked out. Called with no lock held, before any fault of the device is asked about.
     *
     * @param dev a probed device
     * @param device its account
     * @param vm whose it is now, maybe the host
     * @throws IllegalArgumentException if the rule cannot be kept for this device, in one line
     */
    default void assigned(final IommuDevice dev, final Account device, final Account vm) {}

    /**
     * How many page requests a PCI device is to be allowed at once, where its driver sets that
     * (PCIe's Outstanding Page Request Allocation): then the device itself waits, and what is more
     * never comes.
     *
     * @return requests, at least 1; {@link Integer#MAX_VALUE} to leave it to the driver
     */
    default int pageRequestAllocation() {
        return Integer.MAX_VALUE;
    }

    /**
     * Whether the hardware is to end all faults of a device when its domain changes.
     *
     * @return true for {@code drain}
     */
    default boolean drainsOnDomainChange() {
        return false;
    }
}
