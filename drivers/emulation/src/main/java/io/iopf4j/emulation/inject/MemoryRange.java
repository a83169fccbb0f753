// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

/**
 * A range of physical memory.
 *
 * @param address its first byte
 * @param bytes how many it has, at least 1
 */
public record MemoryRange(long address, long bytes) {
    /** All that there can be. */
    public static final MemoryRange ALL = new MemoryRange(0, Long.MAX_VALUE);

    /** Checks that there is something in it. */
    public MemoryRange {
        if (address < 0 || bytes < 1) {
            throw new IllegalArgumentException(
                    "no range of memory: address=" + address + " bytes=" + bytes);
        }
    }

    /** Whether an access to memory, which is in [0, 2^63), touches it. */
    boolean isTouched(final long at, final long length) {
        return at - address < bytes && address - at < length;
    }
}
