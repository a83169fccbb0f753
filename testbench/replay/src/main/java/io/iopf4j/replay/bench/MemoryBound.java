// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

/**
 * How large a bench may grow before something must be wrong.
 *
 * @param bytes emulated memory in use: queues, tables of the host and of guests
 * @param faultsOfDevice faults that the core keeps of one device; a machine's fault queue may keep
 *     so many for each of its devices
 */
public record MemoryBound(long bytes, long faultsOfDevice) {
    /** A guest's tables for some 100,000 addresses, no two of which are near each other. */
    private static final long DEFAULT_BYTES = 1L << 30;

    /**
     * A generous one: twice what the hardware can have open.
     *
     * @param hardware which IOMMU
     * @return the bound
     */
    public static MemoryBound of(final HardwareSettings hardware) {
        return new MemoryBound(DEFAULT_BYTES, 2 * hardware.mostFaultsOfDevice());
    }
}
