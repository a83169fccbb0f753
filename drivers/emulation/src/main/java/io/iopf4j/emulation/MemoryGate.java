// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/**
 * What stands before memory when a device accesses it, tables and queues included; software goes
 * round it. One thread.
 */
@FunctionalInterface
public interface MemoryGate {
    /** Everything comes through. */
    MemoryGate OPEN = (address, length) -> true;

    /**
     * A device is about to access memory.
     *
     * @param address physical address of the first byte, which is memory like all others
     * @param length bytes, at least 0; 1 if only the device knows how many
     * @return false to end the access with an external abort
     */
    boolean lets(long address, long length);
}
