// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.replay.ledger.TagIndex;

/** Which IOMMU a bench has: what an integrator and an administrator choose. */
public interface HardwareSettings {
    /**
     * How long it takes from an interrupt until its thread runs.
     *
     * @return virtual nanoseconds, not negative
     */
    long interruptLatencyNs();

    /**
     * Whether an access can ask for several pages at once.
     *
     * @return VT-d has such groups; a stall of SMMUv3 is of one access
     */
    boolean hasGroupsOfSeveral();

    /**
     * Most faults of one device that can be open or on their way at once.
     *
     * @return a count, at least 1; without a word of the hardware's, as many as group ids can name
     */
    default long mostFaultsOfDevice() {
        return 1 << 16;
    }

    /**
     * How its faults are numbered.
     *
     * @return an index in which no number is taken
     */
    TagIndex tags();

    /**
     * Builds it and loads its driver.
     *
     * @param parts what it is built from
     * @return the hardware, probed
     * @throws IllegalStateException if the driver does not accept it
     */
    Hardware build(HardwareParts parts);
}
