// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import java.util.Set;

/** The IOMMU of a bench with its driver: what differs between models. One thread. */
public interface Hardware extends AutoCloseable {
    /**
     * What reports call it.
     *
     * @return {@code smmuv3} or {@code vtd}
     */
    String name();

    /**
     * How many devices can sit behind it.
     *
     * @return at least 1
     */
    int deviceLimit();

    /**
     * Whether a guest's tables are attached through a viommu. Else each is a nested domain at its
     * PASID, on the stage 2 of its machine's memory, which is attached for accesses without.
     *
     * @return SMMUv3 has viommus, VT-d has not
     */
    boolean hasViommus();

    /**
     * Wires up a device.
     *
     * @param index its number, from 0
     * @param deviceName its name
     * @param pasids those that it uses, each in [1, 2^20)
     * @param isStreaming it wants each request answered on its own, if the hardware can
     * @return the device, not probed
     */
    GuestEndpoint endpoint(int index, String deviceName, Set<Integer> pasids, boolean isStreaming);

    /**
     * Wires up a device of the host's own, which takes no faults: each ends its access.
     *
     * @param index its number, behind those of all other devices
     * @param deviceName its name
     * @return the device, not probed
     */
    HostEndpoint hostEndpoint(int index, String deviceName);

    /**
     * Makes the tables that a guest keeps for a device of its own.
     *
     * @param device the device, given to its machine
     * @return tables in which nothing is mapped, attached nowhere
     * @throws IllegalStateException if no guest memory is left
     */
    GuestTables tables(GuestDevice device);

    /**
     * Faults that it has recorded and nobody has answered.
     *
     * @return a count
     */
    int openFaults();

    /**
     * Accesses that are to fault but have no room yet.
     *
     * @return a count
     */
    int waiting();

    /**
     * How often its queue of faults was full.
     *
     * @return a count
     */
    long queueOverflows();

    /**
     * Most records in that queue at once.
     *
     * @return a count
     */
    int queueHighWater();

    /**
     * Most stalls at once.
     *
     * @return a count, 0 if it stalls nothing
     */
    int stallHighWater();

    /**
     * Errors in its command or invalidation queue.
     *
     * @return a count
     */
    long commandErrors();

    /**
     * Gives back what its driver holds, such as a loaded library; nothing may run any more. What
     * was counted stays. Closing it again does nothing.
     */
    @Override
    default void close() {}
}
