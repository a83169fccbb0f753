// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;

/**
 * A semantics profile: the kernel's rules from a report to its answer, with the three things that a
 * mitigation needs and no kernel has. To prototype a patch is to extend one. Thread-safe as the
 * kernel is that it follows.
 */
public interface FaultCore extends IommuCore, AutoCloseable {
    /** {@link #pending} of a profile that tracks nothing. */
    int KEEPS_NONE = -1;

    /**
     * The profile's name on the command line.
     *
     * @return such as {@code mainline-6.12}
     */
    String name();

    /**
     * Answers a request that never enters: no handler sees it, nothing is kept of it, and earlier
     * requests of its group that were kept are dropped.
     *
     * @param dev the device
     * @param last the request that completes its group
     * @param code the answer
     * @param origin why
     */
    void refuse(IommuDevice dev, IommuFault last, int code, ResponseOrigin origin);

    /**
     * Ends an outstanding fault by the host's own decision. Its consumer forgets it, and a later
     * answer is refused. Called with no lock of the core held.
     *
     * @param dev the device
     * @param last the request that completed its group
     * @param group in 6.12 the group; null before, where device, group id and PASID are all there
     *     is
     * @param generation the group's {@link IopfGroup#generation()} when it was delivered
     * @param code the answer
     * @param origin why
     * @return false if it was answered meanwhile, and nothing has happened
     */
    boolean end(
            IommuDevice dev,
            IommuFault last,
            IopfGroup group,
            int generation,
            int code,
            ResponseOrigin origin);

    /**
     * Faults of a device that are kept until they are answered.
     *
     * @param dev the device
     * @return a count; {@link #KEEPS_NONE} if this profile keeps none of any device
     */
    int pending(IommuDevice dev);

    /**
     * Requests of a device that wait for the last one of their group.
     *
     * @param dev the device
     * @return a count; 0 if this profile does not say
     */
    default int partials(final IommuDevice dev) {
        return 0;
    }

    /**
     * Drops the requests of a device that wait for the last one of their group: it will not come.
     * What is complete stays.
     *
     * @param dev the device, detached from its domain
     */
    void dropPartials(IommuDevice dev);

    /**
     * Forgets what is kept of a device after its driver has ended everything in the hardware
     * ({@code IommuOps.drainFaults}): nothing is sent, and a later answer is refused.
     *
     * @param dev the device, detached from its domain
     */
    void forget(IommuDevice dev);

    /**
     * Gives back what it holds, such as a library that was loaded. Nothing is asked afterwards but
     * {@link #name} and {@link #generation}. Closing it again does nothing.
     */
    @Override
    default void close() {}
}
